-- Members pay: plans, subscriptions, how they pay, what they were asked for, and how much
-- of what they paid for they have used. The payment provider tells the app's server what
-- happened; members read, and change nothing here.

CREATE TABLE IF NOT EXISTS public.subscription_plans (
  id             uuid          PRIMARY KEY DEFAULT gen_random_uuid(),
  slug           text          NOT NULL UNIQUE,
  title          text          NOT NULL,
  monthly_price  numeric(10,2) NOT NULL CHECK (monthly_price >= 0),
  currency       text          NOT NULL DEFAULT 'USD' CHECK (currency ~ '^[A-Z]{3}$'),
  matches_a_week smallint      CHECK (matches_a_week > 0),
  features       jsonb         NOT NULL DEFAULT '{}',
  is_active      boolean       NOT NULL DEFAULT true,
  sort_order     smallint      NOT NULL
);
COMMENT ON TABLE public.subscription_plans IS 'What members can subscribe to';

CREATE TABLE IF NOT EXISTS public.user_subscriptions (
  id         uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  profile_id uuid        NOT NULL REFERENCES public.profiles (id) ON DELETE RESTRICT,
  plan_id    uuid        NOT NULL REFERENCES public.subscription_plans (id) ON DELETE RESTRICT,
  status     text        NOT NULL CHECK (status IN ('trial', 'active', 'past due', 'cancelled')),
  started_at timestamptz NOT NULL DEFAULT now(),
  ends_at    timestamptz CHECK (ends_at > started_at),
  updated_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE public.user_subscriptions IS 'Who has subscribed to what; one at a time that is not cancelled';
CREATE INDEX IF NOT EXISTS user_subscriptions_profile_idx ON public.user_subscriptions (profile_id, started_at);
CREATE INDEX IF NOT EXISTS user_subscriptions_plan_idx    ON public.user_subscriptions (plan_id);
CREATE UNIQUE INDEX IF NOT EXISTS user_subscriptions_current_key ON public.user_subscriptions (profile_id)
  WHERE status <> 'cancelled';
CREATE TRIGGER user_subscriptions_set_updated_at BEFORE UPDATE ON public.user_subscriptions
  FOR EACH ROW EXECUTE FUNCTION public.set_updated_at();

CREATE TABLE IF NOT EXISTS public.payment_methods (
  id           uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  profile_id   uuid        NOT NULL REFERENCES public.profiles (id) ON DELETE CASCADE,
  provider_ref text        NOT NULL UNIQUE,
  label        text        NOT NULL,
  is_default   boolean     NOT NULL DEFAULT false,
  created_at   timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE public.payment_methods IS 'How members pay; the payment provider keeps the numbers';
CREATE INDEX IF NOT EXISTS payment_methods_profile_idx ON public.payment_methods (profile_id);

CREATE TABLE IF NOT EXISTS public.invoices (
  id                uuid          PRIMARY KEY DEFAULT gen_random_uuid(),
  subscription_id   uuid          NOT NULL REFERENCES public.user_subscriptions (id) ON DELETE RESTRICT,
  payment_method_id uuid          REFERENCES public.payment_methods (id) ON DELETE SET NULL,
  number            text          NOT NULL UNIQUE,
  amount            numeric(10,2) NOT NULL CHECK (amount >= 0),
  currency          text          NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  issued_at         timestamptz   NOT NULL,
  paid_at           timestamptz
);
COMMENT ON TABLE public.invoices IS 'What was asked for, and when it was paid';
CREATE INDEX IF NOT EXISTS invoices_subscription_idx ON public.invoices (subscription_id, issued_at);
CREATE INDEX IF NOT EXISTS invoices_method_idx       ON public.invoices (payment_method_id);

CREATE TABLE IF NOT EXISTS public.usage_tracking (
  profile_id uuid    NOT NULL REFERENCES public.profiles (id) ON DELETE CASCADE,
  feature    text    NOT NULL,
  month      date    NOT NULL CHECK (extract(day FROM month) = 1),
  used       integer NOT NULL DEFAULT 0 CHECK (used >= 0),
  PRIMARY KEY (profile_id, feature, month)
);
COMMENT ON TABLE public.usage_tracking IS 'How often each member has used what is limited, by month';

-- Everybody who is here already gets a trial, and the job that ends trials finds them.
ALTER TABLE public.profiles ADD COLUMN IF NOT EXISTS trial_ends_at timestamptz;
CREATE INDEX IF NOT EXISTS profiles_trial_idx ON public.profiles (trial_ends_at) WHERE trial_ends_at IS NOT NULL;

ALTER TABLE public.subscription_plans ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE public.user_subscriptions ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE public.payment_methods    ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE public.invoices           ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE public.usage_tracking     ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

-- The price list is the one thing that visitors may see.
CREATE POLICY subscription_plans_select ON public.subscription_plans
  FOR SELECT TO anon, authenticated USING (is_active);
CREATE POLICY user_subscriptions_select ON public.user_subscriptions
  FOR SELECT TO authenticated USING (profile_id = (SELECT auth.uid()) OR (SELECT private.is_admin()));
CREATE POLICY payment_methods_select ON public.payment_methods
  FOR SELECT TO authenticated USING (profile_id = (SELECT auth.uid()));
CREATE POLICY invoices_select ON public.invoices
  FOR SELECT TO authenticated USING (subscription_id IN (SELECT s.id FROM public.user_subscriptions s));
CREATE POLICY usage_tracking_select ON public.usage_tracking
  FOR SELECT TO authenticated USING (profile_id = (SELECT auth.uid()) OR (SELECT private.is_admin()));

GRANT SELECT ON public.subscription_plans TO anon, authenticated;
GRANT SELECT ON public.user_subscriptions, public.invoices, public.usage_tracking TO authenticated;
GRANT SELECT (id, profile_id, label, is_default, created_at) ON public.payment_methods TO authenticated;

-- Whether the member who is signed in has paid for a feature.
CREATE OR REPLACE FUNCTION public.has_feature(feature text) RETURNS boolean
  LANGUAGE sql STABLE
  SET search_path = ''
  AS $$
  SELECT EXISTS (
    SELECT FROM public.user_subscriptions s JOIN public.subscription_plans p ON p.id = s.plan_id
    WHERE s.profile_id = (SELECT auth.uid()) AND s.status IN ('trial', 'active')
      AND coalesce((p.features ->> has_feature.feature)::boolean, false))
$$;
COMMENT ON FUNCTION public.has_feature(text) IS 'Whether the plan of the member who is signed in has a feature';
GRANT EXECUTE ON FUNCTION public.has_feature(text) TO authenticated;
