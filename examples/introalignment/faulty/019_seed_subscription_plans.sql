-- Three plans, and a trial for those who were here before there were plans.

INSERT INTO public.subscription_plans (id, slug, title, monthly_price, matches_a_week, features, sort_order)
SELECT md5('plan:' || slug)::uuid, slug, title, monthly_price, matches_a_week, features::jsonb, sort_order
FROM (VALUES
  ('free',    'Free',    0.00,  1,             '{"reports": false, "puzzles": true,  "concierge": false}', 1),
  ('plus',    'Plus',    14.00, 5,             '{"reports": true,  "puzzles": true,  "concierge": false}', 2),
  ('premium', 'Premium', 39.00, NULL::integer, '{"reports": true,  "puzzles": true,  "concierge": true}',  3)
) AS v (slug, title, monthly_price, matches_a_week, features, sort_order)
ON CONFLICT (slug) DO NOTHING;

UPDATE public.profiles SET trial_ends_at = '2026-02-09 00:00:00+00'
WHERE trial_ends_at IS NULL AND created_at < '2026-01-09';
