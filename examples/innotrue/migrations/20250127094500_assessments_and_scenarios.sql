-- Assessments with their domains and questions, the catalogue of psychometric
-- tests, practice scenarios, the wheel of life.

CREATE TABLE public.assessment_categories (
  id          uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  name        text        NOT NULL UNIQUE,
  description text,
  order_index integer     NOT NULL DEFAULT 0,
  is_active   boolean     NOT NULL DEFAULT true,
  created_at  timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE public.assessment_families (
  id          uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  slug        text        NOT NULL UNIQUE,
  name        text        NOT NULL,
  description text,
  is_active   boolean     NOT NULL DEFAULT true,
  created_at  timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE public.capability_assessments (
  id                     uuid         PRIMARY KEY DEFAULT gen_random_uuid(),
  slug                   text         NOT NULL UNIQUE,
  name                   text         NOT NULL,
  description            text,
  instructions           text,
  instructions_self      text,
  instructions_evaluator text,
  assessment_mode        text         NOT NULL CHECK (assessment_mode IN ('self', 'evaluator', 'both')),
  rating_scale           jsonb        NOT NULL,
  category_id            uuid         REFERENCES public.assessment_categories (id) ON DELETE SET NULL,
  family_id              uuid         REFERENCES public.assessment_families (id)   ON DELETE SET NULL,
  feature_key            text         REFERENCES public.features (key) ON UPDATE CASCADE ON DELETE RESTRICT,
  is_active              boolean      NOT NULL DEFAULT true,
  is_public              boolean      NOT NULL DEFAULT false,
  pass_fail_enabled      boolean      NOT NULL DEFAULT false,
  pass_fail_mode         text         CHECK (pass_fail_mode IN ('overall', 'per_domain')),
  pass_fail_threshold    numeric(5,2) CHECK (pass_fail_threshold BETWEEN 0 AND 100),
  allow_instructor_eval  boolean      NOT NULL DEFAULT false,
  created_at             timestamptz  NOT NULL DEFAULT now(),
  updated_at             timestamptz  NOT NULL DEFAULT now(),
  CHECK (NOT pass_fail_enabled OR pass_fail_mode IS NOT NULL)
);
CREATE INDEX capability_assessments_category_id_idx ON public.capability_assessments (category_id);
CREATE INDEX capability_assessments_family_id_idx   ON public.capability_assessments (family_id);
CREATE INDEX capability_assessments_feature_key_idx ON public.capability_assessments (feature_key);

CREATE TABLE public.capability_domains (
  id            uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  assessment_id uuid        NOT NULL REFERENCES public.capability_assessments (id) ON DELETE CASCADE,
  name          text        NOT NULL,
  description   text,
  order_index   integer     NOT NULL CHECK (order_index > 0),
  created_at    timestamptz NOT NULL DEFAULT now(),
  UNIQUE (assessment_id, name)
);

-- question_key stays when the wording or the order changes.
CREATE TABLE public.capability_domain_questions (
  id            uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  domain_id     uuid        NOT NULL REFERENCES public.capability_domains (id) ON DELETE CASCADE,
  question_key  text        NOT NULL,
  question_text text        NOT NULL,
  help_text     text,
  order_index   integer     NOT NULL CHECK (order_index > 0),
  created_at    timestamptz NOT NULL DEFAULT now(),
  UNIQUE (domain_id, question_key),
  UNIQUE (domain_id, order_index)
);

CREATE TABLE public.psychometric_assessments (
  id          uuid         PRIMARY KEY DEFAULT gen_random_uuid(),
  name        text         NOT NULL UNIQUE,
  category    text         NOT NULL,
  category_id uuid         REFERENCES public.assessment_categories (id) ON DELETE SET NULL,
  description text,
  provider    text,
  url         text         CHECK (url ~ '^https://'),
  cost        numeric(8,2) CHECK (cost >= 0),
  feature_key text         REFERENCES public.features (key) ON UPDATE CASCADE ON DELETE SET NULL,
  is_active   boolean      NOT NULL DEFAULT true,
  created_at  timestamptz  NOT NULL DEFAULT now(),
  updated_at  timestamptz  NOT NULL DEFAULT now()
);
CREATE INDEX psychometric_assessments_category_id_idx ON public.psychometric_assessments (category_id);
CREATE INDEX psychometric_assessments_feature_key_idx ON public.psychometric_assessments (feature_key);

CREATE TABLE public.scenario_categories (
  id            uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  name          text        NOT NULL UNIQUE,
  description   text,
  display_order integer     NOT NULL DEFAULT 0,
  created_at    timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE public.scenario_templates (
  id                       uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  name                     text        NOT NULL UNIQUE,
  description              text,
  category_id              uuid        REFERENCES public.scenario_categories (id)    ON DELETE SET NULL,
  capability_assessment_id uuid        REFERENCES public.capability_assessments (id) ON DELETE RESTRICT,
  is_active                boolean     NOT NULL DEFAULT true,
  created_at               timestamptz NOT NULL DEFAULT now(),
  updated_at               timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX scenario_templates_category_id_idx   ON public.scenario_templates (category_id);
CREATE INDEX scenario_templates_assessment_id_idx ON public.scenario_templates (capability_assessment_id);

CREATE TABLE public.scenario_sections (
  id          uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  template_id uuid        NOT NULL REFERENCES public.scenario_templates (id) ON DELETE CASCADE,
  title       text        NOT NULL,
  body        text        NOT NULL,
  order_index integer     NOT NULL CHECK (order_index > 0),
  created_at  timestamptz NOT NULL DEFAULT now(),
  UNIQUE (template_id, title),
  UNIQUE (template_id, order_index)
);

CREATE TABLE public.wheel_categories (
  key         text        PRIMARY KEY,
  name        text        NOT NULL,
  description text,
  color       text        NOT NULL CHECK (color ~ '^#[0-9a-f]{6}$'),
  icon        text        NOT NULL,
  order_index integer     NOT NULL,
  is_active   boolean     NOT NULL DEFAULT true,
  created_at  timestamptz NOT NULL DEFAULT now()
);

COMMENT ON TABLE public.assessment_categories       IS 'Headings of the assessment catalogue';
COMMENT ON TABLE public.assessment_families         IS 'Assessments that share a model and can be compared';
COMMENT ON TABLE public.capability_assessments      IS 'Assessments that members and coaches fill in';
COMMENT ON TABLE public.capability_domains          IS 'Parts of an assessment that get a score of their own';
COMMENT ON TABLE public.capability_domain_questions IS 'Questions of a domain, in order';
COMMENT ON TABLE public.psychometric_assessments    IS 'Tests of other providers that a coach may recommend';
COMMENT ON TABLE public.scenario_categories         IS 'Headings of the scenario library';
COMMENT ON TABLE public.scenario_templates          IS 'Practice scenarios, played through in a session';
COMMENT ON TABLE public.scenario_sections           IS 'Parts of a scenario, in order';
COMMENT ON TABLE public.wheel_categories            IS 'Spokes of the wheel of life';

CREATE TRIGGER capability_assessments_set_updated_at BEFORE UPDATE ON public.capability_assessments
  FOR EACH ROW EXECUTE FUNCTION public.set_updated_at();
CREATE TRIGGER psychometric_assessments_set_updated_at BEFORE UPDATE ON public.psychometric_assessments
  FOR EACH ROW EXECUTE FUNCTION public.set_updated_at();
CREATE TRIGGER scenario_templates_set_updated_at BEFORE UPDATE ON public.scenario_templates
  FOR EACH ROW EXECUTE FUNCTION public.set_updated_at();
