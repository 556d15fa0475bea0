-- Sessions with a coach, guided paths, skills and the resource library.

CREATE TABLE public.session_types (
  id               uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  name             text        NOT NULL UNIQUE,
  description      text,
  default_duration integer     NOT NULL CHECK (default_duration BETWEEN 5 AND 480),
  feature_key      text        REFERENCES public.features (key) ON UPDATE CASCADE ON DELETE SET NULL,
  is_active        boolean     NOT NULL DEFAULT true,
  created_at       timestamptz NOT NULL DEFAULT now(),
  updated_at       timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX session_types_feature_key_idx ON public.session_types (feature_key);

CREATE TABLE public.session_type_roles (
  id              uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  session_type_id uuid        NOT NULL REFERENCES public.session_types (id) ON DELETE CASCADE,
  role_name       text        NOT NULL,
  description     text,
  is_required     boolean     NOT NULL DEFAULT false,
  created_at      timestamptz NOT NULL DEFAULT now(),
  UNIQUE (session_type_id, role_name)
);

CREATE TABLE public.guided_path_template_families (
  id          uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  slug        text        NOT NULL UNIQUE,
  name        text        NOT NULL,
  description text,
  is_active   boolean     NOT NULL DEFAULT true,
  created_at  timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE public.guided_path_templates (
  id          uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  family_id   uuid        NOT NULL REFERENCES public.guided_path_template_families (id) ON DELETE RESTRICT,
  name        text        NOT NULL,
  description text,
  category    text        NOT NULL,
  is_active   boolean     NOT NULL DEFAULT true,
  created_at  timestamptz NOT NULL DEFAULT now(),
  updated_at  timestamptz NOT NULL DEFAULT now(),
  UNIQUE (family_id, name)
);

CREATE TABLE public.guided_path_template_goals (
  id          uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  template_id uuid        NOT NULL REFERENCES public.guided_path_templates (id) ON DELETE CASCADE,
  title       text        NOT NULL,
  description text,
  order_index integer     NOT NULL CHECK (order_index > 0),
  created_at  timestamptz NOT NULL DEFAULT now(),
  UNIQUE (template_id, order_index)
);

CREATE TABLE public.guided_path_template_milestones (
  id               uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  goal_id          uuid        NOT NULL REFERENCES public.guided_path_template_goals (id) ON DELETE CASCADE,
  title            text        NOT NULL,
  recommended_days integer     CHECK (recommended_days > 0),
  order_index      integer     NOT NULL CHECK (order_index > 0),
  created_at       timestamptz NOT NULL DEFAULT now(),
  UNIQUE (goal_id, order_index)
);

CREATE TABLE public.skill_categories (
  id            uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  key           text        NOT NULL UNIQUE,
  name          text        NOT NULL,
  description   text,
  parent_id     uuid        REFERENCES public.skill_categories (id) ON DELETE RESTRICT,
  display_order integer     NOT NULL DEFAULT 0,
  created_at    timestamptz NOT NULL DEFAULT now(),
  CHECK (parent_id <> id)
);
CREATE INDEX skill_categories_parent_id_idx ON public.skill_categories (parent_id);

CREATE TABLE public.skills (
  id          uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  name        text        NOT NULL UNIQUE,
  description text,
  category_id uuid        REFERENCES public.skill_categories (id) ON DELETE SET NULL,
  created_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX skills_category_id_idx ON public.skills (category_id);

CREATE TABLE public.resource_categories (
  id            uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  name          text        NOT NULL UNIQUE,
  description   text,
  display_order integer     NOT NULL DEFAULT 0,
  created_at    timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE public.resource_library (
  id           uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  canonical_id text        NOT NULL UNIQUE CHECK (canonical_id ~ '^RES-[0-9]{4}$'),
  title        text        NOT NULL,
  description  text,
  type         text        NOT NULL CHECK (type IN ('article', 'audio', 'template', 'video', 'worksheet')),
  url          text        CHECK (url ~ '^https://'),
  tags         text[]      NOT NULL DEFAULT '{}',
  category_id  uuid        REFERENCES public.resource_categories (id) ON DELETE SET NULL,
  is_active    boolean     NOT NULL DEFAULT true,
  is_public    boolean     NOT NULL DEFAULT false,
  created_at   timestamptz NOT NULL DEFAULT now(),
  updated_at   timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX resource_library_category_id_idx ON public.resource_library (category_id);
CREATE INDEX resource_library_tags_idx        ON public.resource_library USING gin (tags);

COMMENT ON TABLE public.session_types                   IS 'Kinds of session that can be booked';
COMMENT ON TABLE public.session_type_roles              IS 'Who takes part in a kind of session';
COMMENT ON TABLE public.guided_path_template_families   IS 'Groups of guided paths';
COMMENT ON TABLE public.guided_path_templates           IS 'Ready-made paths that a member can start from';
COMMENT ON TABLE public.guided_path_template_goals      IS 'Goals of a path, in order';
COMMENT ON TABLE public.guided_path_template_milestones IS 'Milestones of a goal, in order';
COMMENT ON TABLE public.skill_categories                IS 'Tree of skill groups';
COMMENT ON TABLE public.skills                          IS 'Skills that modules teach and members collect';
COMMENT ON TABLE public.resource_categories             IS 'Shelves of the resource library';
COMMENT ON TABLE public.resource_library                IS 'Articles, worksheets and recordings';

CREATE TRIGGER session_types_set_updated_at BEFORE UPDATE ON public.session_types
  FOR EACH ROW EXECUTE FUNCTION public.set_updated_at();
CREATE TRIGGER guided_path_templates_set_updated_at BEFORE UPDATE ON public.guided_path_templates
  FOR EACH ROW EXECUTE FUNCTION public.set_updated_at();
CREATE TRIGGER resource_library_set_updated_at BEFORE UPDATE ON public.resource_library
  FOR EACH ROW EXECUTE FUNCTION public.set_updated_at();
