-- Production of Innotrue: what its team changed after the catalogue was last carried
-- over to preprod, and what its members did.
--
-- Load order: migrations/*.sql, data/catalogue.sql, then this file.
-- All of it is invented: no real people, no real companies, example.com and
-- example.org addresses only. Nothing is random and nothing reads the clock.

SET innotrue.env = 'production';

CREATE OR REPLACE FUNCTION pg_temp.id(kind text, key text) RETURNS uuid
  LANGUAGE sql STABLE
  AS $$ SELECT md5(concat_ws(':', current_setting('innotrue.env'), kind, key))::uuid $$;

-- Part 1: configuration ==========================================================
--
-- Updates name their own updated_at; the trigger leaves that alone.

-- Programs: one is new, one has been retired, some texts have been polished.

INSERT INTO public.programs (
  id, slug, name, category, credit_cost, min_plan_tier, description, created_at, updated_at)
VALUES (
  pg_temp.id('programs', 'leading-with-ai'), 'leading-with-ai', 'Leading with AI 🤖', 'Leadership', 35, 2,
  E'For leaders whose teams already use AI, whether they were asked or not.\n\nSix modules: what it can do, what it can''t, and what you answer for.',
  '2025-05-05 08:00:00+00', '2025-05-19 15:40:00+00');

INSERT INTO public.program_modules (
  id, program_id, order_index, title, description, module_type_id, estimated_minutes, is_optional,
  created_at, updated_at)
SELECT pg_temp.id('program_modules', v.program || '/' || v.order_index), p.id, v.order_index, v.title,
       v.description, t.id, v.minutes, v.is_optional, '2025-05-05 08:30:00+00', '2025-05-19 15:45:00+00'
FROM (VALUES
  ('inclusive-teams',         8, 'When AI takes the minutes',         'Reading',      20, true,  'Whose words does it get right, and whose not?'),

  ('leading-with-ai',         1, 'What it can do today',              'Video',        30, false, 'Nine tasks, shown with real work: four go well, three go badly, two look good and are wrong.'),
  ('leading-with-ai',         2, 'A week of trying',                  'Project',     150, false, E'Choose three tasks of your own. Note for each:\n- minutes saved\n- minutes spent on checking\n- what you''d never send without reading it'),
  ('leading-with-ai',         3, 'What you answer for',               'Reading',      25, false, 'A decision prepared by a machine is still your decision.'),
  ('leading-with-ai',         4, 'The team agreement on AI',          'Exercise',     60, false, 'Where we use it, where we don''t, what we say about it.'),
  ('leading-with-ai',         5, 'The anxious colleague',             'Scenario',     45, false, 'Somebody asks whether there will be a job next year. You don''t know.'),
  ('leading-with-ai',         6, 'Looking back, looking ahead',       'Live session', 75, false, 'Bring the log of your week. The group compares what was saved with what was lost.'),

  ('leading-your-first-team', 9, 'Your team and its tools',           'Check-in',     20, true,  'Which tool costs more time than it saves?')
) AS v (program, order_index, title, module_type, minutes, is_optional, description)
JOIN public.programs     p ON p.slug = v.program
JOIN public.module_types t ON t.name = v.module_type
ORDER BY v.program COLLATE "C", v.order_index;

UPDATE public.programs SET
  description = replace(description, 'Eight weeks on voice, stance and message', 'Nine weeks on voice, stance and message'),
  credit_cost = 45,
  updated_at  = '2025-04-02 10:15:00+00'
WHERE slug = 'executive-presence';

-- Pasted from a terminal: the text carries the code for red, which nobody can see in
-- the admin screens.
UPDATE public.programs SET
  description = E'Persuasion without pressure: \x1b[31mstories\x1b[0m, evidence and timing.',
  updated_at  = '2025-04-03 16:05:00+00'
WHERE slug = 'voice-and-influence';

UPDATE public.programs SET
  min_plan_tier = 1,
  updated_at    = '2025-04-08 09:00:00+00'
WHERE slug = 'resilience-under-pressure';

UPDATE public.programs SET
  is_active  = false,
  updated_at = '2025-05-30 12:00:00+00'
WHERE slug = 'career-crossroads';

UPDATE public.program_modules m SET
  title             = coalesce(v.title, m.title),
  description       = coalesce(v.description, m.description),
  estimated_minutes = coalesce(v.minutes, m.estimated_minutes),
  updated_at        = '2025-04-14 11:30:00+00'
FROM (VALUES
  ('executive-presence',      1, NULL,                          NULL, 'A first look at how you rate your own presence, and how five colleagues rate it. Keep the result: you will repeat it in the last week.'),
  ('executive-presence',      3, NULL,                          NULL, E'Record two minutes about your current project.\n\nListen once for pace, once for pauses, once for the end of your sentences. Note one change for each, record again, compare.'),
  ('founder-to-ceo',          4, 'Cash, runway and good sleep', 35,   NULL),
  ('strategic-thinking-lab',  4, NULL,                          NULL, 'Four futures, each with an early sign. Write them as newspaper stories from ten years ahead; a good one makes somebody in the room uncomfortable.'),
  ('difficult-conversations', 3, NULL,                          NULL, E'Twelve first sentences, from "I noticed" to "I need your help".\tThey are in the shared folder: Library\\Conversations\\Opening lines.'),
  ('inclusive-teams',         5, NULL,                          NULL, 'Zoë, Søren, Nguyễn, José, Łukasz: ask once, write it down, get it right. 🙏')
) AS v (program, order_index, title, minutes, description)
JOIN public.programs p ON p.slug = v.program
WHERE m.program_id = p.id AND m.order_index = v.order_index;

UPDATE public.program_modules m SET
  module_type_id = t.id,
  updated_at     = '2025-04-15 08:10:00+00'
FROM public.programs p, public.module_types t
WHERE m.program_id = p.id AND p.slug = 'coaching-skills-for-managers' AND m.order_index = 5
  AND t.name = 'Reflection';

-- Features: one is new, one has moved to another category.

INSERT INTO public.features (
  id, key, name, description, category_id, is_consumable, is_system, is_active, created_at, updated_at)
SELECT pg_temp.id('features', 'ai_session_summaries'), 'ai_session_summaries', 'Session summaries',
       'A draft of the notes, for the coach to correct', c.id, true, false, true,
       '2025-05-06 07:50:00+00', '2025-05-06 07:50:00+00'
FROM public.feature_categories c
WHERE c.name = 'AI';

UPDATE public.features f SET
  category_id = c.id,
  updated_at  = '2025-04-22 13:00:00+00'
FROM public.feature_categories c
WHERE c.name = 'Platform' AND f.key = 'calendar_sync';

UPDATE public.features SET
  description = 'Modules in your language: français, Deutsch, español',
  updated_at  = '2025-04-22 13:05:00+00'
WHERE key = 'ai_translation';

UPDATE public.features SET
  is_active  = true,
  updated_at = '2025-04-23 08:00:00+00'
WHERE key = 'vision_board';

-- Plans: more credits, higher limits, and the new feature.

UPDATE public.plans SET
  credit_allowance = 300,
  updated_at       = '2025-05-02 06:00:00+00'
WHERE key = 'professional';

UPDATE public.plans SET
  description = 'For steady progress at your own pace.',
  updated_at  = '2025-05-02 06:05:00+00'
WHERE key = 'essential';

UPDATE public.plan_features pf SET limit_value = v.limit_value
FROM (VALUES
  ('essential',    'ai_insights',          10),
  ('essential',    'program_enrollment',    4),
  ('professional', 'coaching_sessions',     2),
  ('executive',    'coaching_sessions',     6),
  ('executive',    'ai_insights',        NULL)
) AS v (plan, feature, limit_value)
JOIN public.plans    p ON p.key = v.plan
JOIN public.features f ON f.key = v.feature
WHERE pf.plan_id = p.id AND pf.feature_id = f.id;

INSERT INTO public.plan_features (plan_id, feature_id, enabled, limit_value, created_at)
SELECT p.id, f.id, true, v.limit_value, '2025-05-06 08:00:00+00'
FROM (VALUES
  ('executive',    NULL),
  ('professional', 10),
  ('sponsored',    10)
) AS v (plan, limit_value)
JOIN public.plans    p ON p.key = v.plan
JOIN public.features f ON f.key = 'ai_session_summaries'
ORDER BY v.plan COLLATE "C";

-- Add-ons, program plans, prices.

UPDATE public.add_ons SET
  price_cents = 15000,
  updated_at  = '2025-05-02 06:10:00+00'
WHERE name = 'Extra coaching hour';

UPDATE public.add_on_features x SET limit_value = NULL
FROM public.add_ons a, public.features f
WHERE x.add_on_id = a.id AND x.feature_id = f.id
  AND a.name = 'AI pack' AND f.key = 'ai_practice_partner';

UPDATE public.program_plans SET
  display_name     = 'Pilot group',
  description      = 'First run of a new program, with a survey at the end',
  credit_allowance = 20,
  updated_at       = '2025-05-07 10:00:00+00'
WHERE name = 'pilot';

UPDATE public.credit_services SET
  credit_cost = 6,
  updated_at  = '2025-05-02 06:20:00+00'
WHERE category = 'ai' AND name = 'Insight report';

UPDATE public.credit_services SET
  feature_key = 'program_enrollment',
  updated_at  = '2025-05-02 06:21:00+00'
WHERE category = 'program' AND name = 'Extension by a month';

UPDATE public.credit_topup_packages t SET
  price_cents = v.price_cents,
  updated_at  = '2025-05-02 06:30:00+00'
FROM (VALUES
  ('topup-150',  7200),
  ('topup-400', 17900)
) AS v (slug, price_cents)
WHERE t.slug = v.slug;

UPDATE public.org_platform_tiers SET
  monthly_price_cents = 27900,
  included_credits    = 1200,
  description         = 'Core, with reports, branding & a named contact',
  updated_at          = '2025-05-02 06:40:00+00'
WHERE slug = 'org-growth';

-- Sessions.

UPDATE public.session_types SET
  default_duration = 30,
  updated_at       = '2025-04-28 09:00:00+00'
WHERE name = 'Discovery call';

INSERT INTO public.session_type_roles (id, session_type_id, role_name, description, is_required, created_at)
SELECT pg_temp.id('session_type_roles', 'Group coaching/note-taker'), t.id, 'note-taker',
       'Writes down what the group agrees on', false, '2025-04-28 09:05:00+00'
FROM public.session_types t
WHERE t.name = 'Group coaching';

-- Assessments: a new domain, clearer wording, another order, a stricter pass mark.

UPDATE public.capability_assessments SET
  rating_scale = jsonb_set(rating_scale, '{labels,3}', '"Now and then"') || '{"allow_skip": true}',
  updated_at   = '2025-04-10 10:00:00+00'
WHERE slug = 'team-health-check';

UPDATE public.capability_assessments SET
  pass_fail_threshold = 75,
  updated_at          = '2025-04-10 10:10:00+00'
WHERE slug = 'coach-certification';

UPDATE public.capability_domains d SET description = 'Growing other people'
FROM public.capability_assessments a
WHERE d.assessment_id = a.id AND a.slug = 'leadership-360' AND d.name = 'People';

INSERT INTO public.capability_domains (id, assessment_id, name, description, order_index, created_at)
SELECT pg_temp.id('capability_domains', 'leadership-360/Wellbeing'), a.id, 'Wellbeing', 'Keeping people well', 6,
       '2025-04-11 09:00:00+00'
FROM public.capability_assessments a
WHERE a.slug = 'leadership-360';

INSERT INTO public.capability_domain_questions (
  id, domain_id, question_key, question_text, help_text, order_index, created_at)
SELECT pg_temp.id('capability_domain_questions', 'leadership-360/Wellbeing/' || v.question_key), d.id,
       v.question_key, v.question_text, v.help_text, v.order_index, '2025-04-11 09:05:00+00'
FROM (VALUES
  (1, 'notices_overload',       'Notices when somebody has too much on their plate.', NULL),
  (2, 'respects_time_off',      'Respects evenings, weekends and holidays.',          'Emails that can wait do wait.'),
  (3, 'talks_about_own_limits', 'Talks openly about their own limits.',               NULL)
) AS v (order_index, question_key, question_text, help_text)
JOIN public.capability_assessments a ON a.slug = 'leadership-360'
JOIN public.capability_domains     d ON d.assessment_id = a.id AND d.name = 'Wellbeing'
ORDER BY v.order_index;

UPDATE public.capability_domain_questions q SET
  question_text = v.question_text,
  help_text     = v.help_text
FROM (VALUES
  ('leadership-360',        'People',  'gives_feedback_within', 'Gives feedback within two days.',           NULL),
  ('leadership-360',        'Results', 'shares_bad_news',       'Shares bad news before it''s asked for.',   'Before, not "as soon as possible".'),
  ('self-leadership-check', 'Energy',  'sleep_enough_on',       'I sleep enough, also on working days.',     NULL),
  -- This assessment is not active any more: nobody should see this change elsewhere.
  ('change-readiness-2023', 'Need',    'see_why_this',          'I see why this change was needed.',         NULL)
) AS v (assessment, domain, question_key, question_text, help_text)
JOIN public.capability_assessments a ON a.slug = v.assessment
JOIN public.capability_domains     d ON d.assessment_id = a.id AND d.name = v.domain
WHERE q.domain_id = d.id AND q.question_key = v.question_key;

-- Two questions change places, three others rotate. Positions are unique within a
-- domain, so they step aside first.
UPDATE public.capability_domain_questions q SET order_index = q.order_index + 1000
FROM public.capability_domains d
JOIN public.capability_assessments a ON a.id = d.assessment_id
WHERE q.domain_id = d.id
  AND (a.slug, d.name) IN (('coach-certification', 'Contract'), ('team-health-check', 'Load'));

UPDATE public.capability_domain_questions q SET order_index = v.order_index
FROM (VALUES
  ('coach-certification', 'Contract', 'asks_good_outcome',               1),
  ('coach-certification', 'Contract', 'agrees_on_topic',                 2),
  ('coach-certification', 'Contract', 'clarifies_roles_confidentiality', 3),
  ('coach-certification', 'Contract', 'checks_time_left',                4),
  ('team-health-check',   'Load',     'people_take_holidays',            1),
  ('team-health-check',   'Load',     'workload_sustainable',            2),
  ('team-health-check',   'Load',     'urgent_work_exception',           3),
  ('team-health-check',   'Load',     'say_no_as',                       4)
) AS v (assessment, domain, question_key, order_index)
JOIN public.capability_assessments a ON a.slug = v.assessment
JOIN public.capability_domains     d ON d.assessment_id = a.id AND d.name = v.domain
WHERE q.domain_id = d.id AND q.question_key = v.question_key;

UPDATE public.assessment_families SET
  description = 'What we expect of coaches, on the platform and off it'
WHERE slug = 'coach-standards';

UPDATE public.psychometric_assessments SET
  cost       = 42.00,
  updated_at = '2025-04-16 14:00:00+00'
WHERE name = 'Strengths Inventory';

UPDATE public.psychometric_assessments SET
  url        = 'https://institute.example.org/learning',
  updated_at = '2025-04-16 14:02:00+00'
WHERE name = 'Learning Preferences';

-- Scenarios and guided paths.

UPDATE public.scenario_sections s SET
  body = E'Four people look at you. The status page still says "all systems normal".\n\nIt is 09:04; the newsletter went out at 09:00.'
FROM public.scenario_templates t
WHERE s.template_id = t.id AND t.name = 'Outage on launch day' AND s.title = 'Briefing';

UPDATE public.guided_path_templates SET
  description = 'Six weeks, one change after another',
  updated_at  = '2025-04-24 10:00:00+00'
WHERE name = 'Sleep better';

INSERT INTO public.guided_path_template_goals (id, template_id, title, description, order_index, created_at)
SELECT pg_temp.id('guided_path_template_goals', 'Leading leaders/3'), t.id, 'Grow your successor',
       'So that you can leave without a hole', 3, '2025-04-24 10:10:00+00'
FROM public.guided_path_templates t
WHERE t.name = 'Leading leaders';

INSERT INTO public.guided_path_template_milestones (
  id, goal_id, title, recommended_days, order_index, created_at)
SELECT pg_temp.id('guided_path_template_milestones', 'Leading leaders/3/' || v.order_index), g.id, v.title,
       v.recommended_days, v.order_index, '2025-04-24 10:15:00+00'
FROM (VALUES
  (1, 120, 'Name two people, and tell them'),
  (2, 180, 'Four weeks away, phone off')
) AS v (order_index, recommended_days, title)
JOIN public.guided_path_templates      t ON t.name = 'Leading leaders'
JOIN public.guided_path_template_goals g ON g.template_id = t.id AND g.order_index = 3
ORDER BY v.order_index;

UPDATE public.guided_path_template_milestones m SET recommended_days = 60
FROM public.guided_path_template_goals g
JOIN public.guided_path_templates      t ON t.id = g.template_id
WHERE m.goal_id = g.id AND t.name = 'Find your next role' AND g.order_index = 2 AND m.order_index = 2;

-- Skills: a new branch of the tree, and one branch hung elsewhere.

INSERT INTO public.skill_categories (id, key, name, description, parent_id, display_order, created_at)
SELECT pg_temp.id('skill_categories', 'digital_ai'), 'digital_ai', 'Working with AI', 'Use it, check it, own it',
       p.id, 12, '2025-05-08 09:00:00+00'
FROM public.skill_categories p
WHERE p.key = 'digital';

INSERT INTO public.skill_categories (id, key, name, description, parent_id, display_order, created_at)
SELECT pg_temp.id('skill_categories', 'digital_ai_safety'), 'digital_ai_safety', 'AI and safety', NULL,
       p.id, 13, '2025-05-08 09:01:00+00'
FROM public.skill_categories p
WHERE p.key = 'digital_ai';

UPDATE public.skill_categories c SET parent_id = p.id
FROM public.skill_categories p
WHERE c.key = 'leading_strategy' AND p.key = 'business';

INSERT INTO public.skills (id, name, description, category_id, created_at)
SELECT pg_temp.id('skills', v.name), v.name, v.description, c.id, '2025-05-08 09:10:00+00'
FROM (VALUES
  ('communication', 'Peer feedback',      'Between equals, without a form'),
  ('digital',       'Checking AI output', 'Trust it like a very fast intern')
) AS v (category, name, description)
JOIN public.skill_categories c ON c.key = v.category
ORDER BY v.name COLLATE "C";

UPDATE public.skills s SET category_id = c.id
FROM public.skill_categories c
WHERE c.key = 'leading_people' AND s.name = 'Role modelling';

UPDATE public.skills SET description = 'Expect the good, plan for the rest' WHERE name = 'Optimism';

-- Resources. The id of RES-0042 is taken in preprod, by another resource.

INSERT INTO public.resource_library (
  id, canonical_id, title, description, type, url, tags, category_id, is_public, created_at, updated_at)
SELECT v.id, v.canonical_id, v.title, v.description, v.type, v.url, v.tags, c.id, v.is_public,
       '2025-05-09 10:00:00+00', '2025-05-09 10:00:00+00'
FROM (VALUES
  (pg_temp.id('resource_library', 'RES-0041'), 'RES-0041', 'Team agreement on AI', 'template', 'Templates',
   ARRAY['ai', 'teams', 'it''s "our" rule'], NULL, 'One page; the team fills it in together.', false),
  ('5a3f0c52-7d1b-4e0a-9c55-0d8f4a1b2c3d', 'RES-0042', 'Prompts for leaders: a "starter" list', 'article', 'Articles',
   ARRAY['ai', 'writing'], 'https://library.example.org/prompts-for-leaders', NULL, true)
) AS v (id, canonical_id, title, type, category, tags, url, description, is_public)
JOIN public.resource_categories c ON c.name = v.category
ORDER BY v.canonical_id;

UPDATE public.resource_library SET
  tags       = ARRAY['teams', 'trust', 'psychological safety'],
  updated_at = '2025-05-09 10:20:00+00'
WHERE canonical_id = 'RES-0005';

UPDATE public.resource_library SET
  is_public  = true,
  updated_at = '2025-05-09 10:25:00+00'
WHERE canonical_id = 'RES-0024';

-- Notifications and emails.

UPDATE public.notification_categories SET icon = 'flag' WHERE key = 'goals';

INSERT INTO public.notification_types (
  id, category_id, key, name, description, default_email, default_push, order_index, created_at)
SELECT pg_temp.id('notification_types', 'session_summary_ready'), c.id, 'session_summary_ready',
       'A summary is ready', 'Only after your coach has read it', true, true, 7, '2025-05-06 08:10:00+00'
FROM public.notification_categories c
WHERE c.key = 'sessions';

UPDATE public.notification_types SET description = 'By name, in a discussion or a circle' WHERE key = 'mention';

INSERT INTO public.email_templates (
  template_key, name, subject, html_body, text_body, description, created_at, updated_at)
VALUES
  ('session_summary_ready', 'Session summary', 'The summary of your session',
$html$<h1>Session summary</h1>
<p>Hello {{first_name}},</p>
<p>{{coach_name}} has read and corrected the summary of your session on {{date}}.</p>
<p>It was drafted by a machine; if something isn't right, say so.</p>
<p>Warmly,<br>the Innotrue team</p>$html$,
$text$Hello {{first_name}},

{{coach_name}} has read and corrected the summary of your session on {{date}}.

It was drafted by a machine; if something isn't right, say so.

Warmly,
the Innotrue team$text$,
   'Needs the feature ai_session_summaries', '2025-05-06 08:20:00+00', '2025-05-06 08:20:00+00');

UPDATE public.email_templates t SET
  html_body  = replace(t.html_body, v.was, v.becomes),
  text_body  = replace(t.text_body, v.was, v.becomes),
  updated_at = '2025-04-17 12:00:00+00'
FROM (VALUES
  ('session_booked',    'until 24 hours before it starts',     'until 12 hours before it starts'),
  ('program_enrolled',  'Put a fixed hour into your calendar', 'Put two fixed hours into your calendar'),
  ('payment_failed',    'again in three days',                 'again in five days')
) AS v (template_key, was, becomes)
WHERE t.template_key = v.template_key;

UPDATE public.email_templates SET
  subject    = 'Bravo, {{first_name}} 🎉 — {{program_name}} is done',
  updated_at = '2025-04-17 12:05:00+00'
WHERE template_key = 'program_completed';

UPDATE public.email_templates SET
  is_active  = false,
  updated_at = '2025-04-18 07:00:00+00'
WHERE template_key = 'module_reminder';

-- Settings and terms.

INSERT INTO public.system_settings (key, value, description, created_at, updated_at) VALUES
  ('ai.session_summaries', '{"enabled": true, "review": "coach", "keep_days": 30}', 'Who reads a summary first',
   '2025-05-06 08:30:00+00', '2025-05-06 08:30:00+00');

UPDATE public.system_settings s SET
  value      = v.value,
  updated_at = '2025-05-06 08:35:00+00'
FROM (VALUES
  ('ai.model',              jsonb '{"provider": "example", "name": "large-2", "temperature": 0.2, "max_tokens": 1200}'),
  ('credits.rollover',      jsonb '{"enabled": true, "max_percent": 60}'),
  ('platform.locales',      jsonb '["en", "fr", "de", "es"]'),
  ('sessions.cancel_hours', jsonb '12')
) AS v (key, value)
WHERE s.key = v.key;

UPDATE public.platform_terms SET
  content_html = replace(content_html, 'until 24 hours before they start', 'until 12 hours before they start')
WHERE version = '3.0';

-- Part 2: members ================================================================
--
-- Four hundred invented members; numbers come from their number.

INSERT INTO auth.users (id, email, encrypted_password, email_confirmed_at, last_sign_in_at, created_at)
SELECT pg_temp.id('users', n::text), format('member%s@example.com', lpad(n::text, 4, '0')), '!',
       t.at + interval '9 minutes',
       CASE WHEN n % 7 <> 0 THEN t.at + n * interval '31 hours' END,
       t.at
FROM generate_series(1, 400) AS n
CROSS JOIN LATERAL (SELECT timestamptz '2024-03-04 07:00:00+00' + n * interval '26 hours') AS t (at)
ORDER BY n;

INSERT INTO public.profiles (id, display_name, email, locale, timezone, plan_id, created_at, updated_at)
SELECT pg_temp.id('users', n::text), (ARRAY['Amara', 'Bruno', 'Chloé', 'Dilan', 'Esra', 'Farid', 'Grete', 'Hugo', 'Inès', 'Jun', 'Kofi',
               'Liv', 'Mateo', 'Nadia', 'Olu', 'Pia', 'Quinn', 'Rosa', 'Sanne', 'Tomás'])[1 + n % 20]
         || ' ' || chr(65 + n * 5 % 26) || '.', format('member%s@example.com', lpad(n::text, 4, '0')),
       (ARRAY['en', 'en', 'fr', 'de'])[1 + n % 4],
       (ARRAY['Europe/Paris', 'Europe/Berlin', 'Europe/London', 'America/Montreal', 'UTC'])[1 + n % 5],
       p.id, u.created_at, u.created_at
FROM generate_series(1, 400) AS n
JOIN auth.users   u ON u.id = pg_temp.id('users', n::text)
JOIN public.plans p ON p.key = (ARRAY['free', 'free', 'essential', 'professional', 'executive', 'sponsored', 'essential'])[1 + n % 7]
ORDER BY n;

INSERT INTO public.user_roles (id, user_id, role, granted_at)
SELECT pg_temp.id('user_roles', n || '/' || r.role), u.id, r.role, u.created_at
FROM generate_series(1, 400) AS n
JOIN public.profiles u ON u.id = pg_temp.id('users', n::text)
CROSS JOIN LATERAL (VALUES
  ('client',     true),
  ('coach',      n % 25 = 0),
  ('instructor', n % 40 = 0),
  ('admin',      n <= 3)
) AS r (role, granted)
WHERE r.granted
ORDER BY n, r.role COLLATE "C";

INSERT INTO public.program_enrollments (id, user_id, program_id, program_plan_id, status, enrolled_at, updated_at)
SELECT pg_temp.id('program_enrollments', n || '/' || k), pg_temp.id('users', n::text), p.id, pp.id,
       (ARRAY['active', 'active', 'completed', 'paused'])[1 + (n + k) % 4], t.at, t.at
FROM generate_series(1, 400) AS n
CROSS JOIN LATERAL generate_series(1, n % 4) AS k
CROSS JOIN LATERAL (SELECT timestamptz '2024-03-04 07:00:00+00' + n * interval '26 hours' + k * interval '200 hours') AS t (at)
JOIN (
  SELECT id, row_number() OVER (ORDER BY slug COLLATE "C") AS nr, count(*) OVER () AS total
  FROM public.programs
) AS p ON p.nr = 1 + (n * 5 + k * 3) % p.total
JOIN (
  SELECT id, row_number() OVER (ORDER BY name COLLATE "C") AS nr
  FROM public.program_plans
) AS pp ON pp.nr = 1 + (n + k) % 5
ORDER BY n, k;

INSERT INTO public.module_progress (id, enrollment_id, module_id, status, notes, completed_at, updated_at)
SELECT pg_temp.id('module_progress', n || '/' || k || '/' || m.order_index), e.id, m.id,
       CASE WHEN m.order_index < reached.step THEN 'done' ELSE 'started' END,
       CASE WHEN (n + m.order_index) % 11 = 0 THEN 'To discuss with my coach' END,
       CASE WHEN m.order_index < reached.step THEN e.enrolled_at + m.order_index * interval '100 hours' END,
       e.enrolled_at + m.order_index * interval '100 hours'
FROM generate_series(1, 400) AS n
CROSS JOIN LATERAL generate_series(1, n % 4) AS k
JOIN public.program_enrollments e ON e.id = pg_temp.id('program_enrollments', n || '/' || k)
CROSS JOIN LATERAL (SELECT 1 + (n + k) % 6) AS reached (step)
JOIN public.program_modules m ON m.program_id = e.program_id AND m.order_index <= reached.step
ORDER BY n, k, m.order_index;

INSERT INTO public.credit_balances (user_id, balance, updated_at)
SELECT pg_temp.id('users', n::text), (n * 37) % 500, timestamptz '2025-01-06 06:00:00+00' + n * interval '3 minutes'
FROM generate_series(1, 400) AS n
ORDER BY n;

INSERT INTO public.credit_transactions (id, user_id, service_id, amount, reason, created_at)
SELECT pg_temp.id('credit_transactions', n::text), pg_temp.id('users', (1 + n % 400)::text),
       CASE WHEN n % 3 <> 0 THEN s.id END,
       CASE WHEN n % 3 = 0 THEN 50 + n % 5 * 25 ELSE -greatest(s.credit_cost, 1) END,
       CASE WHEN n % 3 = 0 THEN 'Top-up' ELSE s.name END,
       timestamptz '2025-01-06 06:00:00+00' + n * interval '47 minutes'
FROM generate_series(1, 1800) AS n
JOIN (
  SELECT id, name, credit_cost, row_number() OVER (ORDER BY category COLLATE "C", name COLLATE "C") AS nr
  FROM public.credit_services
) AS s ON s.nr = 1 + n % 13
ORDER BY n;

INSERT INTO public.notification_preferences (user_id, notification_type_id, email_enabled, push_enabled, updated_at)
SELECT pg_temp.id('users', n::text), t.id, (n + t.nr) % 2 = 0, (n + t.nr) % 3 = 0,
       timestamptz '2025-01-06 06:00:00+00' + n * interval '11 minutes'
FROM generate_series(1, 400) AS n
JOIN (
  SELECT id, row_number() OVER (ORDER BY key COLLATE "C") AS nr
  FROM public.notification_types
) AS t ON (n + t.nr) % 9 = 0
WHERE n % 3 = 0
ORDER BY n, t.nr;

INSERT INTO public.session_bookings (id, session_type_id, client_id, coach_id, starts_at, status, created_at)
SELECT pg_temp.id('session_bookings', n::text), t.id,
       pg_temp.id('users', (1 + n * 7 % 400)::text),
       pg_temp.id('users', ((1 + n % 16) * 25)::text),
       timestamptz '2025-01-06 06:00:00+00' + n * interval '5 hours' + interval '300 hours',
       (ARRAY['held', 'held', 'booked', 'cancelled'])[1 + n % 4],
       timestamptz '2025-01-06 06:00:00+00' + n * interval '5 hours'
FROM generate_series(1, 700) AS n
JOIN (
  SELECT id, row_number() OVER (ORDER BY name COLLATE "C") AS nr
  FROM public.session_types
) AS t ON t.nr = 1 + n % 8
ORDER BY n;

INSERT INTO public.oauth_tokens (id, user_id, provider, token_digest, expires_at, created_at)
SELECT pg_temp.id('oauth_tokens', n || '/' || v.provider), pg_temp.id('users', n::text), v.provider,
       md5('not a real token: production ' || v.provider || ' ' || n),
       timestamptz '2025-01-06 06:00:00+00' + n * interval '12 hours' + interval '720 hours',
       timestamptz '2025-01-06 06:00:00+00' + n * interval '12 hours'
FROM generate_series(1, 400) AS n
CROSS JOIN (VALUES ('calendar', 3), ('video', 8)) AS v (provider, every)
WHERE n % v.every = 0
ORDER BY n, v.provider COLLATE "C";

INSERT INTO public.consent_records (id, user_id, terms_id, accepted_at)
SELECT pg_temp.id('consent_records', n || '/' || t.version), pg_temp.id('users', n::text), t.id,
       timestamptz '2025-01-06 06:00:00+00' + n * interval '7 minutes'
FROM generate_series(1, 400) AS n
JOIN public.platform_terms t ON t.version = '3.0' OR (t.version = '2.0' AND n <= 200)
WHERE n % 20 <> 0
ORDER BY n, t.version COLLATE "C";

INSERT INTO public.audit_logs (actor_id, action, entity, entity_id, details, created_at)
SELECT CASE WHEN n % 10 <> 0 THEN pg_temp.id('users', (1 + n * 3 % 400)::text) END,
       (ARRAY['sign_in', 'update', 'create', 'view', 'export'])[1 + n % 5],
       (ARRAY['profiles', 'goals', 'program_enrollments', 'session_bookings'])[1 + n % 4],
       (n * 17)::text,
       jsonb_build_object('source', (ARRAY['web', 'phone', 'api'])[1 + n % 3], 'attempt', 1 + n % 2),
       timestamptz '2025-01-06 06:00:00+00' + n * interval '41 minutes'
FROM generate_series(1, 5000) AS n
ORDER BY n;

-- Who wrote the programs and the emails: accounts of this environment.

UPDATE public.programs SET
  created_by = pg_temp.id('users', (1 + length(slug) % 3)::text),
  updated_at = updated_at + interval '1 minute';

UPDATE public.email_templates SET
  updated_by = pg_temp.id('users', (1 + length(template_key) % 3)::text),
  updated_at = updated_at + interval '1 minute'
WHERE template_key <> 'welcome';
