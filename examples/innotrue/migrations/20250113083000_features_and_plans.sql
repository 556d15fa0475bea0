-- What can be switched on (features), who gets it (plans, tracks, add-ons,
-- program plans), and what credits cost.

CREATE TABLE public.feature_categories (
  id            uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  name          text        NOT NULL UNIQUE,
  description   text,
  display_order integer     NOT NULL DEFAULT 0,
  created_at    timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE public.features (
  id            uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  key           text        NOT NULL UNIQUE CHECK (key ~ '^[a-z][a-z0-9_]*$'),
  name          text        NOT NULL,
  description   text,
  category_id   uuid        REFERENCES public.feature_categories (id) ON DELETE SET NULL,
  is_consumable boolean     NOT NULL DEFAULT false,
  is_system     boolean     NOT NULL DEFAULT false,
  is_active     boolean     NOT NULL DEFAULT true,
  created_at    timestamptz NOT NULL DEFAULT now(),
  updated_at    timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX features_category_id_idx ON public.features (category_id);

CREATE TABLE public.plans (
  id               uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  key              text        NOT NULL UNIQUE,
  name             text        NOT NULL,
  tier_level       integer     NOT NULL CHECK (tier_level >= 0),
  is_free          boolean     NOT NULL DEFAULT false,
  credit_allowance integer     NOT NULL DEFAULT 0 CHECK (credit_allowance >= 0),
  is_purchasable   boolean     NOT NULL DEFAULT true,
  description      text,
  created_at       timestamptz NOT NULL DEFAULT now(),
  updated_at       timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE public.plan_features (
  plan_id     uuid        NOT NULL REFERENCES public.plans (id)    ON DELETE CASCADE,
  feature_id  uuid        NOT NULL REFERENCES public.features (id) ON DELETE CASCADE,
  enabled     boolean     NOT NULL DEFAULT true,
  limit_value integer     CHECK (limit_value >= 0),
  created_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (plan_id, feature_id)
);
CREATE INDEX plan_features_feature_id_idx ON public.plan_features (feature_id);

CREATE TABLE public.tracks (
  id            uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  key           text        NOT NULL UNIQUE,
  name          text        NOT NULL,
  description   text,
  display_order integer     NOT NULL DEFAULT 0,
  created_at    timestamptz NOT NULL DEFAULT now(),
  updated_at    timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE public.track_features (
  track_id    uuid        NOT NULL REFERENCES public.tracks (id)   ON DELETE CASCADE,
  feature_id  uuid        NOT NULL REFERENCES public.features (id) ON DELETE CASCADE,
  enabled     boolean     NOT NULL DEFAULT true,
  limit_value integer     CHECK (limit_value >= 0),
  created_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (track_id, feature_id)
);
CREATE INDEX track_features_feature_id_idx ON public.track_features (feature_id);

CREATE TABLE public.add_ons (
  id               uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  name             text        NOT NULL UNIQUE,
  description      text,
  price_cents      integer     NOT NULL CHECK (price_cents >= 0),
  billing_interval text        NOT NULL CHECK (billing_interval IN ('once', 'month', 'year')),
  is_active        boolean     NOT NULL DEFAULT true,
  created_at       timestamptz NOT NULL DEFAULT now(),
  updated_at       timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE public.add_on_features (
  add_on_id   uuid        NOT NULL REFERENCES public.add_ons (id)  ON DELETE CASCADE,
  feature_id  uuid        NOT NULL REFERENCES public.features (id) ON DELETE CASCADE,
  enabled     boolean     NOT NULL DEFAULT true,
  limit_value integer     CHECK (limit_value >= 0),
  created_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (add_on_id, feature_id)
);
CREATE INDEX add_on_features_feature_id_idx ON public.add_on_features (feature_id);

CREATE TABLE public.program_plans (
  id               uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  name             text        NOT NULL UNIQUE,
  display_name     text,
  description      text,
  tier_level       integer     NOT NULL CHECK (tier_level >= 0),
  credit_allowance integer     CHECK (credit_allowance >= 0),
  is_active        boolean     NOT NULL DEFAULT true,
  created_at       timestamptz NOT NULL DEFAULT now(),
  updated_at       timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE public.program_plan_features (
  program_plan_id uuid        NOT NULL REFERENCES public.program_plans (id) ON DELETE CASCADE,
  feature_id      uuid        NOT NULL REFERENCES public.features (id)      ON DELETE CASCADE,
  enabled         boolean     NOT NULL DEFAULT true,
  limit_value     integer     CHECK (limit_value >= 0),
  created_at      timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (program_plan_id, feature_id)
);
CREATE INDEX program_plan_features_feature_id_idx ON public.program_plan_features (feature_id);

CREATE TABLE public.credit_services (
  id             uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  category       text        NOT NULL CHECK (category IN ('ai', 'assessment', 'program', 'session')),
  name           text        NOT NULL,
  description    text,
  credit_cost    integer     NOT NULL CHECK (credit_cost >= 0),
  feature_key    text        REFERENCES public.features (key) ON UPDATE CASCADE ON DELETE SET NULL,
  is_active      boolean     NOT NULL DEFAULT true,
  is_org_service boolean     NOT NULL DEFAULT false,
  created_at     timestamptz NOT NULL DEFAULT now(),
  updated_at     timestamptz NOT NULL DEFAULT now(),
  UNIQUE (category, name)
);
CREATE INDEX credit_services_feature_key_idx ON public.credit_services (feature_key);

CREATE TABLE public.credit_topup_packages (
  id            uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  slug          text        NOT NULL UNIQUE,
  name          text        NOT NULL,
  description   text,
  credits       integer     NOT NULL CHECK (credits > 0),
  price_cents   integer     NOT NULL CHECK (price_cents >= 0),
  currency      text        NOT NULL DEFAULT 'EUR' CHECK (currency ~ '^[A-Z]{3}$'),
  is_active     boolean     NOT NULL DEFAULT true,
  display_order integer     NOT NULL DEFAULT 0,
  created_at    timestamptz NOT NULL DEFAULT now(),
  updated_at    timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE public.org_credit_packages (
  id            uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  slug          text        NOT NULL UNIQUE,
  name          text        NOT NULL,
  description   text,
  credits       integer     NOT NULL CHECK (credits > 0),
  price_cents   integer     NOT NULL CHECK (price_cents >= 0),
  currency      text        NOT NULL DEFAULT 'EUR' CHECK (currency ~ '^[A-Z]{3}$'),
  is_active     boolean     NOT NULL DEFAULT true,
  display_order integer     NOT NULL DEFAULT 0,
  created_at    timestamptz NOT NULL DEFAULT now(),
  updated_at    timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE public.org_platform_tiers (
  id                  uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  slug                text        NOT NULL UNIQUE,
  name                text        NOT NULL,
  description         text,
  monthly_price_cents integer     NOT NULL CHECK (monthly_price_cents >= 0),
  included_credits    integer     NOT NULL DEFAULT 0 CHECK (included_credits >= 0),
  is_active           boolean     NOT NULL DEFAULT true,
  created_at          timestamptz NOT NULL DEFAULT now(),
  updated_at          timestamptz NOT NULL DEFAULT now()
);

-- Every member is on a plan; a plan in use cannot be deleted.
ALTER TABLE public.profiles
  ADD COLUMN plan_id uuid REFERENCES public.plans (id) ON DELETE RESTRICT;
CREATE INDEX profiles_plan_id_idx ON public.profiles (plan_id);

COMMENT ON TABLE public.feature_categories    IS 'Headings under which the admin screens list features';
COMMENT ON TABLE public.features              IS 'Everything that can be switched on for a member';
COMMENT ON TABLE public.plans                 IS 'Subscription plans of individual members';
COMMENT ON TABLE public.plan_features         IS 'What a plan switches on, and up to how much';
COMMENT ON TABLE public.tracks                IS 'Journeys that a member chooses when they join';
COMMENT ON TABLE public.track_features        IS 'What a track switches on, and up to how much';
COMMENT ON TABLE public.add_ons               IS 'Extras sold on top of a plan';
COMMENT ON TABLE public.add_on_features       IS 'What an add-on switches on, and up to how much';
COMMENT ON TABLE public.program_plans         IS 'Packages in which a single program is sold';
COMMENT ON TABLE public.program_plan_features IS 'What a program plan switches on, and up to how much';
COMMENT ON TABLE public.credit_services       IS 'Price list: what an action costs in credits';
COMMENT ON TABLE public.credit_topup_packages IS 'Credit packages for members';
COMMENT ON TABLE public.org_credit_packages   IS 'Credit packages for organisations';
COMMENT ON TABLE public.org_platform_tiers    IS 'Monthly platform fee of an organisation';

CREATE TRIGGER features_set_updated_at BEFORE UPDATE ON public.features
  FOR EACH ROW EXECUTE FUNCTION public.set_updated_at();
CREATE TRIGGER plans_set_updated_at BEFORE UPDATE ON public.plans
  FOR EACH ROW EXECUTE FUNCTION public.set_updated_at();
CREATE TRIGGER tracks_set_updated_at BEFORE UPDATE ON public.tracks
  FOR EACH ROW EXECUTE FUNCTION public.set_updated_at();
CREATE TRIGGER add_ons_set_updated_at BEFORE UPDATE ON public.add_ons
  FOR EACH ROW EXECUTE FUNCTION public.set_updated_at();
CREATE TRIGGER program_plans_set_updated_at BEFORE UPDATE ON public.program_plans
  FOR EACH ROW EXECUTE FUNCTION public.set_updated_at();
CREATE TRIGGER credit_services_set_updated_at BEFORE UPDATE ON public.credit_services
  FOR EACH ROW EXECUTE FUNCTION public.set_updated_at();
CREATE TRIGGER credit_topup_packages_set_updated_at BEFORE UPDATE ON public.credit_topup_packages
  FOR EACH ROW EXECUTE FUNCTION public.set_updated_at();
CREATE TRIGGER org_credit_packages_set_updated_at BEFORE UPDATE ON public.org_credit_packages
  FOR EACH ROW EXECUTE FUNCTION public.set_updated_at();
CREATE TRIGGER org_platform_tiers_set_updated_at BEFORE UPDATE ON public.org_platform_tiers
  FOR EACH ROW EXECUTE FUNCTION public.set_updated_at();
