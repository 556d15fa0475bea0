-- Subscriptions, where there are any: local and staging.
--
-- Load order: migrations/*.sql, data/members.sql, then this file.

CREATE OR REPLACE FUNCTION pg_temp.id(kind text, key text) RETURNS uuid
  LANGUAGE sql STABLE
  AS $$ SELECT md5(concat_ws(':', 'introalignment', current_setting('introalignment.env'), kind, key))::uuid $$;

CREATE TEMPORARY TABLE subscriber ON COMMIT PRESERVE ROWS AS
SELECT n, to_char(n, 'FM000') AS name, pg_temp.id('member', to_char(n, 'FM000')) AS id,
       (ARRAY['free', 'plus', 'premium'])[1 + n % 3] AS plan
FROM generate_series(1, (SELECT count(*)::integer FROM public.profiles)) AS n;

UPDATE public.profiles SET trial_ends_at = '2026-02-09 00:00:00+00', updated_at = '2026-01-09 09:00:00+00';

INSERT INTO public.payment_methods (id, profile_id, provider_ref, label, is_default, created_at)
SELECT pg_temp.id('method', name), id, 'test_' || substr(md5('method ' || name), 1, 12), 'Test card', true, '2026-01-09 10:00:00+00'
FROM subscriber WHERE plan <> 'free'
ORDER BY n;

INSERT INTO public.user_subscriptions (id, profile_id, plan_id, status, started_at, ends_at, updated_at)
SELECT pg_temp.id('subscription', s.name), s.id, p.id,
       CASE WHEN s.n % 8 = 0 THEN 'cancelled' WHEN s.n % 5 = 0 THEN 'trial' ELSE 'active' END, '2026-01-09 10:05:00+00',
       CASE WHEN s.n % 8 = 0 THEN timestamptz '2026-02-09 00:00:00+00' END, '2026-01-09 10:05:00+00'
FROM subscriber s JOIN public.subscription_plans p ON p.slug = s.plan
ORDER BY s.n;

INSERT INTO public.invoices (id, subscription_id, payment_method_id, number, amount, currency, issued_at, paid_at)
SELECT pg_temp.id('invoice', s.name), pg_temp.id('subscription', s.name), pg_temp.id('method', s.name), '2026-' || s.name,
       p.monthly_price, p.currency, '2026-01-09 10:06:00+00',
       CASE WHEN s.n % 4 <> 0 THEN timestamptz '2026-01-09 10:07:00+00' END
FROM subscriber s JOIN public.subscription_plans p ON p.slug = s.plan
WHERE s.plan <> 'free' AND s.n % 5 <> 0
ORDER BY s.n;

INSERT INTO public.usage_tracking (profile_id, feature, month, used)
SELECT id, feature, '2026-01-01', 1 + n % 4
FROM subscriber CROSS JOIN unnest(ARRAY['matches', 'reports']) AS feature
WHERE n % 3 <> 0
ORDER BY n, feature;
