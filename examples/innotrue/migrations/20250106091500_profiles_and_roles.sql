-- Members and what they may do, and the one trigger function that all tables
-- with an `updated_at` share.

CREATE FUNCTION public.set_updated_at() RETURNS trigger
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

CREATE TABLE public.profiles (
  id           uuid        PRIMARY KEY REFERENCES auth.users (id) ON DELETE CASCADE,
  display_name text        NOT NULL,
  email        text        NOT NULL UNIQUE,
  locale       text        NOT NULL DEFAULT 'en',
  timezone     text        NOT NULL DEFAULT 'UTC',
  created_at   timestamptz NOT NULL DEFAULT now(),
  updated_at   timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE public.user_roles (
  id         uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id    uuid        NOT NULL REFERENCES public.profiles (id) ON DELETE CASCADE,
  role       text        NOT NULL CHECK (role IN ('client', 'coach', 'instructor', 'admin')),
  granted_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (user_id, role)
);

COMMENT ON TABLE public.profiles   IS 'What a member tells the platform about themselves';
COMMENT ON TABLE public.user_roles IS 'Roles of each member; one member may hold several';

-- Asked by the policies. SECURITY DEFINER, so that the policy of user_roles
-- does not ask itself.
CREATE FUNCTION public.is_admin() RETURNS boolean
  LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = ''
  AS $$
    SELECT EXISTS (
      SELECT FROM public.user_roles r
      WHERE r.user_id = auth.uid() AND r.role = 'admin'
    )
  $$;

REVOKE EXECUTE ON FUNCTION public.is_admin() FROM PUBLIC;
GRANT  EXECUTE ON FUNCTION public.is_admin() TO authenticated, service_role;

CREATE TRIGGER profiles_set_updated_at BEFORE UPDATE ON public.profiles
  FOR EACH ROW EXECUTE FUNCTION public.set_updated_at();
