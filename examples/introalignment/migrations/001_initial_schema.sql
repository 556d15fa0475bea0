-- Members, what they look for, and what they will not put up with.
--
-- The first part stands in for what the managed platform brings along, so that the files
-- run on a plain PostgreSQL too: the API's roles and the `auth` schema. Roles belong to
-- the whole cluster, so each one is created only if it is missing.

DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'anon') THEN
    CREATE ROLE anon NOLOGIN;
  END IF;
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'authenticated') THEN
    CREATE ROLE authenticated NOLOGIN;
  END IF;
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'service_role') THEN
    CREATE ROLE service_role NOLOGIN BYPASSRLS;
  END IF;
  -- Reads past row level security, because a hidden row must never look like a missing
  -- one. Nobody can sign in as it.
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'auditor') THEN
    CREATE ROLE auditor NOLOGIN BYPASSRLS;
  END IF;
  -- The role that pgdeck connects as; its connections begin as `auditor`.
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'operator') THEN
    CREATE ROLE operator LOGIN NOINHERIT;
    GRANT auditor TO operator;
    ALTER ROLE operator SET role = 'auditor';
  END IF;
END
$$;

CREATE SCHEMA IF NOT EXISTS auth;
COMMENT ON SCHEMA auth IS 'Sign-in accounts; managed by the platform';

