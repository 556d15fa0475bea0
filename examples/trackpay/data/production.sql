-- Production of TrackPay: what only production has.
--
-- Load order: migrations/*.sql, data/rows.sql, this file, production_index.sql, which
-- fails, then production_mistakes.sql.

CREATE OR REPLACE FUNCTION pg_temp.id(kind text, key text) RETURNS uuid
  LANGUAGE sql STABLE
  AS $$ SELECT md5(concat_ws(':', 'trackpay', current_setting('trackpay.env'), kind, key))::uuid $$;

-- The feed of the app's first version, brought over with the numbers that it had there:
-- it had counted from two billion one hundred million, to keep devices apart.
INSERT INTO public.trackpay_activities (id, number, provider_id, client_id, session_id, kind, details, created_at)
SELECT pg_temp.id('activity', 'first version ' || n), 2100000000 + n, provider_id, client_id, id, 'payment requested',
       jsonb_build_object('imported', true), started_at + interval '3 hours'
FROM (
  SELECT s.*, row_number() OVER (ORDER BY started_at, id) AS n
  FROM public.trackpay_sessions s
) AS s
WHERE n <= 40
ORDER BY n;

-- A session that was asked for a second time, while the first request is still open.
INSERT INTO public.trackpay_requests (
  id, provider_id, client_id, session_id, amount, currency, status, requested_at, created_at, updated_at)
SELECT pg_temp.id('request', 'second for ' || id), provider_id, client_id, session_id, amount, currency, status,
       requested_at + interval '3 days', requested_at + interval '3 days', requested_at + interval '3 days'
FROM public.trackpay_requests
WHERE status = 'open'
ORDER BY requested_at, id
LIMIT 1;
