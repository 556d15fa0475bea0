-- Preprod of Innotrue: what testers and developers changed after the catalogue was
-- last carried over from production, and their test accounts.
--
-- Load order: migrations/*.sql, data/catalogue.sql, then this file.
-- All of it is invented: no real people, no real companies, example.com and
-- example.org addresses only. Nothing is random and nothing reads the clock.

SET innotrue.env = 'preprod';

CREATE OR REPLACE FUNCTION pg_temp.id(kind text, key text) RETURNS uuid
  LANGUAGE sql STABLE
  AS $$ SELECT md5(concat_ws(':', current_setting('innotrue.env'), kind, key))::uuid $$;

-- Part 1: configuration ==========================================================
--
-- Updates name their own updated_at; the trigger leaves that alone.

-- Programs: a test program, and what a tester left behind.

INSERT INTO public.programs (
  id, slug, name, category, credit_cost, min_plan_tier, description, created_at, updated_at)
VALUES (
  pg_temp.id('programs', 'qa-smoke-test'), 'qa-smoke-test', 'QA smoke test', 'Testing', 0, NULL,
  'Enrol, finish three modules, get a certificate. Runs every night.',
  '2025-03-12 08:00:00+00', '2025-03-12 08:00:00+00');

INSERT INTO public.program_modules (
  id, program_id, order_index, title, description, module_type_id, estimated_minutes, created_at, updated_at)
SELECT pg_temp.id('program_modules', v.program || '/' || v.order_index), p.id, v.order_index, v.title,
       v.description, t.id, v.minutes, '2025-03-12 08:05:00+00', '2025-03-12 08:05:00+00'
FROM (VALUES
  ('executive-presence', 9, 'Scratch module',  'Exercise',  5, 'Does the ninth module scroll into view?'),
  ('qa-smoke-test',      1, 'Step one',        'Video',     1, 'Plays for one second.'),
  ('qa-smoke-test',      2, 'Step two',        'Exercise',  1, 'Accepts any text, <b>also</b> markup & ''quotes''.'),
  ('qa-smoke-test',      3, 'Step three',      'Check-in',  1, NULL)
) AS v (program, order_index, title, module_type, minutes, description)
JOIN public.programs     p ON p.slug = v.program
JOIN public.module_types t ON t.name = v.module_type
ORDER BY v.program COLLATE "C", v.order_index;

UPDATE public.programs SET
  is_active  = false,
  updated_at = '2025-03-20 17:30:00+00'
WHERE slug = 'mindful-leader';

UPDATE public.program_modules m SET
  title      = 'Co-founder check-up (test, please ignore)',
  updated_at = '2025-03-21 09:00:00+00'
FROM public.programs p
WHERE m.program_id = p.id AND p.slug = 'founder-to-ceo' AND m.order_index = 7;

UPDATE public.program_modules m SET
  module_type_id = NULL,
  updated_at     = '2025-03-21 09:10:00+00'
FROM public.programs p
WHERE m.program_id = p.id AND p.slug = 'returning-with-confidence' AND m.order_index = 5;

-- Features.

INSERT INTO public.features (
  id, key, name, description, category_id, is_consumable, is_system, is_active, created_at, updated_at)
SELECT pg_temp.id('features', 'qa_toggle'), 'qa_toggle', 'QA toggle', 'Flipped by the nightly run', c.id,
       false, true, true, '2025-03-12 08:20:00+00', '2025-03-12 08:20:00+00'
FROM public.feature_categories c
WHERE c.name = 'Platform';

UPDATE public.features SET
  is_active  = false,
  updated_at = '2025-03-25 10:00:00+00'
WHERE key = 'org_api';

UPDATE public.features SET
  description = NULL,
  updated_at  = '2025-03-25 10:05:00+00'
WHERE key = 'dark_mode';

-- Plans: a sandbox with everything in it, a limit raised for a test, a row lost.

INSERT INTO public.plans (
  id, key, name, tier_level, is_free, credit_allowance, is_purchasable, description, created_at, updated_at)
VALUES (
  pg_temp.id('plans', 'qa-sandbox'), 'qa-sandbox', 'QA sandbox', 9, true, 100000, false, NULL,
  '2025-03-12 08:30:00+00', '2025-03-12 08:30:00+00');

INSERT INTO public.plan_features (plan_id, feature_id, enabled, limit_value, created_at)
SELECT p.id, f.id, true, v.limit_value, '2025-03-12 08:31:00+00'
FROM (VALUES
  ('ai_insights',       100000),
  ('coaching_sessions', 100000),
  ('program_catalogue', NULL),
  ('qa_toggle',         NULL)
) AS v (feature, limit_value)
JOIN public.plans    p ON p.key = 'qa-sandbox'
JOIN public.features f ON f.key = v.feature
ORDER BY v.feature COLLATE "C";

UPDATE public.plan_features pf SET limit_value = 999
FROM public.plans p, public.features f
WHERE pf.plan_id = p.id AND pf.feature_id = f.id AND p.key = 'free' AND f.key = 'goals';

DELETE FROM public.plan_features pf
USING public.plans p, public.features f
WHERE pf.plan_id = p.id AND pf.feature_id = f.id AND p.key = 'essential' AND f.key = 'discussions';

-- Program plans, packages, sessions.

UPDATE public.program_plan_features x SET enabled = true
FROM public.program_plans p, public.features f
WHERE x.program_plan_id = p.id AND x.feature_id = f.id AND p.name = 'pilot' AND f.key = 'discussions';

INSERT INTO public.credit_topup_packages (
  id, slug, name, description, credits, price_cents, currency, is_active, display_order, created_at, updated_at)
VALUES (
  pg_temp.id('credit_topup_packages', 'topup-one-cent'), 'topup-one-cent', 'One cent', 'For payment tests',
  1, 1, 'EUR', true, 99, '2025-03-12 08:40:00+00', '2025-03-12 08:40:00+00');

INSERT INTO public.session_types (
  id, name, description, default_duration, feature_key, is_active, created_at, updated_at)
VALUES (
  pg_temp.id('session_types', 'QA session'), 'QA session', 'Starts and ends at once', 5, 'qa_toggle', true,
  '2025-03-12 08:45:00+00', '2025-03-12 08:45:00+00');

INSERT INTO public.session_type_roles (id, session_type_id, role_name, description, is_required, created_at)
SELECT pg_temp.id('session_type_roles', 'QA session/robot'), t.id, 'robot', NULL, true, '2025-03-12 08:46:00+00'
FROM public.session_types t
WHERE t.name = 'QA session';

-- Assessments.

UPDATE public.capability_assessments SET
  pass_fail_threshold = NULL,
  updated_at          = '2025-03-26 11:00:00+00'
WHERE slug = 'presentation-skills';

INSERT INTO public.capability_domain_questions (
  id, domain_id, question_key, question_text, help_text, order_index, created_at)
SELECT pg_temp.id('capability_domain_questions', 'self-leadership-check/Purpose/qa_long_answer'), d.id,
       'qa_long_answer', 'Does a very, very, very long question still fit on a phone?', NULL, 5,
       '2025-03-26 11:10:00+00'
FROM public.capability_domains d
JOIN public.capability_assessments a ON a.id = d.assessment_id
WHERE a.slug = 'self-leadership-check' AND d.name = 'Purpose';

UPDATE public.psychometric_assessments SET
  url        = 'https://staging.example.org/conflict',
  updated_at = '2025-03-26 11:20:00+00'
WHERE name = 'Conflict Styles';

UPDATE public.scenario_templates SET
  is_active  = true,
  updated_at = '2025-03-26 11:30:00+00'
WHERE name = 'The viral complaint';

-- Skills and resources. The id of RES-9001 is the one that production gave to
-- another resource.

INSERT INTO public.skill_categories (id, key, name, description, parent_id, display_order, created_at) VALUES
  (pg_temp.id('skill_categories', 'qa'), 'qa', 'QA', NULL, NULL, 99, '2025-03-12 09:00:00+00');

INSERT INTO public.skills (id, name, description, category_id, created_at)
SELECT pg_temp.id('skills', 'QA skill'), 'QA skill', NULL, c.id, '2025-03-12 09:01:00+00'
FROM public.skill_categories c
WHERE c.key = 'qa';

INSERT INTO public.resource_library (
  id, canonical_id, title, description, type, url, tags, category_id, created_at, updated_at)
SELECT '5a3f0c52-7d1b-4e0a-9c55-0d8f4a1b2c3d', 'RES-9001', 'Broken link, on purpose', NULL, 'article',
       'https://example.org/404', '{qa}', c.id, '2025-03-12 09:05:00+00', '2025-03-12 09:05:00+00'
FROM public.resource_categories c
WHERE c.name = 'Articles';

UPDATE public.resource_library SET
  description = NULL,
  updated_at  = '2025-03-27 15:00:00+00'
WHERE canonical_id = 'RES-0023';

-- Notifications and emails.

INSERT INTO public.notification_types (
  id, category_id, key, name, description, default_email, default_push, order_index, created_at)
SELECT pg_temp.id('notification_types', 'qa_ping'), c.id, 'qa_ping', 'Ping', NULL, false, true, 99,
       '2025-03-12 09:10:00+00'
FROM public.notification_categories c
WHERE c.key = 'account';

UPDATE public.notification_types SET default_push = true WHERE key = 'weekly_review';

UPDATE public.email_templates SET
  subject    = '[PREPROD] ' || subject,
  updated_at = '2025-03-12 09:15:00+00'
WHERE template_key IN ('welcome', 'password_reset');

INSERT INTO public.email_templates (
  template_key, name, subject, html_body, text_body, description, created_at, updated_at)
VALUES
  ('qa_probe', 'Probe', 'Probe {{run}}', '<p>{{run}}</p>', NULL, 'Sent by the nightly run to itself',
   '2025-03-12 09:20:00+00', '2025-03-12 09:20:00+00');

-- Settings.

INSERT INTO public.system_settings (key, value, description, created_at, updated_at) VALUES
  ('qa.fake_clock',  '"2030-01-01T00:00:00Z"',              'The nightly run believes it is this late', '2025-03-12 09:25:00+00', '2025-03-12 09:25:00+00'),
  ('qa.skip_emails', '{"except": ["testers@example.org"]}', 'Who gets mail from preprod',               '2025-03-12 09:26:00+00', '2025-03-12 09:26:00+00');

UPDATE public.system_settings s SET
  value      = v.value,
  updated_at = '2025-03-12 09:30:00+00'
FROM (VALUES
  ('platform.support_email', jsonb '"testers@example.org"'),
  ('platform.maintenance',   jsonb '{"enabled": true, "message": "This is preprod"}')
) AS v (key, value)
WHERE s.key = v.key;

-- Part 2: members ================================================================
--
-- Sixty test accounts; none of them exists in production.

INSERT INTO auth.users (id, email, encrypted_password, email_confirmed_at, last_sign_in_at, created_at)
SELECT pg_temp.id('users', n::text), format('tester%s@example.org', lpad(n::text, 2, '0')), '!',
       t.at + interval '9 minutes',
       CASE WHEN n % 7 <> 0 THEN t.at + n * interval '31 hours' END,
       t.at
FROM generate_series(1, 60) AS n
CROSS JOIN LATERAL (SELECT timestamptz '2025-03-11 07:00:00+00' + n * interval '5 hours') AS t (at)
ORDER BY n;

INSERT INTO public.profiles (id, display_name, email, locale, timezone, plan_id, created_at, updated_at)
SELECT pg_temp.id('users', n::text), 'Test account ' || lpad(n::text, 2, '0'), format('tester%s@example.org', lpad(n::text, 2, '0')),
       (ARRAY['en', 'fr', 'en', 'de'])[1 + n % 4],
       (ARRAY['Europe/Paris', 'Europe/Berlin', 'Europe/London', 'America/Montreal', 'UTC'])[1 + n % 5],
       p.id, u.created_at, u.created_at
FROM generate_series(1, 60) AS n
JOIN auth.users   u ON u.id = pg_temp.id('users', n::text)
JOIN public.plans p ON p.key = (ARRAY['free', 'essential', 'professional', 'executive', 'sponsored', 'qa-sandbox', 'qa-sandbox'])[1 + n % 7]
ORDER BY n;

INSERT INTO public.user_roles (id, user_id, role, granted_at)
SELECT pg_temp.id('user_roles', n || '/' || r.role), u.id, r.role, u.created_at
FROM generate_series(1, 60) AS n
JOIN public.profiles u ON u.id = pg_temp.id('users', n::text)
CROSS JOIN LATERAL (VALUES
  ('client',     true),
  ('coach',      n % 10 = 0),
  ('instructor', n % 15 = 0),
  ('admin',      n <= 2)
) AS r (role, granted)
WHERE r.granted
ORDER BY n, r.role COLLATE "C";

INSERT INTO public.program_enrollments (id, user_id, program_id, program_plan_id, status, enrolled_at, updated_at)
SELECT pg_temp.id('program_enrollments', n || '/' || k), pg_temp.id('users', n::text), p.id, pp.id,
       (ARRAY['active', 'active', 'completed', 'paused'])[1 + (n + k) % 4], t.at, t.at
FROM generate_series(1, 60) AS n
CROSS JOIN LATERAL generate_series(1, n % 4) AS k
CROSS JOIN LATERAL (SELECT timestamptz '2025-03-11 07:00:00+00' + n * interval '5 hours' + k * interval '200 hours') AS t (at)
JOIN (
  SELECT id, row_number() OVER (ORDER BY slug COLLATE "C") AS nr, count(*) OVER () AS total
  FROM public.programs
) AS p ON p.nr = 1 + (n * 3 + k * 3) % p.total
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
FROM generate_series(1, 60) AS n
CROSS JOIN LATERAL generate_series(1, n % 4) AS k
JOIN public.program_enrollments e ON e.id = pg_temp.id('program_enrollments', n || '/' || k)
CROSS JOIN LATERAL (SELECT 1 + (n + k) % 6) AS reached (step)
JOIN public.program_modules m ON m.program_id = e.program_id AND m.order_index <= reached.step
ORDER BY n, k, m.order_index;

INSERT INTO public.credit_balances (user_id, balance, updated_at)
SELECT pg_temp.id('users', n::text), (n * 37) % 500, timestamptz '2025-03-12 06:00:00+00' + n * interval '3 minutes'
FROM generate_series(1, 60) AS n
ORDER BY n;

INSERT INTO public.credit_transactions (id, user_id, service_id, amount, reason, created_at)
SELECT pg_temp.id('credit_transactions', n::text), pg_temp.id('users', (1 + n % 60)::text),
       CASE WHEN n % 3 <> 0 THEN s.id END,
       CASE WHEN n % 3 = 0 THEN 50 + n % 5 * 25 ELSE -greatest(s.credit_cost, 1) END,
       CASE WHEN n % 3 = 0 THEN 'Top-up' ELSE s.name END,
       timestamptz '2025-03-12 06:00:00+00' + n * interval '47 minutes'
FROM generate_series(1, 150) AS n
JOIN (
  SELECT id, name, credit_cost, row_number() OVER (ORDER BY category COLLATE "C", name COLLATE "C") AS nr
  FROM public.credit_services
) AS s ON s.nr = 1 + n % 13
ORDER BY n;

INSERT INTO public.notification_preferences (user_id, notification_type_id, email_enabled, push_enabled, updated_at)
SELECT pg_temp.id('users', n::text), t.id, (n + t.nr) % 2 = 0, (n + t.nr) % 3 = 0,
       timestamptz '2025-03-12 06:00:00+00' + n * interval '11 minutes'
FROM generate_series(1, 60) AS n
JOIN (
  SELECT id, row_number() OVER (ORDER BY key COLLATE "C") AS nr
  FROM public.notification_types
) AS t ON (n + t.nr) % 9 = 0
WHERE n % 3 = 0
ORDER BY n, t.nr;

INSERT INTO public.session_bookings (id, session_type_id, client_id, coach_id, starts_at, status, created_at)
SELECT pg_temp.id('session_bookings', n::text), t.id,
       pg_temp.id('users', (1 + n * 7 % 60)::text),
       pg_temp.id('users', ((1 + n % 6) * 10)::text),
       timestamptz '2025-03-12 06:00:00+00' + n * interval '5 hours' + interval '300 hours',
       (ARRAY['held', 'held', 'booked', 'cancelled'])[1 + n % 4],
       timestamptz '2025-03-12 06:00:00+00' + n * interval '5 hours'
FROM generate_series(1, 40) AS n
JOIN (
  SELECT id, row_number() OVER (ORDER BY name COLLATE "C") AS nr
  FROM public.session_types
) AS t ON t.nr = 1 + n % 8
ORDER BY n;

INSERT INTO public.oauth_tokens (id, user_id, provider, token_digest, expires_at, created_at)
SELECT pg_temp.id('oauth_tokens', n || '/' || v.provider), pg_temp.id('users', n::text), v.provider,
       md5('not a real token: preprod ' || v.provider || ' ' || n),
       timestamptz '2025-03-12 06:00:00+00' + n * interval '12 hours' + interval '720 hours',
       timestamptz '2025-03-12 06:00:00+00' + n * interval '12 hours'
FROM generate_series(1, 60) AS n
CROSS JOIN (VALUES ('calendar', 3), ('video', 8)) AS v (provider, every)
WHERE n % v.every = 0
ORDER BY n, v.provider COLLATE "C";

INSERT INTO public.consent_records (id, user_id, terms_id, accepted_at)
SELECT pg_temp.id('consent_records', n || '/' || t.version), pg_temp.id('users', n::text), t.id,
       timestamptz '2025-03-12 06:00:00+00' + n * interval '7 minutes'
FROM generate_series(1, 60) AS n
JOIN public.platform_terms t ON t.version = '3.0' OR (t.version = '2.0' AND n <= 30)
WHERE n % 20 <> 0
ORDER BY n, t.version COLLATE "C";

INSERT INTO public.audit_logs (actor_id, action, entity, entity_id, details, created_at)
SELECT CASE WHEN n % 10 <> 0 THEN pg_temp.id('users', (1 + n * 3 % 60)::text) END,
       (ARRAY['sign_in', 'update', 'create', 'view', 'export'])[1 + n % 5],
       (ARRAY['profiles', 'goals', 'program_enrollments', 'session_bookings'])[1 + n % 4],
       (n * 17)::text,
       jsonb_build_object('source', (ARRAY['web', 'phone', 'api'])[1 + n % 3], 'attempt', 1 + n % 2),
       timestamptz '2025-03-12 06:00:00+00' + n * interval '90 minutes'
FROM generate_series(1, 300) AS n
ORDER BY n;

-- Who wrote the programs and the emails: accounts of this environment.

UPDATE public.programs SET
  created_by = pg_temp.id('users', (1 + length(slug) % 2)::text),
  updated_at = updated_at + interval '1 minute';

UPDATE public.email_templates SET
  updated_by = pg_temp.id('users', (1 + length(template_key) % 2)::text),
  updated_at = updated_at + interval '1 minute'
WHERE template_key <> 'welcome';
