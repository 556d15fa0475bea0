-- Who may read the history: the tool that keeps it asks nobody. Where there is none, as in
-- `local`, there is nothing to do.

DO $$
BEGIN
  IF to_regclass('supabase_migrations.schema_migrations') IS NOT NULL THEN
    GRANT USAGE  ON SCHEMA supabase_migrations TO auditor;
    GRANT SELECT ON supabase_migrations.schema_migrations TO auditor;
  END IF;
END
$$;
