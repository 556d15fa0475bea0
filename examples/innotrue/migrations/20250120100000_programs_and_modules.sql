-- Programs, their modules in order, and the kinds of module there are.

CREATE TABLE public.module_types (
  id          uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  name        text        NOT NULL UNIQUE,
  description text,
  created_at  timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE public.programs (
  id            uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  slug          text        NOT NULL UNIQUE CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
  name          text        NOT NULL,
  description   text,
  category      text        NOT NULL,
  is_active     boolean     NOT NULL DEFAULT true,
  credit_cost   integer     CHECK (credit_cost >= 0),
  min_plan_tier integer     CHECK (min_plan_tier >= 0),
  created_by    uuid        REFERENCES public.profiles (id) ON DELETE SET NULL,
  created_at    timestamptz NOT NULL DEFAULT now(),
  updated_at    timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX programs_created_by_idx ON public.programs (created_by);

CREATE TABLE public.program_modules (
  id                uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  program_id        uuid        NOT NULL REFERENCES public.programs (id) ON DELETE CASCADE,
  order_index       integer     NOT NULL CHECK (order_index > 0),
  title             text        NOT NULL,
  description       text,
  module_type_id    uuid        REFERENCES public.module_types (id) ON DELETE SET NULL,
  estimated_minutes integer     CHECK (estimated_minutes > 0),
  is_optional       boolean     NOT NULL DEFAULT false,
  created_at        timestamptz NOT NULL DEFAULT now(),
  updated_at        timestamptz NOT NULL DEFAULT now(),
  UNIQUE (program_id, order_index)
);
CREATE INDEX program_modules_module_type_id_idx ON public.program_modules (module_type_id);

COMMENT ON TABLE public.module_types    IS 'Kinds of module: a video is not a live session';
COMMENT ON TABLE public.programs        IS 'Learning programs that members enrol in';
COMMENT ON TABLE public.program_modules IS 'Steps of a program, in order';

CREATE TRIGGER programs_set_updated_at BEFORE UPDATE ON public.programs
  FOR EACH ROW EXECUTE FUNCTION public.set_updated_at();
CREATE TRIGGER program_modules_set_updated_at BEFORE UPDATE ON public.program_modules
  FOR EACH ROW EXECUTE FUNCTION public.set_updated_at();
