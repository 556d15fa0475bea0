-- What the managed platform brings along and a plain PostgreSQL lacks: the API's
-- roles, and a small stand-in for the `auth` schema.
-- Roles belong to the whole cluster: each one is created only if it is missing.

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
  -- The role that pgdeck connects as. By itself it may do nothing; its connections begin
  -- as `auditor`.
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'operator') THEN
    CREATE ROLE operator LOGIN NOINHERIT;
    GRANT auditor TO operator;
    ALTER ROLE operator SET role = 'auditor';
  END IF;
END
$$;

-- Up to version 14 everybody may create tables in `public`; from 15 on nobody may.
REVOKE CREATE ON SCHEMA public FROM PUBLIC;

CREATE SCHEMA auth;

CREATE TABLE auth.users (
  id                 uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  email              text        NOT NULL UNIQUE,
  encrypted_password text        NOT NULL,
  last_sign_in_at    timestamptz,
  created_at         timestamptz NOT NULL DEFAULT now()
);

COMMENT ON SCHEMA auth       IS 'Sign-in accounts; managed by the platform';
COMMENT ON TABLE  auth.users IS 'One row per sign-in account';

-- The account on whose behalf the API runs the current statement; NULL where there is none.
CREATE FUNCTION auth.uid() RETURNS uuid
  LANGUAGE sql STABLE
  SET search_path = ''
  AS $$ SELECT nullif(current_setting('request.jwt.claim.sub', true), '')::uuid $$;

COMMENT ON FUNCTION auth.uid() IS 'The account that is signed in; NULL for visitors';

-- `auditor` is left out on purpose: it has no business among the accounts.
GRANT USAGE                          ON SCHEMA auth TO anon, authenticated, service_role;
GRANT SELECT, INSERT, UPDATE, DELETE ON auth.users  TO service_role;
