-- The catalogue of Innotrue: the configuration that both environments shared when
-- they were last brought into line. Load order, the same on both sides:
--
--   1. migrations/*.sql, by name
--   2. data/catalogue.sql                             (this file)
--   3. data/production.sql  or  data/preprod.sql      (what has happened since)
--
-- This file needs to know where it is: SET innotrue.env = 'production' (or 'preprod')
-- in the same session, or PGOPTIONS='-c innotrue.env=production'.
--
-- All of it is invented. Nothing here is random and nothing reads the clock.

DO $$
BEGIN
  IF coalesce(current_setting('innotrue.env', true), '') NOT IN ('production', 'preprod') THEN
    RAISE EXCEPTION 'which environment is this?'
      USING HINT = 'SET innotrue.env = ''production'' or ''preprod'' first.';
  END IF;
END
$$;

-- Surrogate ids are made from the environment's name and the natural key: the same
-- thing has another id on each side, and keeps it however often the data is loaded.
CREATE OR REPLACE FUNCTION pg_temp.id(kind text, key text) RETURNS uuid
  LANGUAGE sql STABLE
  AS $$ SELECT md5(concat_ws(':', current_setting('innotrue.env'), kind, key))::uuid $$;

-- Each environment was filled on a day of its own.
CREATE OR REPLACE FUNCTION pg_temp.stamp() RETURNS timestamptz
  LANGUAGE sql STABLE
  AS $$
    SELECT CASE current_setting('innotrue.env')
      WHEN 'production' THEN timestamptz '2025-03-03 09:00:00+00'
      ELSE                   timestamptz '2025-03-10 14:30:00+00'
    END
  $$;

-- Features --------------------------------------------------------------------

INSERT INTO public.feature_categories (id, name, description, display_order, created_at)
SELECT pg_temp.id('feature_categories', v.name), v.name, v.description, v.display_order,
       pg_temp.stamp()
FROM (VALUES
  ('Learning',      1, 'Programs, modules and the resource library'),
  ('Coaching',      2, 'Sessions with a coach, alone or in a group'),
  ('Assessments',   3, 'Questionnaires, results and comparisons'),
  ('Goals',         4, 'Goals, guided paths and the wheel of life'),
  ('Community',     5, 'Circles, discussions and mentoring'),
  ('AI',            6, 'Assistance that costs credits'),
  ('Organisations', 7, 'For companies that bring several members'),
  ('Platform',      8, 'Switches that no plan sells')
) AS v (name, display_order, description)
ORDER BY v.display_order;

INSERT INTO public.features (
  id, key, name, description, category_id, is_consumable, is_system, is_active, created_at,
  updated_at)
SELECT pg_temp.id('features', v.key), v.key, v.name, v.description, c.id, v.is_consumable,
       v.is_system, v.is_active, pg_temp.stamp(), pg_temp.stamp()
FROM (VALUES
  ('Learning',      'program_catalogue',      'Program catalogue',      false, false, true,  'See every program and its outline'),
  ('Learning',      'program_enrollment',     'Program enrolment',      false, false, true,  'Enrol in programs'),
  ('Learning',      'module_downloads',       'Downloads',              false, false, true,  'Keep worksheets and slides'),
  ('Learning',      'offline_mode',           'Offline mode',           false, false, true,  'Read modules without a connection'),
  ('Learning',      'resource_library',       'Resource library',       false, false, true,  'Articles, templates and recordings'),
  ('Learning',      'resource_collections',   'Collections',            false, false, true,  'Group resources and share the group'),
  ('Learning',      'certificates',           'Certificates',           false, false, true,  'A certificate for each completed program'),
  ('Learning',      'module_notes',           'Module notes',           false, false, true,  'Private notes beside each module'),
  ('Coaching',      'coaching_sessions',      'Coaching sessions',      true,  false, true,  'Book one-to-one sessions with a coach'),
  ('Coaching',      'group_sessions',         'Group sessions',         true,  false, true,  'Take part in group coaching'),
  ('Coaching',      'session_recordings',     'Recordings',             false, false, true,  'Watch your sessions again'),
  ('Coaching',      'coach_messaging',        'Messages to the coach',  false, false, true,  'Write to your coach between sessions'),
  ('Coaching',      'calendar_sync',          'Calendar sync',          false, false, true,  'See sessions in your own calendar'),
  ('Coaching',      'priority_booking',       'Priority booking',       false, false, true,  'Book a week before everybody else'),
  ('Coaching',      'session_homework',       'Homework',               false, false, true,  'Tasks from one session to the next'),
  ('Coaching',      'coach_matching',         'Coach matching',         false, false, true,  'Three suggestions that fit your goals'),
  ('Assessments',   'capability_assessments', 'Capability assessments', true,  false, true,  'Rate yourself against a capability model'),
  ('Assessments',   'evaluator_ratings',      'Evaluator ratings',      true,  false, true,  'Invite others to rate you'),
  ('Assessments',   'assessment_history',     'Assessment history',     false, false, true,  'Compare results over time'),
  ('Assessments',   'assessment_pdf',         'PDF reports',            false, false, true,  'Download a report of each result'),
  ('Assessments',   'psychometric_catalogue', 'Psychometric catalogue', false, false, true,  'Tests of other providers'),
  ('Assessments',   'peer_benchmark',         'Peer benchmark',         false, false, true,  'Compare with members in similar roles'),
  ('Assessments',   'scenario_practice',      'Scenario practice',      true,  false, true,  'Play practice cases and get a score'),
  ('Goals',         'goals',                  'Goals',                  true,  false, true,  'Write goals and track them'),
  ('Goals',         'guided_paths',           'Guided paths',           false, false, true,  'Start from a path that others walked'),
  ('Goals',         'wheel_of_life',          'Wheel of life',          false, false, true,  'Rate ten areas of your life'),
  ('Goals',         'decision_journal',       'Decision journal',       true,  false, true,  'Write decisions down and look back'),
  ('Goals',         'habit_tracker',          'Habit tracker',          false, false, true,  'Small things, every day'),
  ('Goals',         'milestone_reminders',    'Milestone reminders',    false, false, true,  'A nudge before a milestone is due'),
  ('Goals',         'vision_board',           'Vision board',           false, false, false, 'Pictures of where you want to be'),
  ('Community',     'peer_circles',           'Peer circles',           false, false, true,  'A small group with a fixed rhythm'),
  ('Community',     'discussions',            'Discussions',            false, false, true,  'Talk under each module'),
  ('Community',     'mentoring',              'Mentoring',              false, false, true,  'Find a mentor, or become one'),
  ('Community',     'events',                 'Events',                 false, false, true,  'Talks and open evenings'),
  ('Community',     'member_directory',       'Member directory',       false, false, true,  'Find other members'),
  ('Community',     'accountability_partner', 'Accountability partner', false, false, true,  'Somebody who asks how it went'),
  ('Community',     'alumni_access',          'Alumni access',          false, false, true,  'Stay in touch after a program'),
  ('AI',            'ai_insights',            'AI insights',            true,  false, true,  'Patterns in your notes and results'),
  ('AI',            'ai_goal_coach',          'AI goal coach',          true,  false, true,  'Questions that sharpen a goal'),
  ('AI',            'ai_reflection_prompts',  'Reflection prompts',     true,  false, true,  'Prompts that follow from your last entry'),
  ('AI',            'ai_module_summary',      'Module summaries',       true,  false, true,  'The gist of a module in ten lines'),
  ('AI',            'ai_recommendations',     'Recommendations',        true,  false, true,  'What to learn next'),
  ('AI',            'ai_translation',         'Translation',            true,  false, true,  'Modules in your language'),
  ('AI',            'ai_practice_partner',    'AI practice partner',    true,  false, true,  'Rehearse a conversation'),
  ('Organisations', 'org_dashboard',          'Dashboard',              false, false, true,  'Progress of your people, in aggregate'),
  ('Organisations', 'org_members',            'Members',                false, false, true,  'Invite and remove members'),
  ('Organisations', 'org_reports',            'Reports',                false, false, true,  'Quarterly report as a PDF'),
  ('Organisations', 'org_credits',            'Shared credits',         false, false, true,  'One balance for the whole organisation'),
  ('Organisations', 'org_sso',                'Single sign-on',         false, false, true,  'Sign in with the company account'),
  ('Organisations', 'org_branding',           'Branding',               false, false, true,  'Your logo and colours'),
  ('Organisations', 'org_api',                'API',                    false, false, true,  'Read progress from your own systems'),
  ('Organisations', 'org_sponsored_plans',    'Sponsored plans',        false, false, true,  'Pay for the plans of your people'),
  ('Platform',      'maintenance_banner',     'Maintenance banner',     false, true,  true,  'Announce planned work'),
  ('Platform',      'new_navigation',         'New navigation',         false, true,  true,  'The menu introduced in spring'),
  ('Platform',      'audit_trail',            'Audit trail',            false, true,  true,  'Who changed what'),
  ('Platform',      'impersonation',          'View as member',         false, true,  true,  'Support staff see what the member sees'),
  ('Platform',      'beta_programs',          'Beta programs',          false, true,  false, 'Programs that are not quite finished'),
  ('Platform',      'export_my_data',         'Export my data',         false, true,  true,  'Everything we know about you, in one file'),
  ('Platform',      'dark_mode',              'Dark mode',              false, true,  true,  'Easy on the eyes at night'),
  ('Platform',      'accessibility_tools',    'Accessibility tools',    false, true,  true,  'Larger text, less motion, more contrast')
) AS v (category, key, name, is_consumable, is_system, is_active, description)
JOIN public.feature_categories c ON c.name = v.category
ORDER BY v.key COLLATE "C";

-- Plans -----------------------------------------------------------------------

INSERT INTO public.plans (
  id, key, name, tier_level, is_free, credit_allowance, is_purchasable, description, created_at,
  updated_at)
SELECT pg_temp.id('plans', v.key), v.key, v.name, v.tier_level, v.is_free, v.credit_allowance,
       v.is_purchasable, v.description, pg_temp.stamp(), pg_temp.stamp()
FROM (VALUES
  ('free',         'Free',         0, true,    0, true,  'Look around: two goals, one assessment, the public library.'),
  ('essential',    'Essential',    1, false, 100, true,  'For steady progress on your own.'),
  ('professional', 'Professional', 2, false, 250, true,  'Programs, group coaching and the full assessment catalogue.'),
  ('executive',    'Executive',    3, false, 600, true,  'Everything, with a personal coach and priority booking.'),
  ('sponsored',    'Sponsored',    2, false, 200, false, 'Paid by your organisation; not for sale to individuals.')
) AS v (key, name, tier_level, is_free, credit_allowance, is_purchasable, description);

-- One line per feature, one column per plan: 'on' and 'off' as they read, a number
-- switches the feature on up to that limit.
INSERT INTO public.plan_features (plan_id, feature_id, enabled, limit_value, created_at)
SELECT p.id, f.id, cell.value <> 'off', CASE WHEN cell.value ~ '^[0-9]+$' THEN cell.value::integer END,
       pg_temp.stamp()
FROM (VALUES
  ('program_catalogue',      'on',  'on',  'on',  'on',  'on'),
  ('program_enrollment',     '1',   '3',   'on',  'on',  'on'),
  ('module_downloads',       'off', 'on',  'on',  'on',  'on'),
  ('offline_mode',           'off', 'off', 'on',  'on',  'off'),
  ('resource_library',       'on',  'on',  'on',  'on',  'on'),
  ('resource_collections',   'off', '5',   '20',  'on',  '20'),
  ('certificates',           'off', 'on',  'on',  'on',  'on'),
  ('module_notes',           'on',  'on',  'on',  'on',  'on'),
  ('coaching_sessions',      'off', 'off', '1',   '4',   '2'),
  ('group_sessions',         'off', '1',   '4',   'on',  '4'),
  ('session_recordings',     'off', 'off', 'on',  'on',  'on'),
  ('coach_messaging',        'off', 'off', 'on',  'on',  'on'),
  ('calendar_sync',          'off', 'on',  'on',  'on',  'on'),
  ('priority_booking',       'off', 'off', 'off', 'on',  'off'),
  ('session_homework',       'off', 'on',  'on',  'on',  'on'),
  ('capability_assessments', '1',   '3',   'on',  'on',  'on'),
  ('evaluator_ratings',      'off', '3',   '10',  '25',  '10'),
  ('assessment_history',     'off', 'on',  'on',  'on',  'on'),
  ('assessment_pdf',         'off', 'off', 'on',  'on',  'on'),
  ('psychometric_catalogue', 'off', 'on',  'on',  'on',  'on'),
  ('peer_benchmark',         'off', 'off', 'on',  'on',  'off'),
  ('scenario_practice',      'off', '2',   '10',  'on',  '10'),
  ('goals',                  '2',   '10',  'on',  'on',  'on'),
  ('guided_paths',           '1',   'on',  'on',  'on',  'on'),
  ('wheel_of_life',          'on',  'on',  'on',  'on',  'on'),
  ('decision_journal',       '5',   '50',  'on',  'on',  'on'),
  ('habit_tracker',          'off', '3',   '10',  'on',  '10'),
  ('milestone_reminders',    'off', 'on',  'on',  'on',  'on'),
  ('vision_board',           'off', 'off', 'on',  'on',  'on'),
  ('peer_circles',           'off', 'off', '1',   '3',   '1'),
  ('discussions',            'on',  'on',  'on',  'on',  'on'),
  ('mentoring',              'off', 'off', 'on',  'on',  'on'),
  ('events',                 'on',  'on',  'on',  'on',  'on'),
  ('member_directory',       'off', 'on',  'on',  'on',  'on'),
  ('ai_insights',            'off', '5',   '25',  '100', '25'),
  ('ai_goal_coach',          'off', '5',   '25',  '100', '25'),
  ('ai_reflection_prompts',  '3',   '30',  'on',  'on',  'on'),
  ('ai_module_summary',      'off', '10',  'on',  'on',  'on'),
  ('ai_recommendations',     'off', '5',   '25',  '100', '25'),
  ('export_my_data',         'on',  'on',  'on',  'on',  'on')
) AS v (feature, free, essential, professional, executive, sponsored)
CROSS JOIN LATERAL (VALUES
  ('free',         v.free),
  ('essential',    v.essential),
  ('professional', v.professional),
  ('executive',    v.executive),
  ('sponsored',    v.sponsored)
) AS cell (plan, value)
JOIN public.plans    p ON p.key = cell.plan
JOIN public.features f ON f.key = v.feature
ORDER BY p.key COLLATE "C", f.key COLLATE "C";

-- Tracks, add-ons, program plans ----------------------------------------------

INSERT INTO public.tracks (id, key, name, description, display_order, created_at, updated_at)
SELECT pg_temp.id('tracks', v.key), v.key, v.name, v.description, v.display_order, pg_temp.stamp(),
       pg_temp.stamp()
FROM (VALUES
  ('new-leader',    'New leader',    1, 'You lead people for the first time'),
  ('senior-leader', 'Senior leader', 2, 'You lead leaders'),
  ('career-change', 'Career change', 3, 'You are looking for what comes next'),
  ('founder',       'Founder',       4, 'You build an organisation')
) AS v (key, name, display_order, description);

INSERT INTO public.track_features (track_id, feature_id, enabled, limit_value, created_at)
SELECT p.id, f.id, v.enabled, v.limit_value, pg_temp.stamp()
FROM (VALUES
  ('new-leader',    'goals',                  true,    20),
  ('new-leader',    'mentoring',              true,  NULL),
  ('new-leader',    'scenario_practice',      true,     6),
  ('senior-leader', 'evaluator_ratings',      true,    20),
  ('senior-leader', 'peer_circles',           true,     2),
  ('senior-leader', 'peer_benchmark',         true,  NULL),
  ('career-change', 'psychometric_catalogue', true,  NULL),
  ('career-change', 'decision_journal',       true,  NULL),
  ('career-change', 'vision_board',           true,  NULL),
  ('founder',       'coaching_sessions',      true,     2),
  ('founder',       'peer_circles',           true,     3),
  ('founder',       'priority_booking',       false, NULL)
) AS v (parent, feature, enabled, limit_value)
JOIN public.tracks p ON p.key = v.parent
JOIN public.features f ON f.key = v.feature
ORDER BY v.parent COLLATE "C", v.feature COLLATE "C";

INSERT INTO public.add_ons (
  id, name, description, price_cents, billing_interval, is_active, created_at, updated_at)
SELECT pg_temp.id('add_ons', v.name), v.name, v.description, v.price_cents, v.billing_interval,
       v.is_active, pg_temp.stamp(), pg_temp.stamp()
FROM (VALUES
  ('AI pack',                 900, 'month', true,  'A hundred more AI actions each month'),
  ('Extra coaching hour',   14000, 'once',  true,  'One session with your coach'),
  ('Psychometric bundle',   24900, 'once',  true,  'Three tests of your choice, with a debrief'),
  ('Peer circle seat',      18000, 'year',  true,  'A seat in a circle for one year'),
  ('Certificate in print',   1900, 'once',  true,  'On paper, by post'),
  ('Team workshop',        120000, 'once',  false, 'Half a day for up to twelve people')
) AS v (name, price_cents, billing_interval, is_active, description);

INSERT INTO public.add_on_features (add_on_id, feature_id, enabled, limit_value, created_at)
SELECT p.id, f.id, v.enabled, v.limit_value, pg_temp.stamp()
FROM (VALUES
  ('AI pack',              'ai_insights',            true,  100),
  ('AI pack',              'ai_goal_coach',          true,  100),
  ('AI pack',              'ai_practice_partner',    true,   20),
  ('Extra coaching hour',  'coaching_sessions',      true,    1),
  ('Extra coaching hour',  'session_recordings',     true, NULL),
  ('Psychometric bundle',  'psychometric_catalogue', true,    3),
  ('Peer circle seat',     'peer_circles',           true,    1),
  ('Peer circle seat',     'accountability_partner', true, NULL),
  ('Certificate in print', 'certificates',           true, NULL),
  ('Team workshop',        'group_sessions',         true,   12)
) AS v (parent, feature, enabled, limit_value)
JOIN public.add_ons p ON p.name = v.parent
JOIN public.features f ON f.key = v.feature
ORDER BY v.parent COLLATE "C", v.feature COLLATE "C";

INSERT INTO public.program_plans (
  id, name, display_name, description, tier_level, credit_allowance, is_active, created_at,
  updated_at)
SELECT pg_temp.id('program_plans', v.name), v.name, v.display_name, v.description, v.tier_level,
       v.credit_allowance, v.is_active, pg_temp.stamp(), pg_temp.stamp()
FROM (VALUES
  ('self-paced', 'Self-paced',       0,    0, true,  'Modules and worksheets, no sessions'),
  ('guided',     'Guided',           1,   40, true,  'A check-in every two weeks'),
  ('cohort',     'Cohort',           2,   60, true,  'With a group that starts on the same day'),
  ('private',    'Private coaching', 3,  180, true,  'Every module with your own coach'),
  ('pilot',      'Pilot',            1, NULL, false, NULL)
) AS v (name, display_name, tier_level, credit_allowance, is_active, description);

INSERT INTO public.program_plan_features (
  program_plan_id, feature_id, enabled, limit_value, created_at)
SELECT p.id, f.id, v.enabled, v.limit_value, pg_temp.stamp()
FROM (VALUES
  ('self-paced', 'module_downloads',   true,  NULL),
  ('self-paced', 'discussions',        true,  NULL),
  ('guided',     'module_downloads',   true,  NULL),
  ('guided',     'coaching_sessions',  true,     3),
  ('guided',     'session_homework',   true,  NULL),
  ('cohort',     'group_sessions',     true,     6),
  ('cohort',     'peer_circles',       true,     1),
  ('cohort',     'discussions',        true,  NULL),
  ('private',    'coaching_sessions',  true,    10),
  ('private',    'coach_messaging',    true,  NULL),
  ('private',    'session_recordings', true,  NULL),
  ('private',    'certificates',       true,  NULL),
  ('pilot',      'discussions',        false, NULL)
) AS v (parent, feature, enabled, limit_value)
JOIN public.program_plans p ON p.name = v.parent
JOIN public.features f ON f.key = v.feature
ORDER BY v.parent COLLATE "C", v.feature COLLATE "C";

-- Credits ---------------------------------------------------------------------

INSERT INTO public.credit_services (
  id, category, name, description, credit_cost, feature_key, is_active, is_org_service,
  created_at, updated_at)
SELECT pg_temp.id('credit_services', v.category || '/' || v.name), v.category, v.name,
       v.description, v.credit_cost, v.feature_key, v.is_active, v.is_org_service, pg_temp.stamp(),
       pg_temp.stamp()
FROM (VALUES
  ('ai',         'Goal sharpening',         2, 'ai_goal_coach',          true, false, 'Five questions about one goal'),
  ('ai',         'Insight report',          5, 'ai_insights',            true, false, 'Patterns across your last month'),
  ('ai',         'Module summary',          1, 'ai_module_summary',      true, false, 'Ten lines about one module'),
  ('ai',         'Practice conversation',   4, 'ai_practice_partner',    true, false, 'Ten minutes with the AI partner'),
  ('assessment', 'Capability assessment',  10, 'capability_assessments', true, false, 'One assessment beyond the plan'),
  ('assessment', 'Evaluator invitation',    3, 'evaluator_ratings',      true, false, 'One more evaluator'),
  ('assessment', 'Team report',            50, 'org_reports',            true, true,  'Results of a team, in aggregate'),
  ('program',    'Program enrolment',      40, 'program_enrollment',     true, false, 'Enrol in a program beyond the plan'),
  ('program',    'Extension by a month',   15, NULL,                     true, false, 'Keep access for another month'),
  ('session',    'Coaching session',       60, 'coaching_sessions',      true, false, 'Sixty minutes with a coach'),
  ('session',    'Express session',        35, 'coaching_sessions',      true, false, 'Twenty-five minutes, within three days'),
  ('session',    'Group session',          20, 'group_sessions',         true, false, 'A seat in a group session'),
  ('session',    'Leadership workshop',   400, 'group_sessions',         true, true,  'Half a day for a team')
) AS v (category, name, credit_cost, feature_key, is_active, is_org_service, description);

INSERT INTO public.credit_topup_packages (
  id, slug, name, credits, price_cents, currency, is_active, display_order, description,
  created_at, updated_at)
SELECT pg_temp.id('credit_topup_packages', v.slug), v.slug, v.name, v.credits, v.price_cents,
       v.currency, v.is_active, v.display_order, v.description, pg_temp.stamp(), pg_temp.stamp()
FROM (VALUES
  ('topup-50',       'Starter',    50,  2500, 'EUR', true,  1, 'Enough for a coaching session, nearly'),
  ('topup-150',      'Regular',   150,  6900, 'EUR', true,  2, 'A month of steady work'),
  ('topup-400',      'Generous',  400, 16900, 'EUR', true,  3, 'A quarter, with room to spare'),
  ('topup-1000',     'Year',     1000, 38900, 'EUR', true,  4, 'For people who plan ahead'),
  ('topup-25-trial', 'Trial',      25,     0, 'EUR', false, 9, 'Once per member')
) AS v (slug, name, credits, price_cents, currency, is_active, display_order, description);

INSERT INTO public.org_credit_packages (
  id, slug, name, credits, price_cents, currency, is_active, display_order, description,
  created_at, updated_at)
SELECT pg_temp.id('org_credit_packages', v.slug), v.slug, v.name, v.credits, v.price_cents,
       v.currency, v.is_active, v.display_order, v.description, pg_temp.stamp(), pg_temp.stamp()
FROM (VALUES
  ('org-1000',     'Team',              1000,  35000, 'EUR', true, 1, 'For up to ten people'),
  ('org-5000',     'Department',        5000, 160000, 'EUR', true, 2, 'For up to fifty people'),
  ('org-20000',    'Company',          20000, 580000, 'EUR', true, 3, 'For everybody'),
  ('org-5000-usd', 'Department (USD)',  5000, 175000, 'USD', true, 4, 'Billed in US dollars')
) AS v (slug, name, credits, price_cents, currency, is_active, display_order, description);

INSERT INTO public.org_platform_tiers (
  id, slug, name, monthly_price_cents, included_credits, is_active, description, created_at,
  updated_at)
SELECT pg_temp.id('org_platform_tiers', v.slug), v.slug, v.name, v.monthly_price_cents,
       v.included_credits, v.is_active, v.description, pg_temp.stamp(), pg_temp.stamp()
FROM (VALUES
  ('org-core',       'Core',        9900,  200, true, 'Members, shared credits, dashboard'),
  ('org-growth',     'Growth',     24900, 1000, true, 'Core, with reports and branding'),
  ('org-enterprise', 'Enterprise', 79900, 5000, true, 'Growth, with single sign-on and the API')
) AS v (slug, name, monthly_price_cents, included_credits, is_active, description);

-- Programs and modules --------------------------------------------------------

-- Module types were created by a script that ran on both sides with the same ids.
INSERT INTO public.module_types (id, name, description, created_at)
SELECT md5('shared:module_types:' || v.name)::uuid, v.name, v.description, pg_temp.stamp()
FROM (VALUES
  ('Video',        'A recorded lesson to watch at your own pace'),
  ('Reading',      'A text with questions to think about'),
  ('Exercise',     'A task to do on your own, with a worksheet'),
  ('Reflection',   'A private journal entry, guided by prompts'),
  ('Live session', 'A meeting with a coach or a group'),
  ('Assessment',   'A questionnaire with a scored result'),
  ('Scenario',     'A practice case, played with a partner'),
  ('Project',      'Work from the real job, over several weeks'),
  ('Check-in',     'A short conversation about what has changed')
) AS v (name, description);

INSERT INTO public.programs (
  id, slug, name, category, is_active, credit_cost, min_plan_tier, description, created_at,
  updated_at)
SELECT pg_temp.id('programs', v.slug), v.slug, v.name, v.category, v.is_active, v.credit_cost,
       v.min_plan_tier, v.description, pg_temp.stamp(), pg_temp.stamp()
FROM (VALUES
  ('executive-presence',           'Executive Presence',               'Leadership',    true,  40,    2, 'How you come across when the stakes are high. Eight weeks on voice, stance and message, with a coach who watches your recordings and tells you what the room saw.'),
  ('leading-your-first-team',      'Leading Your First Team',          'Leadership',    true,  25,    1, 'For people who were very good at their work and now answer for the work of others.'),
  ('coaching-skills-for-managers', 'Coaching Skills for Managers',     'Coaching',      true,  30,    1, 'Ask more, tell less: the everyday coaching habits that make a team think for itself.'),
  ('career-crossroads',            'Career Crossroads',                'Career',        true,  15, NULL, 'Stay, move or start over? A structured way to a decision you can explain to yourself.'),
  ('voice-and-influence',          'Voice & Influence',                'Communication', true,  20,    1, 'Persuasion without pressure: stories, evidence and timing.'),
  ('mindful-leader',               'The Mindful Leader',               'Wellbeing',     true,  18, NULL, 'Attention as a leadership skill: short daily practice, no incense.'),
  ('difficult-conversations',      'Difficult Conversations',          'Communication', true,  20,    1, 'Prepare it, have it, repair it.'),
  ('strategic-thinking-lab',       'Strategic Thinking Lab',           'Strategy',      true,  45,    3, 'Six weeks to think further than the quarter, on a question from your own organisation.'),
  ('inclusive-teams',              'Inclusive Teams',                  'Teams',         true,  22,    1, 'Small routines that change who gets heard.'),
  ('founder-to-ceo',               'From Founder to CEO',              'Leadership',    true,  60,    3, 'The company has outgrown the way you run it. So have you.'),
  ('returning-with-confidence',    'Returning with Confidence',        'Career',        true,   0, NULL, 'Back to work after parental leave, illness or a career break.'),
  ('resilience-under-pressure',    'Resilience Under Pressure',        'Wellbeing',     true,  20, NULL, 'What to do before, during and after the hard weeks.'),
  ('remote-managers-2023',         'Managing Remotely (2023 edition)', 'Teams',         false, 20,    1, 'Replaced by Inclusive Teams and Leading Your First Team; kept for members who are half-way through.')
) AS v (slug, name, category, is_active, credit_cost, min_plan_tier, description);

INSERT INTO public.program_modules (
  id, program_id, order_index, title, description, module_type_id, estimated_minutes, is_optional,
  created_at, updated_at)
SELECT pg_temp.id('program_modules', v.program || '/' || v.order_index), p.id, v.order_index,
       v.title, v.description, t.id, v.minutes, v.is_optional, pg_temp.stamp(), pg_temp.stamp()
FROM (VALUES
  ('executive-presence',           1, 'Where you stand today',                    'Assessment',    25, false, 'A first look at how you rate your own presence, and how three colleagues rate it. Keep the result: you will repeat it in the last week.'),
  ('executive-presence',           2, 'The first ninety seconds',                 'Video',         35, false, 'What people decide before you have said anything that matters.'),
  ('executive-presence',           3, 'Voice: pace, pause, pitch',                'Exercise',      45, false, 'Record two minutes about your current project. Listen once for pace, once for pauses, once for the end of your sentences. Note one change for each, record again, compare.'),
  ('executive-presence',           4, 'One message, three audiences',             'Exercise',      50, false, 'Say the same thing to your team, to your board and to a customer.'),
  ('executive-presence',           5, 'Holding the room when challenged',         'Scenario',      60, false, 'A partner interrupts, doubts your numbers and changes the subject. You stay with the question.'),
  ('executive-presence',           6, 'Presence on a screen',                     'Reading',       20, true,  'Camera, light and eye contact: small things that cost nothing.'),
  ('executive-presence',           7, 'The difficult board meeting',              'Live session',  90, false, 'Bring a real agenda item. The group plays the board; the coach stops the scene whenever a choice was made, and you try the other one.'),
  ('executive-presence',           8, 'What changed',                             'Reflection',    30, false, 'Repeat the first assessment and write to your past self.'),
  ('leading-your-first-team',      1, 'From doing to leading',                    'Video',         30, false, 'What you must stop doing, and why it feels like losing something.'),
  ('leading-your-first-team',      2, 'Your first thirty days',                   'Exercise',      60, false, 'A plan on one page: whom to meet, what to ask, what to leave alone. Most new managers change too much in the first month; this exercise asks you to write down what works already.'),
  ('leading-your-first-team',      3, 'One-to-ones that people look forward to',  'Reading',       25, false, 'An agenda that belongs to the other person.'),
  ('leading-your-first-team',      4, 'Delegating without disappearing',          'Scenario',      45, false, 'Hand over a task you love, and keep your hands off it.'),
  ('leading-your-first-team',      5, 'Feedback in both directions',              'Exercise',      40, false, 'Ask for it first, give it second.'),
  ('leading-your-first-team',      6, 'Setting goals the team believes',          'Project',      120, false, 'Write three goals with your team, not for it.'),
  ('leading-your-first-team',      7, 'When somebody isn''t delivering',          'Live session',  75, false, 'A conversation that''s kind and clear at the same time.'),
  ('leading-your-first-team',      8, 'Ninety days in',                           'Check-in',      30, false, 'What you''d tell the next new manager.'),
  ('coaching-skills-for-managers', 1, 'What coaching is not',                     'Reading',       20, false, 'It''s not therapy, not advice and not a trick to get your way.'),
  ('coaching-skills-for-managers', 2, 'Listening on three levels',                'Video',         40, false, 'Words, feelings, and what is left out.'),
  ('coaching-skills-for-managers', 3, 'Questions that open',                      'Exercise',      45, false, 'Turn ten closed questions into open ones. Then ask two of them today and write down what you heard that you wouldn''t have heard otherwise.'),
  ('coaching-skills-for-managers', 4, 'The goal behind the goal',                 'Scenario',      50, false, 'Somebody asks for a course. What do they want?'),
  ('coaching-skills-for-managers', 5, 'Silence',                                  'Exercise',      15, true,  'Count to seven before you speak.'),
  ('coaching-skills-for-managers', 6, 'Coaching in ten minutes',                  'Live session',  60, false, 'A complete conversation in the time of a coffee.'),
  ('coaching-skills-for-managers', 7, 'Accountability without nagging',           'Reading',       25, false, 'Who does what by when, and how will you know?'),
  ('coaching-skills-for-managers', 8, 'Your coaching log',                        'Project',      180, false, 'Six conversations, six short notes, one pattern.'),
  ('career-crossroads',            1, 'The map so far',                           'Reflection',    40, false, 'Ten years on one sheet: what gave energy and what took it.'),
  ('career-crossroads',            2, 'Values under pressure',                    'Assessment',    25, false, 'Which of your values gave way last time, and to what?'),
  ('career-crossroads',            3, 'Three possible lives',                     'Exercise',      60, false, 'Draft three five-year plans, all of them good.'),
  ('career-crossroads',            4, 'Talking to people who did it',             'Project',      150, false, 'Three interviews, with a guide that keeps them short.'),
  ('career-crossroads',            5, 'Money, honestly',                          'Reading',       20, true,  'What a change costs, and what staying costs.'),
  ('career-crossroads',            6, 'Deciding',                                 'Live session',  60, false, 'A coach helps you hear your own answer.'),
  ('voice-and-influence',          1, 'Who decides, and on what grounds',         'Reading',       25, false, 'Draw the people around a decision, and what each of them fears.'),
  ('voice-and-influence',          2, 'Evidence that lands',                      'Video',         30, false, 'One number, one picture, one consequence.'),
  ('voice-and-influence',          3, 'The story spine',                          'Exercise',      45, false, 'Once upon a time… every day… until one day… because of that… until finally.'),
  ('voice-and-influence',          4, 'Allies before meetings',                   'Reading',       20, false, 'Meetings confirm decisions; corridors make them.'),
  ('voice-and-influence',          5, 'Saying no, usefully',                      'Scenario',      40, false, 'Refuse the request, keep the relationship, offer a door.'),
  ('voice-and-influence',          6, 'Pitch day',                                'Live session',  90, false, 'Five minutes each. Feedback from the group: what I heard, what I felt, what I''d do now.'),
  ('voice-and-influence',          7, 'After the yes',                            'Check-in',      20, false, 'Turning agreement into action before it cools down.'),
  ('mindful-leader',               1, 'Why attention',                            'Video',         20, false, 'The evidence, its limits, and what to expect in six weeks.'),
  ('mindful-leader',               2, 'Ten minutes a day',                        'Exercise',      70, false, 'A recording for each day of the first week.'),
  ('mindful-leader',               3, 'Noticing before reacting',                 'Scenario',      35, false, 'The email that makes you angry: read it, breathe, wait, answer.'),
  ('mindful-leader',               4, 'Meetings with one agenda',                 'Reading',       15, false, 'One thing at a time, also for the chair.'),
  ('mindful-leader',               5, 'Difficult emotions at work',               'Live session',  60, false, 'A group conversation with clear rules.'),
  ('mindful-leader',               6, 'Rest is part of the job',                  'Reading',       20, true,  'Sleep, breaks and the courage to be unavailable.'),
  ('mindful-leader',               7, 'Keeping it going',                         'Reflection',    20, false, 'A practice that survives a busy quarter.'),
  ('difficult-conversations',      1, 'The conversation you avoid',               'Reflection',    25, false, 'Name it, and write down what not having it has cost so far.'),
  ('difficult-conversations',      2, 'Facts, story, feeling',                    'Video',         30, false, 'Three layers that we mix up when we are upset.'),
  ('difficult-conversations',      3, 'Opening lines',                            'Exercise',      30, false, 'Twelve first sentences, from "I noticed" to "I need your help".'),
  ('difficult-conversations',      4, 'Staying in the room',                      'Scenario',      50, false, 'Tears, silence, anger: practise with a partner who follows a script you have not seen. Stop when you need to; there is no prize for enduring it.'),
  ('difficult-conversations',      5, 'Agreeing on what happens next',            'Reading',       15, false, 'An ending both of you can repeat.'),
  ('difficult-conversations',      6, 'Repair',                                   'Reading',       20, true,  'When it went badly: how to come back the day after.'),
  ('difficult-conversations',      7, 'Your own conversation',                    'Live session',  75, false, 'Rehearse the real one with a coach, twice.'),
  ('strategic-thinking-lab',       1, 'A question worth six weeks',               'Exercise',      45, false, 'Choose one that nobody can answer by looking it up.'),
  ('strategic-thinking-lab',       2, 'Seeing the system',                        'Video',         40, false, 'Loops, delays, and why obvious fixes come back to bite.'),
  ('strategic-thinking-lab',       3, 'Assumptions on the table',                 'Exercise',      60, false, 'List what must be true. Rate each: how sure, how costly if wrong. Test the worst one first.'),
  ('strategic-thinking-lab',       4, 'Scenarios, not forecasts',                 'Project',      240, false, 'Four futures, each with an early sign. Write them as newspaper stories from five years ahead; a good one makes somebody in the room uncomfortable.'),
  ('strategic-thinking-lab',       5, 'Choosing what not to do',                  'Reading',       25, false, 'A strategy that excludes nothing is a wish list.'),
  ('strategic-thinking-lab',       6, 'Red team',                                 'Scenario',      75, false, 'Two colleagues attack your plan, politely and well.'),
  ('strategic-thinking-lab',       7, 'One page for the board',                   'Exercise',      50, false, 'Situation, choice, consequence, ask.'),
  ('strategic-thinking-lab',       8, 'Presenting the choice',                    'Live session',  90, false, 'Ten minutes, then questions only.'),
  ('inclusive-teams',              1, 'Who speaks, who is quoted',                'Exercise',      40, false, 'Count for one week. Numbers are calmer than opinions.'),
  ('inclusive-teams',              2, 'Safety to disagree',                       'Reading',       25, false, 'What people risk when they say no, and who risks more.'),
  ('inclusive-teams',              3, 'Hiring for difference',                    'Video',         35, false, 'Same questions, same order, notes before opinions.'),
  ('inclusive-teams',              4, 'Meetings for everybody',                   'Exercise',      45, false, 'Write first, talk second; rotate the chair.'),
  ('inclusive-teams',              5, 'Names and pronunciation',                  'Reading',       10, true,  'Zoë, Søren, Nguyễn, José: ask once, write it down, get it right.'),
  ('inclusive-teams',              6, 'Interrupting an interruption',             'Scenario',      40, false, 'How to give the floor back without making a scene.'),
  ('inclusive-teams',              7, 'A team agreement',                         'Project',      120, false, 'Six sentences that the team wrote and will keep.'),
  ('founder-to-ceo',               1, 'What only you can do',                     'Reflection',    40, false, 'Make the list, then halve it.'),
  ('founder-to-ceo',               2, 'Building a leadership team',               'Video',         45, false, 'Complementary, not comfortable.'),
  ('founder-to-ceo',               3, 'Letting go of the product',                'Scenario',      50, false, 'Your best idea meets a product manager who says no.'),
  ('founder-to-ceo',               4, 'Cash, runway and sleep',                   'Reading',       30, false, 'The four numbers to look at each Monday.'),
  ('founder-to-ceo',               5, 'The board as a resource',                  'Live session',  75, false, 'What to bring them, and when. Bring last quarter''s board paper: the group will read it as if they were investors, and then as if they were staff.'),
  ('founder-to-ceo',               6, 'Culture without slogans',                  'Exercise',      60, false, 'What gets praised, what gets ignored, what gets somebody fired.'),
  ('founder-to-ceo',               7, 'Co-founder check-up',                      'Scenario',      60, true,  'Six questions that most founders ask too late.'),
  ('founder-to-ceo',               8, 'Your own successor',                       'Project',      200, false, 'Write the job advert for your job, two years from now.'),
  ('returning-with-confidence',    1, 'What you bring back',                      'Reflection',    30, false, 'Skills you gained where nobody was grading you.'),
  ('returning-with-confidence',    2, 'The first conversation with your manager', 'Scenario',      40, false, 'Hours, tasks, expectations: say them out loud.'),
  ('returning-with-confidence',    3, 'Catching up, without panic',               'Reading',       15, false, 'What changed and what only has a new name.'),
  ('returning-with-confidence',    4, 'Energy budget',                            'Exercise',      30, false, 'Plan the week around it, not the other way round.'),
  ('returning-with-confidence',    5, 'A small circle',                           'Live session',  60, true,  'Four people in the same situation, once a week.'),
  ('returning-with-confidence',    6, 'Three months later',                       'Check-in',      25, false, 'Adjust the agreement before it breaks.'),
  ('resilience-under-pressure',    1, 'Your early signs',                         'Assessment',    20, false, 'Body, mood, behaviour: which one tells you first?'),
  ('resilience-under-pressure',    2, 'Load and recovery',                        'Video',         30, false, 'Stress is not the problem; the missing recovery is.'),
  ('resilience-under-pressure',    3, 'Circles of control',                       'Exercise',      35, false, 'Control, influence, weather.'),
  ('resilience-under-pressure',    4, 'Asking for help',                          'Scenario',      40, false, 'The sentence that''s hardest for people who are good at their jobs.'),
  ('resilience-under-pressure',    5, 'The bad day kit',                          'Exercise',      25, false, 'Three people, two places, one song. Put the list where you will find it on a bad day, not where it looks tidy.'),
  ('resilience-under-pressure',    6, 'When the team is under pressure',          'Live session',  60, false, 'Prioritise in public, protect the evenings.'),
  ('resilience-under-pressure',    7, 'After the storm',                          'Reflection',    30, true,  'What to keep from the crisis and what to put down.'),
  ('remote-managers-2023',         1, 'Trust at a distance',                      'Video',         30, false, 'Output over presence.'),
  ('remote-managers-2023',         2, 'Written first',                            'Reading',       20, false, 'Decisions that can be found again.'),
  ('remote-managers-2023',         3, 'The calendar audit',                       'Exercise',      30, false, 'Delete a third of it.'),
  ('remote-managers-2023',         4, 'Time zones and fairness',                  'Reading',       15, false, 'Share the inconvenience.'),
  ('remote-managers-2023',         5, 'The yearly meeting',                       'Project',      120, true,  'Make the days in one room count.')
) AS v (program, order_index, title, module_type, minutes, is_optional, description)
JOIN public.programs     p ON p.slug = v.program
JOIN public.module_types t ON t.name = v.module_type
ORDER BY v.program COLLATE "C", v.order_index;

-- Assessments -----------------------------------------------------------------

INSERT INTO public.assessment_categories (
  id, name, description, order_index, is_active, created_at)
SELECT pg_temp.id('assessment_categories', v.name), v.name, v.description, v.order_index, true,
       pg_temp.stamp()
FROM (VALUES
  ('Leadership',      1, 'How you lead others'),
  ('Self-management', 2, 'How you lead yourself'),
  ('Communication',   3, 'How you are understood'),
  ('Team',            4, 'How you work together'),
  ('Personality',     5, 'Preferences, strengths and values')
) AS v (name, order_index, description);

INSERT INTO public.assessment_families (id, slug, name, description, is_active, created_at)
SELECT pg_temp.id('assessment_families', v.slug), v.slug, v.name, v.description, true,
       pg_temp.stamp()
FROM (VALUES
  ('leadership-360',  'Leadership 360',  'One model, rated by yourself and by others'),
  ('self-leadership', 'Self-leadership', 'Attention, energy and habits'),
  ('coach-standards', 'Coach standards', 'What we expect of coaches on the platform'),
  ('team-health',     'Team health',     'Asked of a whole team')
) AS v (slug, name, description);

INSERT INTO public.capability_assessments (
  id, slug, name, assessment_mode, category_id, family_id, feature_key, is_active, is_public,
  pass_fail_enabled, pass_fail_mode, pass_fail_threshold, allow_instructor_eval,
  description, instructions, instructions_self, instructions_evaluator, rating_scale,
  created_at, updated_at)
SELECT pg_temp.id('capability_assessments', v.slug), v.slug, v.name, v.mode, c.id, f.id, v.feature_key,
       v.is_active, v.is_public, v.pass_fail_enabled, v.pass_fail_mode, v.pass_fail_threshold,
       v.allow_instructor_eval, v.description, v.instructions, v.instructions_self,
       v.instructions_evaluator, v.rating_scale::jsonb, pg_temp.stamp(), pg_temp.stamp()
FROM (VALUES
  ('leadership-360', 'Leadership 360', 'both', 'Leadership', 'leadership-360', 'capability_assessments',
   true, false, false, NULL, NULL, true,
   'Five domains of leadership, seen from all sides.',
   'Think of the last three months, not of your best day.',
   'Answer for yourself; nobody sees single answers.',
   'Answer for the person who invited you. Your name is not shown.',
   '{"min": 1, "max": 5, "labels": {"1": "Never", "2": "Rarely", "3": "Sometimes", "4": "Often", "5": "Always"}}'),
  ('self-leadership-check', 'Self-leadership Check', 'self', 'Self-management', 'self-leadership', 'capability_assessments',
   true, true, false, NULL, NULL, false,
   'Ten minutes about attention, energy and habits.',
   'There are no right answers.',
   'Be kind, and be honest.',
   NULL,
   '{"min": 1, "max": 7, "labels": {"1": "Strongly disagree", "4": "Neither", "7": "Strongly agree"}}'),
  ('coach-certification', 'Coach Certification', 'evaluator', 'Communication', 'coach-standards', 'evaluator_ratings',
   true, false, true, 'per_domain', 70, true,
   'Observed session, rated by two instructors.',
   'Watch the whole session before you rate.',
   NULL,
   'Rate what you saw, not what the coach told you about it.',
   '{"min": 1, "max": 5, "labels": {"1": "Never", "2": "Rarely", "3": "Sometimes", "4": "Often", "5": "Always"}}'),
  ('team-health-check', 'Team Health Check', 'self', 'Team', 'team-health', 'org_reports',
   true, false, false, NULL, NULL, false,
   'A quarterly pulse for teams of four to fifteen.',
   'Answer as a member of this team.',
   'Results appear from four answers on.',
   NULL,
   '{"min": 1, "max": 5, "labels": {"1": "Never", "2": "Rarely", "3": "Sometimes", "4": "Often", "5": "Always"}}'),
  ('presentation-skills', 'Presentation Skills', 'both', 'Communication', NULL, 'capability_assessments',
   true, true, true, 'overall', 60, true,
   'For speakers, and for those who listened.',
   'Rate one particular talk.',
   'Rate your talk on the same day.',
   'Rate the talk you have just heard.',
   '{"min": 1, "max": 5, "labels": {"1": "Never", "2": "Rarely", "3": "Sometimes", "4": "Often", "5": "Always"}}'),
  ('change-readiness-2023', 'Change Readiness (2023)', 'self', 'Leadership', NULL, NULL,
   false, false, false, NULL, NULL, false,
   'The former questionnaire; results stay readable.',
   'Think of one particular change.',
   NULL,
   NULL,
   '{"min": 1, "max": 5, "labels": {"1": "Never", "2": "Rarely", "3": "Sometimes", "4": "Often", "5": "Always"}}')
) AS v (slug, name, mode, category, family, feature_key, is_active, is_public, pass_fail_enabled,
        pass_fail_mode, pass_fail_threshold, allow_instructor_eval, description, instructions,
        instructions_self, instructions_evaluator, rating_scale)
JOIN      public.assessment_categories c ON c.name = v.category
LEFT JOIN public.assessment_families   f ON f.slug = v.family
ORDER BY v.slug COLLATE "C";

INSERT INTO public.capability_domains (
  id, assessment_id, name, description, order_index, created_at)
SELECT pg_temp.id('capability_domains', v.assessment || '/' || v.name), a.id, v.name, v.description,
       v.order_index, pg_temp.stamp()
FROM (VALUES
  ('leadership-360',        1, 'Direction', 'Where we are going'),
  ('leadership-360',        2, 'People',    'Growing others'),
  ('leadership-360',        3, 'Results',   'Getting it done'),
  ('leadership-360',        4, 'Integrity', 'Words and deeds'),
  ('leadership-360',        5, 'Learning',  'Staying curious'),
  ('self-leadership-check', 1, 'Attention', 'What you look at'),
  ('self-leadership-check', 2, 'Energy',    'What keeps you going'),
  ('self-leadership-check', 3, 'Habits',    'What you do without thinking'),
  ('self-leadership-check', 4, 'Emotions',  'What you feel'),
  ('self-leadership-check', 5, 'Purpose',   'Why you do it'),
  ('coach-certification',   1, 'Contract',  'Agreeing on the work'),
  ('coach-certification',   2, 'Presence',  'Being there'),
  ('coach-certification',   3, 'Questions', 'Opening up'),
  ('coach-certification',   4, 'Challenge', 'Moving on'),
  ('coach-certification',   5, 'Closing',   'Ending well'),
  ('team-health-check',     1, 'Trust',     'Can we be honest?'),
  ('team-health-check',     2, 'Clarity',   'Do we know what matters?'),
  ('team-health-check',     3, 'Rhythm',    'Do our routines help?'),
  ('team-health-check',     4, 'Load',      'Can we keep this up?'),
  ('team-health-check',     5, 'Impact',    'Does it make a difference?'),
  ('presentation-skills',   1, 'Structure', 'A red thread'),
  ('presentation-skills',   2, 'Voice',     'Sound'),
  ('presentation-skills',   3, 'Body',      'Sight'),
  ('presentation-skills',   4, 'Slides',    'Pictures'),
  ('presentation-skills',   5, 'Dialogue',  'Questions'),
  ('change-readiness-2023', 1, 'Need',      'Why change'),
  ('change-readiness-2023', 2, 'Skills',    'Able to change'),
  ('change-readiness-2023', 3, 'Support',   'Helped to change')
) AS v (assessment, order_index, name, description)
JOIN public.capability_assessments a ON a.slug = v.assessment
ORDER BY v.assessment COLLATE "C", v.order_index;

INSERT INTO public.capability_domain_questions (
  id, domain_id, question_key, question_text, help_text, order_index, created_at)
SELECT pg_temp.id('capability_domain_questions', concat_ws('/', v.assessment, v.domain, v.question_key)),
       d.id, v.question_key, v.question_text, v.help_text, v.order_index, pg_temp.stamp()
FROM (VALUES
  ('leadership-360',        'Direction', 1, 'sets_direction_people',           'Sets a direction that people can repeat.',          NULL),
  ('leadership-360',        'Direction', 2, 'explains_why_goal',               'Explains why a goal matters.',                      NULL),
  ('leadership-360',        'Direction', 3, 'says_will_not',                   'Says what will not be done.',                       NULL),
  ('leadership-360',        'Direction', 4, 'revisits_direction_facts',        'Revisits the direction when facts change.',         NULL),
  ('leadership-360',        'People',    1, 'gives_feedback_within',           'Gives feedback within a week.',                     NULL),
  ('leadership-360',        'People',    2, 'knows_each_person',               'Knows what each person wants to learn.',            NULL),
  ('leadership-360',        'People',    3, 'hands_over_work',                 'Hands over work that matters.',                     NULL),
  ('leadership-360',        'People',    4, 'makes_time_somebody',             'Makes time when somebody struggles.',               NULL),
  ('leadership-360',        'Results',   1, 'agrees_on_done',                  'Agrees on what done looks like.',                   NULL),
  ('leadership-360',        'Results',   2, 'removes_obstacles_early',         'Removes obstacles early.',                          NULL),
  ('leadership-360',        'Results',   3, 'keeps_promises_dates',            'Keeps promises about dates.',                       NULL),
  ('leadership-360',        'Results',   4, 'shares_bad_news',                 'Shares bad news quickly.',                          NULL),
  ('leadership-360',        'Integrity', 1, 'admits_mistakes_front',           'Admits mistakes in front of others.',               NULL),
  ('leadership-360',        'Integrity', 2, 'treats_people_alike',             'Treats people alike when nobody is watching.',      NULL),
  ('leadership-360',        'Integrity', 3, 'speaks_up_rule',                  'Speaks up when a rule is bent.',                    NULL),
  ('leadership-360',        'Integrity', 4, 'gives_credit_those',              'Gives credit to those who did the work.',           NULL),
  ('leadership-360',        'Learning',  1, 'asks_questions_without',          'Asks questions without knowing the answer.',        NULL),
  ('leadership-360',        'Learning',  2, 'changes_mind_shown',              'Changes their mind when shown evidence.',           'Think of a case in which it cost something.'),
  ('leadership-360',        'Learning',  3, 'tries_small_experiments',         'Tries small experiments.',                          NULL),
  ('leadership-360',        'Learning',  4, 'looks_back_after',                'Looks back after a project.',                       NULL),
  ('self-leadership-check', 'Attention', 1, 'work_an_hour',                    'I can work for an hour without checking messages.', NULL),
  ('self-leadership-check', 'Attention', 2, 'know_most_important',             'I know my most important task each morning.',       NULL),
  ('self-leadership-check', 'Attention', 3, 'finish_start',                    'I finish what I start.',                            NULL),
  ('self-leadership-check', 'Attention', 4, 'notice_mind_wanders',             'I notice when my mind wanders.',                    NULL),
  ('self-leadership-check', 'Energy',    1, 'sleep_enough_on',                 'I sleep enough on working days.',                   'Enough for you, not for the average.'),
  ('self-leadership-check', 'Energy',    2, 'take_breaks_before',              'I take breaks before I need them.',                 NULL),
  ('self-leadership-check', 'Energy',    3, 'move_body_most',                  'I move my body most days.',                         NULL),
  ('self-leadership-check', 'Energy',    4, 'know_which_meetings',             'I know which meetings drain me.',                   NULL),
  ('self-leadership-check', 'Habits',    1, 'review_week',                     'I review my week.',                                 NULL),
  ('self-leadership-check', 'Habits',    2, 'keep_small_promises',             'I keep small promises to myself.',                  NULL),
  ('self-leadership-check', 'Habits',    3, 'stop_habit_hurts',                'I can stop a habit that hurts me.',                 NULL),
  ('self-leadership-check', 'Habits',    4, 'have_place_everything',           'I have a place for everything I must remember.',    NULL),
  ('self-leadership-check', 'Emotions',  1, 'name_feel',                       'I can name what I feel.',                           NULL),
  ('self-leadership-check', 'Emotions',  2, 'wait_before_answer',              'I wait before I answer in anger.',                  NULL),
  ('self-leadership-check', 'Emotions',  3, 'ask_help_need',                   'I ask for help when I need it.',                    NULL),
  ('self-leadership-check', 'Emotions',  4, 'forgive_myself_mistakes',         'I forgive myself for mistakes.',                    NULL),
  ('self-leadership-check', 'Purpose',   1, 'work_fits_values',                'My work fits my values.',                           NULL),
  ('self-leadership-check', 'Purpose',   2, 'know_id_regret',                  'I know what I''d regret not doing.',                NULL),
  ('self-leadership-check', 'Purpose',   3, 'say_no_good',                     'I say no to good things for better ones.',          NULL),
  ('self-leadership-check', 'Purpose',   4, 'explain_goals_friend',            'I can explain my goals to a friend.',               NULL),
  ('coach-certification',   'Contract',  1, 'agrees_on_topic',                 'Agrees on a topic for the session.',                NULL),
  ('coach-certification',   'Contract',  2, 'asks_good_outcome',               'Asks what a good outcome would be.',                NULL),
  ('coach-certification',   'Contract',  3, 'clarifies_roles_confidentiality', 'Clarifies roles and confidentiality.',              NULL),
  ('coach-certification',   'Contract',  4, 'checks_time_left',                'Checks the time that is left.',                     NULL),
  ('coach-certification',   'Presence',  1, 'follows_clients_pace',            'Follows the client''s pace.',                       NULL),
  ('coach-certification',   'Presence',  2, 'stays_calm_strong',               'Stays calm with strong feelings.',                  NULL),
  ('coach-certification',   'Presence',  3, 'allows_silence',                  'Allows silence.',                                   'Three seconds or more.'),
  ('coach-certification',   'Presence',  4, 'notices_changes_voice',           'Notices changes in voice and posture.',             NULL),
  ('coach-certification',   'Questions', 1, 'asks_one_question',               'Asks one question at a time.',                      NULL),
  ('coach-certification',   'Questions', 2, 'asks_short_questions',            'Asks short questions.',                             NULL),
  ('coach-certification',   'Questions', 3, 'asks_person_not',                 'Asks about the person, not only the problem.',      NULL),
  ('coach-certification',   'Questions', 4, 'avoids_advice_dressed',           'Avoids advice dressed up as a question.',           NULL),
  ('coach-certification',   'Challenge', 1, 'names_contradictions_kindly',     'Names contradictions kindly.',                      NULL),
  ('coach-certification',   'Challenge', 2, 'offers_another_view',             'Offers another view without insisting.',            NULL),
  ('coach-certification',   'Challenge', 3, 'asks_commitment',                 'Asks for commitment.',                              NULL),
  ('coach-certification',   'Challenge', 4, 'tests_whether_goal',              'Tests whether the goal is the client''s own.',      NULL),
  ('coach-certification',   'Closing',   1, 'lets_client_sum',                 'Lets the client sum up.',                           NULL),
  ('coach-certification',   'Closing',   2, 'agrees_on_next',                  'Agrees on a next step.',                            NULL),
  ('coach-certification',   'Closing',   3, 'asks_feedback_on',                'Asks for feedback on the session.',                 NULL),
  ('coach-certification',   'Closing',   4, 'ends_on_time',                    'Ends on time.',                                     NULL),
  ('team-health-check',     'Trust',     1, 'admit_dont_know',                 'We admit what we don''t know.',                     NULL),
  ('team-health-check',     'Trust',     2, 'disagree_openly',                 'We disagree openly.',                               NULL),
  ('team-health-check',     'Trust',     3, 'ask_each_other',                  'We ask each other for help.',                       NULL),
  ('team-health-check',     'Trust',     4, 'mistakes_discussed_not',          'Mistakes are discussed, not hidden.',               NULL),
  ('team-health-check',     'Clarity',   1, 'everyone_knows_top',              'Everyone knows our top three goals.',               NULL),
  ('team-health-check',     'Clarity',   2, 'roles_clear',                     'Roles are clear.',                                  NULL),
  ('team-health-check',     'Clarity',   3, 'decisions_written_down',          'Decisions are written down.',                       NULL),
  ('team-health-check',     'Clarity',   4, 'know_who_decides',                'We know who decides.',                              'For the decisions of the last month.'),
  ('team-health-check',     'Rhythm',    1, 'meetings_worth_time',             'Our meetings are worth the time.',                  NULL),
  ('team-health-check',     'Rhythm',    2, 'plan_realistically',              'We plan realistically.',                            NULL),
  ('team-health-check',     'Rhythm',    3, 'stop_work_no',                    'We stop work that no longer matters.',              NULL),
  ('team-health-check',     'Rhythm',    4, 'celebrate_finished',              'We celebrate what is finished.',                    NULL),
  ('team-health-check',     'Load',      1, 'workload_sustainable',            'The workload is sustainable.',                      NULL),
  ('team-health-check',     'Load',      2, 'urgent_work_exception',           'Urgent work is the exception.',                     NULL),
  ('team-health-check',     'Load',      3, 'people_take_holidays',            'People take their holidays.',                       NULL),
  ('team-health-check',     'Load',      4, 'say_no_as',                       'We say no as a team.',                              NULL),
  ('team-health-check',     'Impact',    1, 'know_users',                      'We know our users.',                                NULL),
  ('team-health-check',     'Impact',    2, 'hear_happened_work',              'We hear what happened with our work.',              NULL),
  ('team-health-check',     'Impact',    3, 'improve_something_every',         'We improve something every month.',                 NULL),
  ('team-health-check',     'Impact',    4, 'im_proud_do',                     'I''m proud of what we do.',                         NULL),
  ('presentation-skills',   'Structure', 1, 'opening_made_me',                 'The opening made me listen.',                       NULL),
  ('presentation-skills',   'Structure', 2, 'one_main_message',                'There was one main message.',                       NULL),
  ('presentation-skills',   'Structure', 3, 'parts_followed_from',             'The parts followed from each other.',               NULL),
  ('presentation-skills',   'Structure', 4, 'end_an_end',                      'The end was an end.',                               NULL),
  ('presentation-skills',   'Voice',     1, 'pace_comfortable',                'The pace was comfortable.',                         NULL),
  ('presentation-skills',   'Voice',     2, 'pauses_used_well',                'Pauses were used well.',                            NULL),
  ('presentation-skills',   'Voice',     3, 'every_word_could',                'Every word could be heard.',                        NULL),
  ('presentation-skills',   'Voice',     4, 'voice_had_colour',                'The voice had colour.',                             NULL),
  ('presentation-skills',   'Body',      1, 'eye_contact_reached',             'Eye contact reached the whole room.',               NULL),
  ('presentation-skills',   'Body',      2, 'hands_supported_words',           'Hands supported the words.',                        NULL),
  ('presentation-skills',   'Body',      3, 'stance_steady',                   'The stance was steady.',                            NULL),
  ('presentation-skills',   'Body',      4, 'movement_had_purpose',            'Movement had a purpose.',                           NULL),
  ('presentation-skills',   'Slides',    1, 'slides_could_be',                 'Slides could be read from the back.',               NULL),
  ('presentation-skills',   'Slides',    2, 'one_idea_per',                    'One idea per slide.',                               NULL),
  ('presentation-skills',   'Slides',    3, 'pictures_helped',                 'Pictures helped.',                                  NULL),
  ('presentation-skills',   'Slides',    4, 'slides_not_read',                 'Slides were not read aloud.',                       NULL),
  ('presentation-skills',   'Dialogue',  1, 'questions_welcome',               'Questions were welcome.',                           NULL),
  ('presentation-skills',   'Dialogue',  2, 'answers_short',                   'Answers were short.',                               NULL),
  ('presentation-skills',   'Dialogue',  3, 'dont_know_possible',              '''I don''t know'' was possible.',                   NULL),
  ('presentation-skills',   'Dialogue',  4, 'difficult_questions_treated',     'Difficult questions were treated with respect.',    NULL),
  ('change-readiness-2023', 'Need',      1, 'see_why_this',                    'I see why this change is needed.',                  NULL),
  ('change-readiness-2023', 'Need',      2, 'know_happens_if',                 'I know what happens if we don''t change.',          NULL),
  ('change-readiness-2023', 'Need',      3, 'reasons_shared_openly',           'The reasons are shared openly.',                    NULL),
  ('change-readiness-2023', 'Need',      4, 'trust_those_who',                 'I trust those who propose it.',                     NULL),
  ('change-readiness-2023', 'Skills',    1, 'know_do_differently',             'I know what to do differently.',                    NULL),
  ('change-readiness-2023', 'Skills',    2, 'have_time_learn',                 'I have time to learn.',                             NULL),
  ('change-readiness-2023', 'Skills',    3, 'know_whom_ask',                   'I know whom to ask.',                               NULL),
  ('change-readiness-2023', 'Skills',    4, 'practise_safely',                 'I can practise safely.',                            NULL),
  ('change-readiness-2023', 'Support',   1, 'manager_supports_me',             'My manager supports me.',                           NULL),
  ('change-readiness-2023', 'Support',   2, 'team_talks',                      'My team talks about it.',                           NULL),
  ('change-readiness-2023', 'Support',   3, 'setbacks_accepted',               'Setbacks are accepted.',                            NULL),
  ('change-readiness-2023', 'Support',   4, 'progress_noticed',                'Progress is noticed.',                              NULL)
) AS v (assessment, domain, order_index, question_key, question_text, help_text)
JOIN public.capability_assessments a ON a.slug = v.assessment
JOIN public.capability_domains     d ON d.assessment_id = a.id AND d.name = v.domain
ORDER BY v.assessment COLLATE "C", d.order_index, v.order_index;

INSERT INTO public.psychometric_assessments (
  id, name, category, category_id, description, provider, url, cost, feature_key, is_active,
  created_at, updated_at)
SELECT pg_temp.id('psychometric_assessments', v.name), v.name, v.category, c.id, v.description,
       v.provider, v.url, v.cost, v.feature_key, v.is_active, pg_temp.stamp(), pg_temp.stamp()
FROM (VALUES
  ('Big Five Short Form',             'personality',   'Personality',     'Example Metrics',         'https://metrics.example.com/big-five',     NULL,   'psychometric_catalogue', true,  'Five traits in fifty questions'),
  ('Strengths Inventory',             'strengths',     'Personality',     'Example Metrics',         'https://metrics.example.com/strengths',    39.00,  'psychometric_catalogue', true,  'Your seven strongest patterns'),
  ('Values Compass',                  'values',        'Personality',     'Compass Example Press',   'https://compass.example.org/values',       19.50,  'psychometric_catalogue', true,  'Ten values in order of weight'),
  ('Conflict Styles',                 'communication', 'Communication',   'Compass Example Press',   'https://compass.example.org/conflict',     25.00,  'psychometric_catalogue', true,  'Five ways to handle disagreement'),
  ('Team Roles Profile',              'team',          'Team',            'Example Metrics',         'https://metrics.example.com/team-roles',   45.00,  'psychometric_catalogue', true,  'Which role you take when nobody assigns one'),
  ('Emotional Intelligence Scale',    'emotion',       'Self-management', 'North Example Institute', 'https://institute.example.org/eis',        85.00,  'psychometric_catalogue', true,  'Perceiving, using and managing emotions'),
  ('Learning Preferences',            'learning',      'Self-management', 'North Example Institute', NULL,                                       0.00,   NULL,                     true,  'How you take in something new'),
  ('Career Anchors Review',           'career',        'Personality',     'Compass Example Press',   'https://compass.example.org/anchors',      29.90,  'psychometric_catalogue', true,  'What you would not give up'),
  ('Leadership Derailers',            'leadership',    'Leadership',      'Example Metrics',         'https://metrics.example.com/derailers',    120.00, 'psychometric_catalogue', true,  'Strengths that turn against you under pressure'),
  ('Resilience Index',                'wellbeing',     'Self-management', 'North Example Institute', 'https://institute.example.org/resilience', 35.00,  'psychometric_catalogue', true,  'How quickly you recover'),
  ('Listening Styles',                'communication', 'Communication',   'Compass Example Press',   NULL,                                       NULL,   NULL,                     true,  'People, action, content or time'),
  ('Decision Styles (first edition)', 'leadership',    'Leadership',      'North Example Institute', NULL,                                       55.00,  NULL,                     false, 'Superseded; kept for old results')
) AS v (name, category, shelf, provider, url, cost, feature_key, is_active, description)
JOIN public.assessment_categories c ON c.name = v.shelf
ORDER BY v.name COLLATE "C";

INSERT INTO public.wheel_categories (
  key, name, description, color, icon, order_index, is_active, created_at)
SELECT v.key, v.name, v.description, v.color, v.icon, v.order_index, true, pg_temp.stamp()
FROM (VALUES
  ( 1, 'career',       'Career',        '#2563eb', 'briefcase',   'Work that fits you'),
  ( 2, 'finances',     'Finances',      '#16a34a', 'coins',       'Enough, and under control'),
  ( 3, 'health',       'Health',        '#dc2626', 'heart-pulse', 'Body and sleep'),
  ( 4, 'family',       'Family',        '#db2777', 'home',        'Those you come from and those you live with'),
  ( 5, 'friends',      'Friends',       '#f59e0b', 'users',       'People you call without a reason'),
  ( 6, 'love',         'Partnership',   '#e11d48', 'heart',       'Closeness'),
  ( 7, 'growth',       'Growth',        '#7c3aed', 'sprout',      'What you are learning'),
  ( 8, 'fun',          'Fun & leisure', '#0891b2', 'music',       'What you do for its own sake'),
  ( 9, 'home',         'Surroundings',  '#65a30d', 'lamp',        'The place you live in'),
  (10, 'contribution', 'Contribution',  '#475569', 'hand-heart',  'What you give')
) AS v (order_index, key, name, color, icon, description);

-- Scenarios -------------------------------------------------------------------

INSERT INTO public.scenario_categories (id, name, description, display_order, created_at)
SELECT pg_temp.id('scenario_categories', v.name), v.name, v.description, v.display_order,
       pg_temp.stamp()
FROM (VALUES
  (1, 'People',       'Conversations with one person'),
  (2, 'Stakeholders', 'Conversations with many interests'),
  (3, 'Crisis',       'When time is short')
) AS v (display_order, name, description);

INSERT INTO public.scenario_templates (
  id, name, description, category_id, capability_assessment_id, is_active, created_at, updated_at)
SELECT pg_temp.id('scenario_templates', v.name), v.name, v.description, c.id, a.id, v.is_active,
       pg_temp.stamp(), pg_temp.stamp()
FROM (VALUES
  ('The missed deadline',         'People',       'leadership-360',      true,  'A reliable colleague has missed the third date in a row.'),
  ('Feedback upwards',            'People',       'leadership-360',      true,  'Your manager interrupts you in every meeting.'),
  ('The promotion that wasn''t',  'People',       'coach-certification', true,  'Somebody expected to be promoted. You decided otherwise.'),
  ('Two departments, one budget', 'Stakeholders', 'presentation-skills', true,  'Both projects are worth doing, there is money for one.'),
  ('The sceptical works council', 'Stakeholders', 'team-health-check',   true,  'A new tool measures how people work. Or so it is said.'),
  ('Investor on the phone',       'Crisis',       NULL,                  true,  'Bad numbers, and the call is now.'),
  ('Outage on launch day',        'Crisis',       'leadership-360',      true,  'The site is down, the press is there, the team is quiet.'),
  ('The viral complaint',         'Crisis',       NULL,                  false, 'A customer''s post goes round the world.')
) AS v (name, category, assessment, is_active, description)
JOIN      public.scenario_categories    c ON c.name = v.category
LEFT JOIN public.capability_assessments a ON a.slug = v.assessment
ORDER BY v.name COLLATE "C";

INSERT INTO public.scenario_sections (id, template_id, title, body, order_index, created_at)
SELECT pg_temp.id('scenario_sections', v.template || '/' || v.title), t.id, v.title, v.body,
       v.order_index, pg_temp.stamp()
FROM (VALUES
  ('The missed deadline',         1, 'Briefing',         'You lead a team of six. Mara has been with you for four years. The customer called this morning.'),
  ('The missed deadline',         2, 'Your task',        'Find out what is going on, and agree on what happens next. You have fifteen minutes.'),
  ('The missed deadline',         3, 'Partner''s notes', 'You are tired, not lazy. You will only say why if you are asked twice.'),
  ('Feedback upwards',            1, 'Briefing',         'It has happened five times this month; others have noticed.'),
  ('Feedback upwards',            2, 'Your task',        'Ask for a change without asking for an apology.'),
  ('Feedback upwards',            3, 'Partner''s notes', 'You did not know. Your first reaction is a joke.'),
  ('The promotion that wasn''t',  1, 'Briefing',         'The decision is final. The reasons are good; the timing isn''t.'),
  ('The promotion that wasn''t',  2, 'Your task',        'Say it in the first two minutes, then listen.'),
  ('The promotion that wasn''t',  3, 'Partner''s notes', 'You want a date. You will not get one.'),
  ('Two departments, one budget', 1, 'Briefing',         'You present your project to the two heads of department.'),
  ('Two departments, one budget', 2, 'Your task',        'Make the case and keep the other one as an ally.'),
  ('Two departments, one budget', 3, 'Partner''s notes', 'You have already promised the money. You haven''t told anybody.'),
  ('The sceptical works council', 1, 'Briefing',         'The tool counts tickets, not people.'),
  ('The sceptical works council', 2, 'Your task',        'Answer questions until there are none left.'),
  ('The sceptical works council', 3, 'Partner''s notes', 'Ask the same question three times in different words.'),
  ('Investor on the phone',       1, 'Briefing',         'Revenue is a fifth under plan. You found out an hour ago.'),
  ('Investor on the phone',       2, 'Your task',        'Three sentences: what, why, what now.'),
  ('Investor on the phone',       3, 'Partner''s notes', 'You value speed over polish.'),
  ('Outage on launch day',        1, 'Briefing',         'Four people look at you.'),
  ('Outage on launch day',        2, 'Your task',        'Assign, communicate, protect.'),
  ('Outage on launch day',        3, 'Partner''s notes', 'One of you caused it and knows it.'),
  ('The viral complaint',         1, 'Briefing',         'Two thousand shares by breakfast.'),
  ('The viral complaint',         2, 'Your task',        'Draft the answer, and decide who signs it.')
) AS v (template, order_index, title, body)
JOIN public.scenario_templates t ON t.name = v.template
ORDER BY v.template COLLATE "C", v.order_index;

-- Sessions --------------------------------------------------------------------

INSERT INTO public.session_types (
  id, name, description, default_duration, feature_key, is_active, created_at, updated_at)
SELECT pg_temp.id('session_types', v.name), v.name, v.description, v.default_duration,
       v.feature_key, v.is_active, pg_temp.stamp(), pg_temp.stamp()
FROM (VALUES
  ('Discovery call',      25, NULL,                     true, 'A first conversation, free of charge'),
  ('Coaching session',    60, 'coaching_sessions',      true, 'One to one, with your own coach'),
  ('Express session',     25, 'coaching_sessions',      true, 'One question, one answer, one next step'),
  ('Group coaching',      90, 'group_sessions',         true, 'Up to eight members and a coach'),
  ('Peer circle',         75, 'peer_circles',           true, 'A circle meets without a coach'),
  ('Assessment debrief',  45, 'capability_assessments', true, 'Go through a result together'),
  ('Workshop',           240, 'group_sessions',         true, 'Half a day, with breaks'),
  ('Supervision',         90, NULL,                     true, 'Coaches reflect on their work')
) AS v (name, default_duration, feature_key, is_active, description);

INSERT INTO public.session_type_roles (
  id, session_type_id, role_name, description, is_required, created_at)
SELECT pg_temp.id('session_type_roles', v.session_type || '/' || v.role_name), t.id, v.role_name,
       v.description, v.is_required, pg_temp.stamp()
FROM (VALUES
  ('Discovery call',     'coach',          true,  'Listens and suggests a way forward'),
  ('Discovery call',     'client',         true,  'Asks everything'),
  ('Coaching session',   'coach',          true,  'Leads the conversation'),
  ('Coaching session',   'client',         true,  'Brings the topic'),
  ('Coaching session',   'observer',       false, 'Learns; does not speak'),
  ('Express session',    'coach',          true,  NULL),
  ('Express session',    'client',         true,  NULL),
  ('Group coaching',     'coach',          true,  'Holds the frame'),
  ('Group coaching',     'participant',    true,  'Takes part'),
  ('Peer circle',        'host',           true,  'Keeps the time; rotates'),
  ('Peer circle',        'participant',    true,  'Takes part'),
  ('Assessment debrief', 'coach',          true,  'Explains the scores'),
  ('Assessment debrief', 'client',         true,  'Owns the result'),
  ('Workshop',           'facilitator',    true,  'Leads the day'),
  ('Workshop',           'co-facilitator', false, 'Supports the groups'),
  ('Workshop',           'participant',    true,  'Takes part'),
  ('Supervision',        'supervisor',     true,  'A coach of coaches'),
  ('Supervision',        'coach',          true,  'Brings a case')
) AS v (session_type, role_name, is_required, description)
JOIN public.session_types t ON t.name = v.session_type
ORDER BY v.session_type COLLATE "C", v.role_name COLLATE "C";

-- Guided paths ----------------------------------------------------------------

INSERT INTO public.guided_path_template_families (
  id, slug, name, description, is_active, created_at)
SELECT pg_temp.id('guided_path_template_families', v.slug), v.slug, v.name, v.description, true,
       pg_temp.stamp()
FROM (VALUES
  ('leadership', 'Leadership paths', 'For people who lead others'),
  ('career',     'Career paths',     'For people who want to move'),
  ('wellbeing',  'Wellbeing paths',  'For people who run on empty'),
  ('founder',    'Founder paths',    'For people who build')
) AS v (slug, name, description);

INSERT INTO public.guided_path_templates (
  id, family_id, name, description, category, is_active, created_at, updated_at)
SELECT pg_temp.id('guided_path_templates', v.family || '/' || v.name), f.id, v.name, v.description,
       v.category, true, pg_temp.stamp(), pg_temp.stamp()
FROM (VALUES
  ('leadership', 'First year as a manager',     'Leadership', 'The twelve months in four goals'),
  ('leadership', 'Leading leaders',             'Leadership', 'When your team members have teams'),
  ('leadership', 'Leading change',              'Leadership', 'From the reason to the routine'),
  ('career',     'Find your next role',         'Career',     'From a vague wish to an offer'),
  ('career',     'Become an expert',            'Career',     'Depth instead of height'),
  ('career',     'Back to work',                'Career',     'After a break'),
  ('wellbeing',  'Sleep better',                'Wellbeing',  'Six weeks, one change at a time'),
  ('wellbeing',  'Boundaries',                  'Wellbeing',  'Say no, stay friendly'),
  ('wellbeing',  'Move more',                   'Wellbeing',  'Without a gym'),
  ('founder',    'From idea to first customer', 'Business',   'Learn before you build'),
  ('founder',    'Your first hires',            'Business',   'Three people who change everything'),
  ('founder',    'Raise a round',               'Business',   'Or decide not to')
) AS v (family, name, category, description)
JOIN public.guided_path_template_families f ON f.slug = v.family
ORDER BY v.family COLLATE "C", v.name COLLATE "C";

INSERT INTO public.guided_path_template_goals (
  id, template_id, title, description, order_index, created_at)
SELECT pg_temp.id('guided_path_template_goals', v.template || '/' || v.order_index), t.id, v.title,
       v.description, v.order_index, pg_temp.stamp()
FROM (VALUES
  ('First year as a manager',     1, 'Know your people',          'Before you change anything'),
  ('First year as a manager',     2, 'Set a rhythm',              NULL),
  ('First year as a manager',     3, 'Deliver together',          'A result the team is proud of'),
  ('Leading leaders',             1, 'Step back',                 NULL),
  ('Leading leaders',             2, 'Build the team at the top', 'One team, not five'),
  ('Leading change',              1, 'Make the case',             NULL),
  ('Leading change',              2, 'Make it last',              NULL),
  ('Find your next role',         1, 'Know what you want',        NULL),
  ('Find your next role',         2, 'Be found',                  NULL),
  ('Find your next role',         3, 'Decide',                    NULL),
  ('Become an expert',            1, 'Choose the field',          NULL),
  ('Become an expert',            2, 'Show your work',            NULL),
  ('Back to work',                1, 'Prepare',                   NULL),
  ('Back to work',                2, 'Arrive',                    NULL),
  ('Sleep better',                1, 'Observe',                   NULL),
  ('Sleep better',                2, 'Change',                    NULL),
  ('Boundaries',                  1, 'Notice',                    NULL),
  ('Boundaries',                  2, 'Practise',                  NULL),
  ('Move more',                   1, 'Start',                     NULL),
  ('Move more',                   2, 'Continue',                  NULL),
  ('From idea to first customer', 1, 'Understand the problem',    NULL),
  ('From idea to first customer', 2, 'Sell it',                   NULL),
  ('Your first hires',            1, 'Know whom you need',        NULL),
  ('Your first hires',            2, 'Hire',                      NULL),
  ('Raise a round',               1, 'Decide',                    NULL),
  ('Raise a round',               2, 'Prepare',                   NULL),
  ('Raise a round',               3, 'Close',                     NULL)
) AS v (template, order_index, title, description)
JOIN public.guided_path_templates t ON t.name = v.template
ORDER BY v.template COLLATE "C", v.order_index;

INSERT INTO public.guided_path_template_milestones (
  id, goal_id, title, recommended_days, order_index, created_at)
SELECT pg_temp.id('guided_path_template_milestones', concat_ws('/', v.template, v.goal, v.order_index)),
       g.id, v.title, v.recommended_days, v.order_index, pg_temp.stamp()
FROM (VALUES
  ('First year as a manager',     1, 1,  14, 'Meet everybody one to one'),
  ('First year as a manager',     1, 2,  21, 'Write down what each person is best at'),
  ('First year as a manager',     2, 1,  30, 'Weekly one-to-ones'),
  ('First year as a manager',     2, 2,  45, 'A team meeting worth having'),
  ('First year as a manager',     3, 1,  60, 'Agree on three goals'),
  ('First year as a manager',     3, 2, 120, 'Celebrate the first'),
  ('Leading leaders',             1, 1,  30, 'Hand over two decisions'),
  ('Leading leaders',             1, 2,  45, 'Skip one meeting for good'),
  ('Leading leaders',             2, 1,  60, 'Agree on shared goals'),
  ('Leading leaders',             2, 2,  90, 'First off-site'),
  ('Leading change',              1, 1,  14, 'Write the one-page story'),
  ('Leading change',              1, 2,  30, 'Tell it ten times'),
  ('Leading change',              2, 1,  90, 'Change one routine'),
  ('Leading change',              2, 2, 180, 'Measure after half a year'),
  ('Find your next role',         1, 1,  14, 'Write three possible lives'),
  ('Find your next role',         1, 2,  21, 'Choose one to test'),
  ('Find your next role',         2, 1,  30, 'Update the profile'),
  ('Find your next role',         2, 2,  45, 'Talk to five people'),
  ('Find your next role',         3, 1,  75, 'Compare offers on paper'),
  ('Become an expert',            1, 1,  14, 'Name three topics, drop two'),
  ('Become an expert',            2, 1,  90, 'First talk'),
  ('Become an expert',            2, 2, 120, 'First article'),
  ('Back to work',                1, 1,  21, 'Refresh one skill'),
  ('Back to work',                1, 2,  30, 'Call your manager'),
  ('Back to work',                2, 1,  60, 'First month review'),
  ('Sleep better',                1, 1,   7, 'Keep a sleep diary'),
  ('Sleep better',                2, 1,  21, 'Same time every evening'),
  ('Sleep better',                2, 2,  35, 'No screen in bed'),
  ('Boundaries',                  1, 1,   7, 'List what you said yes to'),
  ('Boundaries',                  2, 1,  14, 'Three small noes'),
  ('Boundaries',                  2, 2,  30, 'One large no'),
  ('Move more',                   1, 1,   7, 'Ten minutes a day'),
  ('Move more',                   2, 1,  42, 'Thirty minutes, four days'),
  ('From idea to first customer', 1, 1,  21, 'Fifteen interviews'),
  ('From idea to first customer', 1, 2,  30, 'One sentence that everybody nods at'),
  ('From idea to first customer', 2, 1,  75, 'First paid order'),
  ('Your first hires',            1, 1,  14, 'Write the outcomes, not the tasks'),
  ('Your first hires',            2, 1,  45, 'Structured interviews'),
  ('Your first hires',            2, 2,  75, 'A first week that is planned'),
  ('Raise a round',               1, 1,  21, 'Twelve-month plan with and without'),
  ('Raise a round',               2, 1,  45, 'The deck'),
  ('Raise a round',               2, 2,  60, 'The data room'),
  ('Raise a round',               3, 1, 150, 'Signed')
) AS v (template, goal, order_index, recommended_days, title)
JOIN public.guided_path_templates      t ON t.name = v.template
JOIN public.guided_path_template_goals g ON g.template_id = t.id AND g.order_index = v.goal
ORDER BY v.template COLLATE "C", v.goal, v.order_index;

-- Skills ----------------------------------------------------------------------

-- Roots first, then their children.
INSERT INTO public.skill_categories (id, key, name, description, display_order, created_at)
SELECT pg_temp.id('skill_categories', v.key), v.key, v.name, v.description, v.display_order,
       pg_temp.stamp()
FROM (VALUES
  ('leadership',    'Leadership',       1, 'Leading others'),
  ('self',          'Self-management',  4, 'Leading yourself'),
  ('communication', 'Communication',    7, 'Being understood'),
  ('business',      'Business',        10, 'Numbers, customers and markets'),
  ('digital',       'Digital work',    11, 'Tools and data')
) AS v (key, name, display_order, description);

INSERT INTO public.skill_categories (
  id, key, name, description, parent_id, display_order, created_at)
SELECT pg_temp.id('skill_categories', v.key), v.key, v.name, v.description, p.id, v.display_order,
       pg_temp.stamp()
FROM (VALUES
  ('leadership',    'leading_people',          'Leading people',   2, 'One to one and in teams'),
  ('leadership',    'leading_strategy',        'Leading strategy', 3, 'Direction and choice'),
  ('self',          'self_focus',              'Focus',            5, 'Attention and priorities'),
  ('self',          'self_resilience',         'Resilience',       6, 'Stress and recovery'),
  ('communication', 'communication_speaking',  'Speaking',         8, 'In front of others'),
  ('communication', 'communication_listening', 'Listening',        9, 'With others')
) AS v (parent, key, name, display_order, description)
JOIN public.skill_categories p ON p.key = v.parent
ORDER BY v.display_order;

INSERT INTO public.skills (id, name, description, category_id, created_at)
SELECT pg_temp.id('skills', v.name), v.name, v.description, c.id, pg_temp.stamp()
FROM (VALUES
  ('leading_people',          'Delegation',                  'Hand over the outcome, not the steps'),
  ('leading_people',          'Giving feedback',             'Specific, soon, and about behaviour'),
  ('leading_people',          'Receiving feedback',          NULL),
  ('leading_people',          'Coaching conversations',      NULL),
  ('leading_people',          'Hiring interviews',           NULL),
  ('leading_people',          'Onboarding',                  NULL),
  ('leading_people',          'Managing conflict',           NULL),
  ('leading_people',          'Recognition',                 NULL),
  ('leading_people',          'Performance reviews',         NULL),
  ('leading_strategy',        'Systems thinking',            'See loops where others see lines'),
  ('leading_strategy',        'Scenario planning',           NULL),
  ('leading_strategy',        'Prioritisation',              NULL),
  ('leading_strategy',        'Decision making',             NULL),
  ('leading_strategy',        'Setting direction',           NULL),
  ('leading_strategy',        'Stakeholder mapping',         NULL),
  ('leading_strategy',        'Board communication',         NULL),
  ('self_focus',              'Deep work',                   'Ninety minutes, one thing'),
  ('self_focus',              'Weekly review',               'Half an hour that saves three'),
  ('self_focus',              'Energy management',           NULL),
  ('self_focus',              'Saying no',                   NULL),
  ('self_focus',              'Time boxing',                 NULL),
  ('self_resilience',         'Self-awareness',              NULL),
  ('self_resilience',         'Emotional regulation',        NULL),
  ('self_resilience',         'Recovery routines',           NULL),
  ('self_resilience',         'Asking for help',             NULL),
  ('self_resilience',         'Optimism',                    NULL),
  ('communication',           'Plain writing',               NULL),
  ('communication',           'Negotiation',                 'Interests before positions'),
  ('communication',           'Facilitation',                NULL),
  ('communication',           'Intercultural communication', NULL),
  ('communication_speaking',  'Storytelling',                'Beginning, turn, end'),
  ('communication_speaking',  'Presenting',                  NULL),
  ('communication_speaking',  'Voice control',               NULL),
  ('communication_speaking',  'Impromptu speaking',          NULL),
  ('communication_speaking',  'Handling questions',          NULL),
  ('communication_listening', 'Active listening',            'Say back what you heard'),
  ('communication_listening', 'Open questions',              NULL),
  ('communication_listening', 'Summarising',                 NULL),
  ('communication_listening', 'Empathy',                     'Understanding is not agreeing'),
  ('communication_listening', 'Silence',                     'Wait seven seconds'),
  ('business',                'Budgeting',                   'A plan in numbers'),
  ('business',                'Reading a balance sheet',     NULL),
  ('business',                'Pricing',                     'What it is worth, not what it cost'),
  ('business',                'Customer interviews',         NULL),
  ('business',                'Project management',          NULL),
  ('business',                'Risk assessment',             NULL),
  ('business',                'Process improvement',         NULL),
  ('digital',                 'Spreadsheet modelling',       NULL),
  ('digital',                 'Data literacy',               'What the chart leaves out'),
  ('digital',                 'Asynchronous work',           NULL),
  ('digital',                 'Prompt writing',              'Context, task, form'),
  ('digital',                 'Information security',        NULL),
  ('leadership',              'Change leadership',           'From why to how to habit'),
  ('leadership',              'Leading remotely',            NULL),
  ('leadership',              'Role modelling',              NULL),
  ('leadership',              'Building trust',              NULL),
  ('self',                    'Goal setting',                'A verb, a date and a reason'),
  ('self',                    'Habit building',              NULL),
  ('self',                    'Learning to learn',           NULL),
  ('self',                    'Career planning',             NULL)
) AS v (category, name, description)
JOIN public.skill_categories c ON c.key = v.category
ORDER BY v.name COLLATE "C";

-- Resource library ------------------------------------------------------------

INSERT INTO public.resource_categories (id, name, description, display_order, created_at)
SELECT pg_temp.id('resource_categories', v.name), v.name, v.description, v.display_order,
       pg_temp.stamp()
FROM (VALUES
  (1, 'Worksheets',  'To print or to fill in'),
  (2, 'Articles',    'Ten minutes or less'),
  (3, 'Recordings',  'Talks and interviews'),
  (4, 'Templates',   'Start from something'),
  (5, 'For coaches', 'Only for coaches')
) AS v (display_order, name, description);

INSERT INTO public.resource_library (
  id, canonical_id, title, description, type, url, tags, category_id, is_active, is_public,
  created_at, updated_at)
SELECT pg_temp.id('resource_library', v.canonical_id), v.canonical_id, v.title, v.description,
       v.type, v.url, v.tags::text[], c.id, v.is_active, v.is_public, pg_temp.stamp(),
       pg_temp.stamp()
FROM (VALUES
  ('RES-0001', 'One-to-one agenda',             'template',  'Templates',   '{leadership,one-to-one}', true,  true,  'https://library.example.org/one-to-one-agenda',             'Four boxes: yours, mine, ours, next time.'),
  ('RES-0002', 'Feedback planner',              'worksheet', 'Worksheets',  '{feedback}',              true,  false, 'https://library.example.org/feedback-planner',              NULL),
  ('RES-0003', 'Values card sort',              'worksheet', 'Worksheets',  '{career,values}',         true,  false, 'https://library.example.org/values-card-sort',              NULL),
  ('RES-0004', 'Energy diary',                  'worksheet', 'Worksheets',  '{wellbeing}',             true,  true,  'https://library.example.org/energy-diary',                  NULL),
  ('RES-0005', 'Why teams fall silent',         'article',   'Articles',    '{teams,trust}',           true,  false, 'https://library.example.org/why-teams-fall-silent',         'What people weigh up before they speak.'),
  ('RES-0006', 'The cost of context switching', 'article',   'Articles',    '{focus}',                 true,  false, 'https://library.example.org/the-cost-of-context-switching', NULL),
  ('RES-0007', 'Reading a room',                'video',     'Recordings',  '{presence}',              true,  true,  'https://library.example.org/reading-a-room',                NULL),
  ('RES-0008', 'Breathing space, 3 minutes',    'audio',     'Recordings',  '{mindfulness}',           true,  false, 'https://library.example.org/breathing-space-3-minutes',     NULL),
  ('RES-0009', 'Breathing space, 10 minutes',   'audio',     'Recordings',  '{mindfulness}',           true,  false, 'https://library.example.org/breathing-space-10-minutes',    NULL),
  ('RES-0010', 'Board paper on one page',       'template',  'Templates',   '{strategy,writing}',      true,  true,  NULL,                                                        'Situation, choice, consequence, ask.'),
  ('RES-0011', 'Decision record',               'template',  'Templates',   '{decisions}',             true,  false, 'https://library.example.org/decision-record',               NULL),
  ('RES-0012', 'Stakeholder map',               'worksheet', 'Worksheets',  '{strategy,influence}',    true,  false, 'https://library.example.org/stakeholder-map',               NULL),
  ('RES-0013', 'Scenario canvas',               'worksheet', 'Worksheets',  '{strategy}',              true,  true,  'https://library.example.org/scenario-canvas',               NULL),
  ('RES-0014', 'How to disagree',               'article',   'Articles',    '{communication,trust}',   true,  false, 'https://library.example.org/how-to-disagree',               'Without winning.'),
  ('RES-0015', 'Interview guide',               'template',  'Templates',   '{hiring}',                true,  false, 'https://library.example.org/interview-guide',               NULL),
  ('RES-0016', 'First ninety days',             'worksheet', 'Worksheets',  '{leadership,onboarding}', true,  true,  'https://library.example.org/first-ninety-days',             NULL),
  ('RES-0017', 'Ladder of inference',           'article',   'Articles',    '{thinking}',              true,  false, 'https://library.example.org/ladder-of-inference',           NULL),
  ('RES-0018', 'Listening, level by level',     'video',     'Recordings',  '{coaching}',              true,  false, 'https://library.example.org/listening-level-by-level',      NULL),
  ('RES-0019', 'Questions that open: a list',   'article',   'Articles',    '{coaching}',              true,  true,  'https://library.example.org/questions-that-open-a-list',    NULL),
  ('RES-0020', 'Coaching agreement',            'template',  'For coaches', '{contract}',              true,  false, NULL,                                                        NULL),
  ('RES-0021', 'Supervision notes',             'template',  'For coaches', '{supervision}',           true,  false, 'https://library.example.org/supervision-notes',             NULL),
  ('RES-0022', 'Session report',                'template',  'For coaches', '{report}',                true,  false, NULL,                                                        NULL),
  ('RES-0023', 'Sleep, plainly',                'article',   'Articles',    '{wellbeing}',             true,  false, 'https://library.example.org/sleep-plainly',                 'No tricks, no gadgets.'),
  ('RES-0024', 'The bad day kit',               'worksheet', 'Worksheets',  '{wellbeing,resilience}',  true,  false, 'https://library.example.org/the-bad-day-kit',               NULL),
  ('RES-0025', 'Story spine',                   'worksheet', 'Worksheets',  '{storytelling}',          true,  true,  'https://library.example.org/story-spine',                   NULL),
  ('RES-0026', 'Voice warm-up',                 'audio',     'Recordings',  '{voice}',                 true,  false, 'https://library.example.org/voice-warm-up',                 NULL),
  ('RES-0027', 'Slides that help',              'article',   'Articles',    '{presenting}',            true,  false, 'https://library.example.org/slides-that-help',              NULL),
  ('RES-0028', 'Salary conversation',           'worksheet', 'Worksheets',  '{career,negotiation}',    true,  true,  'https://library.example.org/salary-conversation',           NULL),
  ('RES-0029', 'Career interview guide',        'template',  'Templates',   '{career}',                true,  false, 'https://library.example.org/career-interview-guide',        NULL),
  ('RES-0030', 'Return-to-work plan',           'template',  'Templates',   '{career,family}',         true,  false, NULL,                                                        NULL),
  ('RES-0031', 'Team agreement',                'template',  'Templates',   '{teams}',                 true,  true,  'https://library.example.org/team-agreement',                NULL),
  ('RES-0032', 'Retrospective in 45 minutes',   'template',  'Templates',   '{teams,meetings}',        true,  false, NULL,                                                        NULL),
  ('RES-0033', 'Runway calculator',             'template',  'Templates',   '{founder,finance}',       true,  false, 'https://library.example.org/runway-calculator',             'Type in four numbers.'),
  ('RES-0034', 'Co-founder questions',          'worksheet', 'Worksheets',  '{founder}',               true,  true,  'https://library.example.org/co-founder-questions',          NULL),
  ('RES-0035', 'Delegation ladder',             'worksheet', 'Worksheets',  '{leadership}',            true,  false, 'https://library.example.org/delegation-ladder',             NULL),
  ('RES-0036', 'Reading list: leading change',  'article',   'Articles',    '{change}',                true,  false, 'https://library.example.org/reading-list-leading-change',   NULL),
  ('RES-0037', 'On asking for help',            'audio',     'Recordings',  '{resilience}',            true,  true,  'https://library.example.org/on-asking-for-help',            NULL),
  ('RES-0038', 'Wheel of life, on paper',       'worksheet', 'Worksheets',  '{goals}',                 true,  false, 'https://library.example.org/wheel-of-life-on-paper',        NULL),
  ('RES-0039', 'Ethics for coaches',            'article',   'For coaches', '{ethics}',                true,  false, 'https://library.example.org/ethics-for-coaches',            'Nine rules and where they come from.'),
  ('RES-0040', 'Old style guide',               'article',   'Articles',    '{}',                      false, true,  'https://library.example.org/old-style-guide',               NULL)
) AS v (canonical_id, title, type, category, tags, is_active, is_public, url, description)
JOIN public.resource_categories c ON c.name = v.category
ORDER BY v.canonical_id;

-- Notifications ---------------------------------------------------------------

INSERT INTO public.notification_categories (
  id, order_index, key, name, icon, description, created_at)
SELECT pg_temp.id('notification_categories', v.key), v.order_index, v.key, v.name, v.icon,
       v.description, pg_temp.stamp()
FROM (VALUES
  (1, 'account',      'Account',      'shield',    'Sign-in and security'),
  (2, 'programs',     'Programs',     'book-open', 'Enrolment and progress'),
  (3, 'sessions',     'Sessions',     'calendar',  'Bookings and reminders'),
  (4, 'goals',        'Goals',        'target',    'Goals, paths and habits'),
  (5, 'credits',      'Credits',      'coins',     'Balance and purchases'),
  (6, 'community',    'Community',    'users',     'Circles and discussions'),
  (7, 'organisation', 'Organisation', 'building',  'For members of an organisation')
) AS v (order_index, key, name, icon, description);

INSERT INTO public.notification_types (
  id, category_id, key, name, description, default_email, default_push, order_index, created_at)
SELECT pg_temp.id('notification_types', v.key), c.id, v.key, v.name, v.description, v.default_email,
       v.default_push, v.order_index, pg_temp.stamp()
FROM (VALUES
  ('account',      1, 'welcome',               'Welcome',                             true,  false, NULL),
  ('account',      2, 'email_changed',         'Email address changed',               true,  false, NULL),
  ('account',      3, 'password_changed',      'Password changed',                    true,  false, NULL),
  ('account',      4, 'new_device',            'Sign-in from a new device',           true,  true,  'Cannot be switched off'),
  ('account',      5, 'terms_updated',         'New terms of use',                    true,  false, NULL),
  ('account',      6, 'data_export_ready',     'Your data export is ready',           true,  false, NULL),
  ('programs',     1, 'program_enrolled',      'Enrolment confirmed',                 true,  false, NULL),
  ('programs',     2, 'module_released',       'A module is open',                    true,  true,  NULL),
  ('programs',     3, 'module_reminder',       'You were in the middle of something', true,  true,  NULL),
  ('programs',     4, 'program_completed',     'Program completed',                   true,  false, NULL),
  ('programs',     5, 'certificate_ready',     'Certificate ready',                   true,  false, NULL),
  ('programs',     6, 'assignment_reviewed',   'Your work was reviewed',              true,  true,  NULL),
  ('programs',     7, 'cohort_starts',         'Your cohort starts',                  true,  true,  NULL),
  ('sessions',     1, 'session_booked',        'Session booked',                      true,  false, NULL),
  ('sessions',     2, 'session_reminder_day',  'Session tomorrow',                    true,  true,  NULL),
  ('sessions',     3, 'session_reminder_hour', 'Session in an hour',                  false, true,  'Only if the session has not been cancelled'),
  ('sessions',     4, 'session_cancelled',     'Session cancelled',                   true,  true,  NULL),
  ('sessions',     5, 'session_notes',         'Notes from your session',             true,  false, NULL),
  ('sessions',     6, 'homework_due',          'Homework is due',                     true,  true,  NULL),
  ('goals',        1, 'goal_due',              'A goal is due',                       true,  true,  NULL),
  ('goals',        2, 'milestone_reached',     'Milestone reached',                   false, true,  NULL),
  ('goals',        3, 'habit_streak',          'A streak to be proud of',             false, true,  'After 7, 30 and 100 days'),
  ('goals',        4, 'weekly_review',         'Time for your weekly review',         true,  false, NULL),
  ('goals',        5, 'assessment_invite',     'You are asked for a rating',          true,  false, NULL),
  ('goals',        6, 'assessment_result',     'Your result is ready',                true,  true,  NULL),
  ('credits',      1, 'credits_low',           'Credits are running low',             true,  false, NULL),
  ('credits',      2, 'credits_added',         'Credits added',                       true,  false, NULL),
  ('credits',      3, 'credits_expiring',      'Credits expire soon',                 true,  true,  'Two weeks before they do'),
  ('credits',      4, 'payment_failed',        'Payment failed',                      true,  true,  NULL),
  ('credits',      5, 'plan_changed',          'Your plan has changed',               true,  false, NULL),
  ('community',    1, 'circle_invite',         'Invitation to a circle',              true,  false, NULL),
  ('community',    2, 'circle_reminder',       'Your circle meets',                   true,  true,  NULL),
  ('community',    3, 'mention',               'Somebody mentioned you',              false, true,  'By name, in a discussion'),
  ('community',    4, 'reply',                 'Reply to your comment',               false, true,  NULL),
  ('community',    5, 'mentor_request',        'A mentoring request',                 true,  true,  NULL),
  ('organisation', 1, 'org_invite',            'Invitation by your organisation',     true,  false, NULL),
  ('organisation', 2, 'org_report',            'Quarterly report',                    true,  false, 'For those who manage an organisation'),
  ('organisation', 3, 'org_credits_low',       'Shared credits are running low',      true,  false, NULL),
  ('organisation', 4, 'org_member_joined',     'A member joined',                     false, false, NULL)
) AS v (category, order_index, key, name, default_email, default_push, description)
JOIN public.notification_categories c ON c.key = v.category
ORDER BY c.order_index, v.order_index;

-- Email templates -------------------------------------------------------------

INSERT INTO public.email_templates (
  template_key, name, subject, html_body, text_body, description, is_active, created_at, updated_at)
SELECT v.template_key, v.name, v.subject, v.html_body, v.text_body, v.description, true,
       pg_temp.stamp(), pg_temp.stamp()
FROM (VALUES
  ('welcome', 'Welcome', 'Welcome to Innotrue, {{first_name}}',
$html$<h1>Welcome</h1>
<p>Hello {{first_name}},</p>
<p>It is good to have you here. Start with the wheel of life: it takes ten minutes and tells you where to look first.</p>
<p>If you have a question, answer this email. A person reads it.</p>
<p>Warmly,<br>the Innotrue team</p>$html$,
$text$Hello {{first_name}},

It is good to have you here. Start with the wheel of life: it takes ten minutes and tells you where to look first.

If you have a question, answer this email. A person reads it.

Warmly,
the Innotrue team$text$,
   'Sent once, right after sign-up'),
  ('email_changed', 'Email changed', 'Your email address has changed',
$html$<h1>Email changed</h1>
<p>Hello {{first_name}},</p>
<p>From now on we write to {{new_email}}.</p>
<p>If it wasn't you, tell us at once: help@example.com.</p>
<p>Warmly,<br>the Innotrue team</p>$html$,
$text$Hello {{first_name}},

From now on we write to {{new_email}}.

If it wasn't you, tell us at once: help@example.com.

Warmly,
the Innotrue team$text$,
   NULL),
  ('password_reset', 'Password reset', 'Choose a new password',
$html$<h1>Password reset</h1>
<p>Hello {{first_name}},</p>
<p>Use this link within one hour: {{reset_url}}</p>
<p>If you didn't ask for it, you need not do anything.</p>
<p>Warmly,<br>the Innotrue team</p>$html$,
$text$Hello {{first_name}},

Use this link within one hour: {{reset_url}}

If you didn't ask for it, you need not do anything.

Warmly,
the Innotrue team$text$,
   'The link works once'),
  ('new_device', 'New device', 'Sign-in from a new device',
$html$<h1>New device</h1>
<p>Hello {{first_name}},</p>
<p>Somebody signed in as you from {{device}} in {{city}}.</p>
<p>Was it you? Then all is well.</p>
<p>Warmly,<br>the Innotrue team</p>$html$,
$text$Hello {{first_name}},

Somebody signed in as you from {{device}} in {{city}}.

Was it you? Then all is well.

Warmly,
the Innotrue team$text$,
   'Security: cannot be switched off'),
  ('terms_updated', 'Terms updated', 'We have changed our terms of use',
$html$<h1>Terms updated</h1>
<p>Hello {{first_name}},</p>
<p>Version {{version}} applies from {{date}}. Here is what changes, in plain words: {{summary}}</p>
<p>You will be asked to accept them when you next sign in.</p>
<p>Warmly,<br>the Innotrue team</p>$html$,
$text$Hello {{first_name}},

Version {{version}} applies from {{date}}. Here is what changes, in plain words: {{summary}}

You will be asked to accept them when you next sign in.

Warmly,
the Innotrue team$text$,
   NULL),
  ('program_enrolled', 'Enrolment', 'You are in: {{program_name}}',
$html$<h1>Enrolment</h1>
<p>Hello {{first_name}},</p>
<p>Your first module is open. Most members take one module a week.</p>
<p>Put a fixed hour into your calendar now; it is the one thing that predicts whether people finish.</p>
<p>Warmly,<br>the Innotrue team</p>$html$,
$text$Hello {{first_name}},

Your first module is open. Most members take one module a week.

Put a fixed hour into your calendar now; it is the one thing that predicts whether people finish.

Warmly,
the Innotrue team$text$,
   NULL),
  ('module_released', 'Module open', 'Now open: {{module_title}}',
$html$<h1>Module open</h1>
<p>Hello {{first_name}},</p>
<p>The next module of {{program_name}} is waiting for you. It takes about {{minutes}} minutes.</p>
<p>Warmly,<br>the Innotrue team</p>$html$,
$text$Hello {{first_name}},

The next module of {{program_name}} is waiting for you. It takes about {{minutes}} minutes.

Warmly,
the Innotrue team$text$,
   NULL),
  ('module_reminder', 'Reminder', 'You were in the middle of “{{module_title}}”',
$html$<h1>Reminder</h1>
<p>Hello {{first_name}},</p>
<p>No pressure: your notes are where you left them.</p>
<p>Ten minutes are enough to find the thread again.</p>
<p>Warmly,<br>the Innotrue team</p>$html$,
$text$Hello {{first_name}},

No pressure: your notes are where you left them.

Ten minutes are enough to find the thread again.

Warmly,
the Innotrue team$text$,
   NULL),
  ('program_completed', 'Completed', 'You did it, {{first_name}} 🎉',
$html$<h1>Completed</h1>
<p>Hello {{first_name}},</p>
<p>You have completed {{program_name}}. Take a moment before you start the next thing.</p>
<p>What will you do differently on Monday? Write it down: {{journal_url}}</p>
<p>Warmly,<br>the Innotrue team</p>$html$,
$text$Hello {{first_name}},

You have completed {{program_name}}. Take a moment before you start the next thing.

What will you do differently on Monday? Write it down: {{journal_url}}

Warmly,
the Innotrue team$text$,
   NULL),
  ('certificate_ready', 'Certificate', 'Your certificate for {{program_name}}',
$html$<h1>Certificate</h1>
<p>Hello {{first_name}},</p>
<p>It is attached, and you can download it again at any time.</p>
<p>Warmly,<br>the Innotrue team</p>$html$,
$text$Hello {{first_name}},

It is attached, and you can download it again at any time.

Warmly,
the Innotrue team$text$,
   NULL),
  ('session_booked', 'Session booked', 'Booked: {{session_type}} on {{date}}',
$html$<h1>Session booked</h1>
<p>Hello {{first_name}},</p>
<p>{{coach_name}} looks forward to meeting you.</p>
<p>You can move the session until 24 hours before it starts.</p>
<p>Warmly,<br>the Innotrue team</p>$html$,
$text$Hello {{first_name}},

{{coach_name}} looks forward to meeting you.

You can move the session until 24 hours before it starts.

Warmly,
the Innotrue team$text$,
   NULL),
  ('session_reminder', 'Session tomorrow', 'Tomorrow at {{time}}',
$html$<h1>Session tomorrow</h1>
<p>Hello {{first_name}},</p>
<p>What would make this session worth your while? One sentence is enough: {{prepare_url}}</p>
<p>Warmly,<br>the Innotrue team</p>$html$,
$text$Hello {{first_name}},

What would make this session worth your while? One sentence is enough: {{prepare_url}}

Warmly,
the Innotrue team$text$,
   'A day before; the hourly one is a push message'),
  ('session_cancelled', 'Session cancelled', 'Your session on {{date}} has been cancelled',
$html$<h1>Session cancelled</h1>
<p>Hello {{first_name}},</p>
<p>{{reason}}</p>
<p>Your credits are back in your balance.</p>
<p>Warmly,<br>the Innotrue team</p>$html$,
$text$Hello {{first_name}},

{{reason}}

Your credits are back in your balance.

Warmly,
the Innotrue team$text$,
   NULL),
  ('session_notes', 'Session notes', 'Notes from your session',
$html$<h1>Session notes</h1>
<p>Hello {{first_name}},</p>
<p>{{coach_name}} has shared notes with you. They are private to the two of you.</p>
<p>Warmly,<br>the Innotrue team</p>$html$,
$text$Hello {{first_name}},

{{coach_name}} has shared notes with you. They are private to the two of you.

Warmly,
the Innotrue team$text$,
   NULL),
  ('homework_due', 'Homework', 'Before we meet again',
$html$<h1>Homework</h1>
<p>Hello {{first_name}},</p>
<p>You wanted to do this until {{date}}: {{homework}}</p>
<p>Warmly,<br>the Innotrue team</p>$html$,
$text$Hello {{first_name}},

You wanted to do this until {{date}}: {{homework}}

Warmly,
the Innotrue team$text$,
   NULL),
  ('goal_due', 'Goal due', '“{{goal_title}}” is due',
$html$<h1>Goal due</h1>
<p>Hello {{first_name}},</p>
<p>Done, moved or dropped? All three are fine, as long as you choose.</p>
<p>Warmly,<br>the Innotrue team</p>$html$,
$text$Hello {{first_name}},

Done, moved or dropped? All three are fine, as long as you choose.

Warmly,
the Innotrue team$text$,
   NULL),
  ('assessment_invite', 'Rating request', '{{name}} asks for your view',
$html$<h1>Rating request</h1>
<p>Hello {{first_name}},</p>
<p>{{name}} would like to know how you see them. It takes about twelve minutes.</p>
<p>Your answers are only shown together with those of others.</p>
<p>Warmly,<br>the Innotrue team</p>$html$,
$text$Hello {{first_name}},

{{name}} would like to know how you see them. It takes about twelve minutes.

Your answers are only shown together with those of others.

Warmly,
the Innotrue team$text$,
   NULL),
  ('assessment_result', 'Result', 'Your result: {{assessment_name}}',
$html$<h1>Result</h1>
<p>Hello {{first_name}},</p>
<p>Read it once, sleep on it, read it again.</p>
<p>Then pick one thing. One.</p>
<p>Warmly,<br>the Innotrue team</p>$html$,
$text$Hello {{first_name}},

Read it once, sleep on it, read it again.

Then pick one thing. One.

Warmly,
the Innotrue team$text$,
   NULL),
  ('credits_low', 'Credits low', '{{balance}} credits left',
$html$<h1>Credits low</h1>
<p>Hello {{first_name}},</p>
<p>That is about one session. You can top up here: {{topup_url}}</p>
<p>Warmly,<br>the Innotrue team</p>$html$,
$text$Hello {{first_name}},

That is about one session. You can top up here: {{topup_url}}

Warmly,
the Innotrue team$text$,
   NULL),
  ('credits_added', 'Credits added', '{{credits}} credits for you',
$html$<h1>Credits added</h1>
<p>Hello {{first_name}},</p>
<p>Your new balance is {{balance}}.</p>
<p>Warmly,<br>the Innotrue team</p>$html$,
$text$Hello {{first_name}},

Your new balance is {{balance}}.

Warmly,
the Innotrue team$text$,
   NULL),
  ('payment_failed', 'Payment failed', 'We couldn''t take your payment',
$html$<h1>Payment failed</h1>
<p>Hello {{first_name}},</p>
<p>The bank said: {{reason}}. We will try again in three days.</p>
<p>Nothing is lost in the meantime.</p>
<p>Warmly,<br>the Innotrue team</p>$html$,
$text$Hello {{first_name}},

The bank said: {{reason}}. We will try again in three days.

Nothing is lost in the meantime.

Warmly,
the Innotrue team$text$,
   NULL),
  ('circle_invite', 'Circle', 'A seat in “{{circle_name}}”',
$html$<h1>Circle</h1>
<p>Hello {{first_name}},</p>
<p>{{host_name}} has kept a seat for you. The circle meets {{rhythm}}.</p>
<p>Warmly,<br>the Innotrue team</p>$html$,
$text$Hello {{first_name}},

{{host_name}} has kept a seat for you. The circle meets {{rhythm}}.

Warmly,
the Innotrue team$text$,
   NULL),
  ('org_invite', 'Organisation', '{{org_name}} invites you',
$html$<h1>Organisation</h1>
<p>Hello {{first_name}},</p>
<p>Your organisation pays for your plan. What you write stays yours: they see numbers, never notes.</p>
<p>Accept the invitation: {{invite_url}}</p>
<p>Warmly,<br>the Innotrue team</p>$html$,
$text$Hello {{first_name}},

Your organisation pays for your plan. What you write stays yours: they see numbers, never notes.

Accept the invitation: {{invite_url}}

Warmly,
the Innotrue team$text$,
   NULL),
  ('org_report', 'Quarterly report', 'The quarter at {{org_name}}',
$html$<h1>Quarterly report</h1>
<p>Hello {{first_name}},</p>
<p>{{active}} of {{members}} people were active. The report is attached.</p>
<p>Warmly,<br>the Innotrue team</p>$html$,
$text$Hello {{first_name}},

{{active}} of {{members}} people were active. The report is attached.

Warmly,
the Innotrue team$text$,
   'To those who manage an organisation')
) AS v (template_key, name, subject, html_body, text_body, description);

-- Settings, terms, status markers ---------------------------------------------

INSERT INTO public.system_settings (key, value, description, created_at, updated_at)
SELECT v.key, v.value::jsonb, v.description, pg_temp.stamp(), pg_temp.stamp()
FROM (VALUES
  ('platform.name',              'Shown in the title and in emails',                '"Innotrue"'),
  ('platform.support_email',     'Where replies go',                                '"help@example.com"'),
  ('platform.default_locale',    'For members who have not chosen',                 '"en"'),
  ('platform.locales',           'Languages that can be chosen',                    '["en", "fr", "de"]'),
  ('platform.maintenance',       'Banner for planned work',                         '{"enabled": false, "message": null}'),
  ('credits.expiry_months',      'Credits expire after so many months',             '12'),
  ('credits.low_balance',        'When to send the warning',                        '20'),
  ('credits.rollover',           'What is kept at the end of a month',              '{"enabled": true, "max_percent": 50}'),
  ('sessions.cancel_hours',      'Free cancellation until so many hours before',    '24'),
  ('sessions.reminders',         'When members are reminded',                       '[{"before": "1 day", "channel": "email"}, {"before": "1 hour", "channel": "push"}]'),
  ('sessions.max_group_size',    'Seats in a group session',                        '8'),
  ('assessments.min_evaluators', 'Below this, ratings of others stay hidden',       '4'),
  ('assessments.reminder_days',  'Days after the invitation',                       '[3, 7]'),
  ('ai.model',                   'Which model answers',                             '{"provider": "example", "name": "large", "temperature": 0.4}'),
  ('ai.daily_limit',             'AI actions per member and day',                   '50'),
  ('ai.redact_names',            'Replace names before a text leaves the platform', 'true'),
  ('signup.open',                'Whether visitors can create an account',          'true'),
  ('signup.invite_domains',      'Email domains that need no invitation',           '[]'),
  ('security.session_hours',     'Sign in again after so many hours',               '12'),
  ('security.mfa_roles',         'Roles that need a second factor',                 '["admin", "coach"]'),
  ('legal.imprint_url',          NULL,                                              '"https://www.example.com/imprint"'),
  ('features.new_navigation',    'Share of members, in percent',                    '{"rollout": 100}')
) AS v (key, description, value);

INSERT INTO public.platform_terms (
  id, version, title, is_current, is_blocking_on_update, effective_from, content_html, created_at)
SELECT pg_temp.id('platform_terms', v.version), v.version, v.title, v.is_current,
       v.is_blocking_on_update, v.effective_from, v.content_html, pg_temp.stamp()
FROM (VALUES
  ('1.0', 'Terms of use', false, false, date '2023-01-01',
$html$<h1>Terms of use</h1>
<p>Be kind. Pay what you ordered. We keep your data to ourselves.</p>$html$),
  ('2.0', 'Terms of use', false, true, date '2024-05-01',
$html$<h1>Terms of use</h1>
<p>You own what you write. We store it in order to show it to you.</p>
<p>Credits are valid for twelve months.</p>$html$),
  ('3.0', 'Terms of use', true, true, date '2025-02-01',
$html$<h1>Terms of use</h1>
<p>You own what you write. We store it in order to show it to you, and to nobody else.</p>
<p>Credits are valid for twelve months; unused credits are not paid out.</p>
<p>Sessions can be cancelled until 24 hours before they start.</p>$html$)
) AS v (version, title, is_current, is_blocking_on_update, effective_from, content_html);

-- Like the module types, the same ids on both sides.
INSERT INTO public.status_markers (id, name, display_order, created_at)
SELECT md5('shared:status_markers:' || v.name)::uuid, v.name, v.display_order, pg_temp.stamp()
FROM (VALUES
  (1, 'On track'),
  (2, 'Needs attention'),
  (3, 'Stuck'),
  (4, 'Waiting for client'),
  (5, 'Paused'),
  (6, 'Completed')
) AS v (display_order, name);
