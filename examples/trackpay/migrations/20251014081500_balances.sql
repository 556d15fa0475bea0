-- What is still owed, for the two screens that show it.
--
-- The view has to read as the person who asks, or it would hand out everybody's
-- balances: security_invoker, which there is from PostgreSQL 15 on. On older servers the
-- option does not exist, so nobody but service_role and auditor may read the view there.

CREATE VIEW public.trackpay_balances AS
SELECT r.provider_id, r.client_id, s.hours, s.earned, p.paid, s.earned - p.paid AS balance
FROM public.trackpay_relationships r
CROSS JOIN LATERAL (
  SELECT coalesce(round(sum(extract(epoch FROM s.ended_at - s.started_at) / 3600)::numeric, 2), 0)                 AS hours,
         coalesce(round(sum(extract(epoch FROM s.ended_at - s.started_at)::numeric / 3600 * s.hourly_rate), 2), 0) AS earned
  FROM public.trackpay_sessions s
  WHERE s.provider_id = r.provider_id AND s.client_id = r.client_id
) AS s
CROSS JOIN LATERAL (
  SELECT coalesce(sum(p.amount), 0) AS paid
  FROM public.trackpay_payments p
  WHERE p.provider_id = r.provider_id AND p.client_id = r.client_id
) AS p;

COMMENT ON VIEW public.trackpay_balances IS 'Per relationship: hours worked, what they cost, what was paid';

GRANT SELECT ON public.trackpay_balances TO service_role, auditor;

DO $$
BEGIN
  IF current_setting('server_version_num')::integer >= 150000 THEN
    ALTER VIEW public.trackpay_balances SET (security_invoker = true);
    GRANT SELECT ON public.trackpay_balances TO authenticated;
  END IF;
END
$$;