CREATE TABLE IF NOT EXISTS auth.users (
  id                 uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  email              text        NOT NULL UNIQUE,
  encrypted_password text        NOT NULL,
  last_sign_in_at    timestamptz,
  created_at         timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE auth.users IS 'One row per sign-in account';

-- The account on whose behalf the API runs the current statement; NULL where there is none.
CREATE OR REPLACE FUNCTION auth.uid() RETURNS uuid
  LANGUAGE sql STABLE
  SET search_path = ''
  AS $$ SELECT nullif(current_setting('request.jwt.claim.sub', true), '')::uuid $$;

GRANT USAGE                          ON SCHEMA auth TO anon, authenticated, service_role;
GRANT SELECT, INSERT, UPDATE, DELETE ON auth.users  TO service_role;

-- Up to version 14 everybody may create tables in `public`; from 15 on nobody may.
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO anon, authenticated, service_role, auditor;

-- What later files create is readable for those who read past the policies. Nobody may
-- call a function that was not granted.
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO service_role;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO service_role;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO auditor;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON SEQUENCES TO auditor;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

CREATE OR REPLACE FUNCTION public.set_updated_at() RETURNS trigger
  LANGUAGE plpgsql
  SET search_path = ''
  AS $$
BEGIN
  -- A statement that names a time of its own keeps it.
  IF NEW.updated_at IS NOT DISTINCT FROM OLD.updated_at THEN
    NEW.updated_at := pg_catalog.now();
  END IF;
  RETURN NEW;
END
$$;
COMMENT ON FUNCTION public.set_updated_at() IS 'Stamps updated_at, unless the statement sets it';

-- Members -----------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS public.profiles (
  id           uuid        PRIMARY KEY REFERENCES auth.users (id) ON DELETE CASCADE,
  display_name text        NOT NULL CHECK (display_name <> ''),
  birth_date   date        NOT NULL,
  gender       text        NOT NULL,
  city         text,
  bio          text,
  onboarded_at timestamptz,
  created_at   timestamptz NOT NULL DEFAULT now(),
  updated_at   timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE public.profiles IS 'One row per member, beside their account';
CREATE TRIGGER profiles_set_updated_at BEFORE UPDATE ON public.profiles
  FOR EACH ROW EXECUTE FUNCTION public.set_updated_at();

CREATE TABLE IF NOT EXISTS public.user_preferences (
  id         uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  profile_id uuid        NOT NULL REFERENCES public.profiles (id) ON DELETE CASCADE,
  name       text        NOT NULL,
  value      jsonb       NOT NULL,
  weight     smallint    NOT NULL DEFAULT 1 CHECK (weight BETWEEN 0 AND 5),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT user_preferences_profile_name_key UNIQUE (profile_id, name)
);
COMMENT ON TABLE public.user_preferences IS 'What a member looks for: one row per question, and how much it matters';
CREATE TRIGGER user_preferences_set_updated_at BEFORE UPDATE ON public.user_preferences
  FOR EACH ROW EXECUTE FUNCTION public.set_updated_at();

CREATE TABLE IF NOT EXISTS public.user_images (
  id           uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  profile_id   uuid        NOT NULL REFERENCES public.profiles (id) ON DELETE CASCADE,
  storage_path text        NOT NULL UNIQUE,
  sort_order   smallint    NOT NULL,
  created_at   timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT user_images_profile_order_key UNIQUE (profile_id, sort_order)
);
COMMENT ON TABLE public.user_images IS 'Pictures of members; the files lie in the object store';

-- Dealbreakers ------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS public.dealbreakers (
  slug       text     PRIMARY KEY,
  label      text     NOT NULL,
  category   text     NOT NULL,
  sort_order smallint NOT NULL
);
COMMENT ON TABLE public.dealbreakers IS 'What a member may rule out, the same list for everybody';

CREATE TABLE IF NOT EXISTS public.user_dealbreakers (
  profile_id       uuid        NOT NULL REFERENCES public.profiles (id) ON DELETE CASCADE,
  dealbreaker_slug text        NOT NULL REFERENCES public.dealbreakers (slug) ON DELETE RESTRICT,
  created_at       timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (profile_id, dealbreaker_slug)
);
COMMENT ON TABLE public.user_dealbreakers IS 'What each member rules out';
CREATE INDEX IF NOT EXISTS user_dealbreakers_dealbreaker_idx ON public.user_dealbreakers (dealbreaker_slug);

-- Row level security: one policy per command, and grants that go as far as the policies.

ALTER TABLE public.profiles          ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE public.user_preferences  ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE public.user_images       ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE public.dealbreakers      ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE public.user_dealbreakers ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

CREATE POLICY profiles_select ON public.profiles
  FOR SELECT TO authenticated USING (id = (SELECT auth.uid()));
CREATE POLICY profiles_insert ON public.profiles
  FOR INSERT TO authenticated WITH CHECK (id = (SELECT auth.uid()));
CREATE POLICY profiles_update ON public.profiles
  FOR UPDATE TO authenticated USING (id = (SELECT auth.uid())) WITH CHECK (id = (SELECT auth.uid()));

CREATE POLICY user_preferences_select ON public.user_preferences
  FOR SELECT TO authenticated USING (profile_id = (SELECT auth.uid()));
CREATE POLICY user_preferences_insert ON public.user_preferences
  FOR INSERT TO authenticated WITH CHECK (profile_id = (SELECT auth.uid()));
CREATE POLICY user_preferences_update ON public.user_preferences
  FOR UPDATE TO authenticated USING (profile_id = (SELECT auth.uid())) WITH CHECK (profile_id = (SELECT auth.uid()));
CREATE POLICY user_preferences_delete ON public.user_preferences
  FOR DELETE TO authenticated USING (profile_id = (SELECT auth.uid()));

CREATE POLICY user_images_select ON public.user_images
  FOR SELECT TO authenticated USING (profile_id = (SELECT auth.uid()));
CREATE POLICY user_images_insert ON public.user_images
  FOR INSERT TO authenticated WITH CHECK (profile_id = (SELECT auth.uid()));
CREATE POLICY user_images_delete ON public.user_images
  FOR DELETE TO authenticated USING (profile_id = (SELECT auth.uid()));

CREATE POLICY dealbreakers_select ON public.dealbreakers
  FOR SELECT TO authenticated USING ((SELECT auth.uid()) IS NOT NULL);

CREATE POLICY user_dealbreakers_select ON public.user_dealbreakers
  FOR SELECT TO authenticated USING (profile_id = (SELECT auth.uid()));
CREATE POLICY user_dealbreakers_insert ON public.user_dealbreakers
  FOR INSERT TO authenticated WITH CHECK (profile_id = (SELECT auth.uid()));
CREATE POLICY user_dealbreakers_delete ON public.user_dealbreakers
  FOR DELETE TO authenticated USING (profile_id = (SELECT auth.uid()));

GRANT SELECT, INSERT         ON public.profiles          TO authenticated;
GRANT UPDATE (display_name, city, bio, onboarded_at) ON public.profiles TO authenticated;
GRANT SELECT, INSERT, DELETE ON public.user_preferences  TO authenticated;
GRANT UPDATE (value, weight) ON public.user_preferences  TO authenticated;
GRANT SELECT, INSERT, DELETE ON public.user_images       TO authenticated;
GRANT SELECT                 ON public.dealbreakers      TO authenticated;
GRANT SELECT, INSERT, DELETE ON public.user_dealbreakers TO authenticated;
