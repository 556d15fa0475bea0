-- Users, hours and money, for either environment: production has more of everything.
--
-- Load order: migrations/*.sql, this file, then the environment's own files. It asks
-- which environment it is in: SET trackpay.env = 'staging' or 'production'.
-- All of it is invented: no real people, example.com addresses only. Nothing is random
-- and nothing reads the clock.

CREATE OR REPLACE FUNCTION pg_temp.id(kind text, key text) RETURNS uuid
  LANGUAGE sql STABLE
  AS $$ SELECT md5(concat_ws(':', 'trackpay', current_setting('trackpay.env'), kind, key))::uuid $$;

CREATE TEMPORARY TABLE size ON COMMIT PRESERVE ROWS AS
SELECT providers, clients
FROM (VALUES ('staging', 4, 15), ('production', 9, 46)) AS v (env, providers, clients)
WHERE env = current_setting('trackpay.env');

-- Users. Every fourth client has no account yet.

CREATE TEMPORARY TABLE person ON COMMIT PRESERVE ROWS AS
SELECT role, n, role || '-' || to_char(n, 'FM00') AS name, role = 'provider' OR n % 4 <> 0 AS has_account
FROM size
CROSS JOIN LATERAL (
  SELECT 'provider' AS role, p AS n FROM generate_series(1, providers) AS p
  UNION ALL
  SELECT 'client', c FROM generate_series(1, clients) AS c
) AS v;

INSERT INTO auth.users (id, email, encrypted_password, last_sign_in_at, created_at)
SELECT pg_temp.id('account', name), name || '@example.com', 'not a password',
       CASE WHEN n % 5 <> 0 THEN timestamptz '2025-10-01 07:00:00+00' + n * interval '7 hours' END,
       timestamptz '2025-08-01 07:00:00+00' + n * interval '9 hours'
FROM person
WHERE has_account
ORDER BY role, n;

INSERT INTO public.trackpay_users (id, auth_user_id, role, display_name, currency, created_at, updated_at)
SELECT pg_temp.id('user', name), CASE WHEN has_account THEN pg_temp.id('account', name) END, role,
       initcap(role) || to_char(n, ' FM00'), CASE WHEN n % 6 = 0 THEN 'CHF' ELSE 'EUR' END,
       timestamptz '2025-08-01 07:05:00+00' + n * interval '9 hours',
       timestamptz '2025-08-01 07:05:00+00' + n * interval '9 hours'
FROM person
ORDER BY role, n;

-- Relationships: each client has a provider, every third a second one.

CREATE TEMPORARY TABLE pair ON COMMIT PRESERVE ROWS AS
SELECT p, c, to_char(p, 'FM00') || '/' || to_char(c, 'FM00') AS name,
       pg_temp.id('user', 'provider-' || to_char(p, 'FM00')) AS provider_id,
       pg_temp.id('user', 'client-' || to_char(c, 'FM00'))   AS client_id,
       40 + 5 * ((c + p) % 7)                                AS rate
FROM size
CROSS JOIN LATERAL generate_series(1, clients) AS c
CROSS JOIN LATERAL generate_series(0, CASE WHEN c % 3 = 0 THEN 1 ELSE 0 END) AS other
CROSS JOIN LATERAL (SELECT 1 + (c * 5 + other) % providers AS p) AS v;

INSERT INTO public.trackpay_relationships (id, provider_id, client_id, hourly_rate, created_at, updated_at)
SELECT pg_temp.id('relationship', name), provider_id, client_id, rate,
       timestamptz '2025-08-20 08:00:00+00' + c * interval '11 hours',
       timestamptz '2025-08-20 08:00:00+00' + c * interval '11 hours'
FROM pair
ORDER BY p, c;

-- Sessions: three to seven for each pair, a week apart. The last one of every tenth
-- client is still running.

CREATE TEMPORARY TABLE work ON COMMIT PRESERVE ROWS AS
SELECT pair.*, k, pair.name || '/' || k AS session, started_at,
       CASE WHEN NOT (c % 10 = 0 AND k = last) THEN started_at + (1 + (c + k) % 6) * interval '30 minutes' END AS ended_at,
       (1 + (c + k) % 6) * rate / 2.0 AS amount
FROM pair
CROSS JOIN LATERAL (SELECT 3 + (c + p) % 5 AS last) AS l
CROSS JOIN LATERAL generate_series(1, last) AS k
CROSS JOIN LATERAL (
  SELECT timestamptz '2025-09-01 07:00:00+00' + (k * 7 + c % 5) * interval '1 day' + (c * 3 + p) % 9 * interval '1 hour' AS started_at
) AS s;

INSERT INTO public.trackpay_sessions (
  id, provider_id, client_id, started_at, ended_at, hourly_rate, note, created_at, updated_at)
SELECT pg_temp.id('session', session), provider_id, client_id, started_at, ended_at, rate,
       (ARRAY['Weekly lesson', 'Preparation', NULL, 'Extra hour'])[1 + (c + k) % 4],
       started_at, coalesce(ended_at, started_at)
FROM work
ORDER BY p, c, k;

-- Payments: for every other session, and an advance from every fifth client.

INSERT INTO public.trackpay_payments (
  id, provider_id, client_id, session_id, amount, currency, method, paid_at, created_at)
SELECT pg_temp.id('payment', session), provider_id, client_id, pg_temp.id('session', session), amount, 'EUR',
       (ARRAY['transfer', 'card', 'cash'])[1 + (c + k) % 3],
       ended_at + (2 + c % 4) * interval '1 day', ended_at + (2 + c % 4) * interval '1 day'
FROM work
WHERE k % 2 = 1 AND ended_at IS NOT NULL
ORDER BY p, c, k;

INSERT INTO public.trackpay_payments (
  id, provider_id, client_id, session_id, amount, currency, method, paid_at, created_at)
SELECT pg_temp.id('payment', name || '/advance'), provider_id, client_id, NULL, 4 * rate, 'EUR', 'transfer',
       timestamptz '2025-08-29 10:00:00+00', timestamptz '2025-08-29 10:00:00+00'
FROM pair
WHERE c % 5 = 0
ORDER BY p, c;

-- Requests: for every third session.

INSERT INTO public.trackpay_requests (
  id, provider_id, client_id, session_id, amount, currency, status, requested_at, answered_at, created_at, updated_at)
SELECT pg_temp.id('request', session), provider_id, client_id, pg_temp.id('session', session), amount, 'EUR', status,
       asked, answered, asked, coalesce(answered, asked)
FROM work
CROSS JOIN LATERAL (
  SELECT ended_at + interval '1 hour' AS asked,
         CASE WHEN k % 2 = 1 THEN 'paid' ELSE (ARRAY['open', 'declined', 'withdrawn'])[1 + c % 3] END AS status
) AS a
CROSS JOIN LATERAL (
  SELECT CASE WHEN status <> 'open' THEN asked + (2 + c % 4) * interval '1 day' END AS answered
) AS b
WHERE k % 3 = 0 AND ended_at IS NOT NULL
ORDER BY p, c, k;

-- The feed, in the order in which things happened.

INSERT INTO public.trackpay_activities (id, provider_id, client_id, session_id, kind, details, created_at)
SELECT pg_temp.id('activity', session || '/' || kind), provider_id, client_id, pg_temp.id('session', session), kind,
       details, happened_at
FROM work
CROSS JOIN LATERAL (VALUES
  ('session started',   true,      started_at,                                       '{}'::jsonb),
  ('session ended',     true,      ended_at,                                         jsonb_build_object('minutes', (1 + (c + k) % 6) * 30)),
  ('payment requested', k % 3 = 0, ended_at + interval '1 hour',                     jsonb_build_object('amount', amount)),
  ('payment noted',     k % 2 = 1, ended_at + (2 + c % 4) * interval '1 day',        jsonb_build_object('amount', amount))
) AS v (kind, applies, happened_at, details)
WHERE applies AND happened_at IS NOT NULL
ORDER BY happened_at, session COLLATE "C", kind COLLATE "C";

-- Invitations: of the clients without an account, and of some who have one by now.

INSERT INTO public.trackpay_invites (
  id, provider_id, client_id, claimed_by, code, status, expires_at, claimed_at, created_at)
SELECT pg_temp.id('invite', name), provider_id, client_id, CASE WHEN claimed THEN client_id END,
       upper(substr(md5('invite ' || name), 1, 8)), CASE WHEN claimed THEN 'claimed' ELSE 'open' END,
       sent_at + interval '30 days', CASE WHEN claimed THEN sent_at + interval '26 hours' END, sent_at
FROM pair
CROSS JOIN LATERAL (SELECT c % 4 <> 0 AS claimed, timestamptz '2025-08-20 08:10:00+00' + c * interval '11 hours' AS sent_at) AS s
WHERE c % 4 = 0 OR c % 7 = 0
ORDER BY p, c;

-- Relationships that are no more: one client of every other provider.

INSERT INTO public.trackpay_relationship_audit (
  id, relationship_id, provider_id, client_id, deleted_by, session_count, payment_count, created_at)
SELECT pg_temp.id('audit', name), pg_temp.id('relationship', 'former/' || name), pg_temp.id('user', name),
       pg_temp.id('user', 'former client of ' || name), pg_temp.id('user', name), n % 4, n % 3,
       timestamptz '2025-10-02 09:00:00+00' + n * interval '13 hours'
FROM person
WHERE role = 'provider' AND n % 2 = 1
ORDER BY n;
