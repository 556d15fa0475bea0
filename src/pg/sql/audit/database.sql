-- The server, the database and what the connected role may read of the catalogue. One JSON object.
-- PostgreSQL 13 to 18. `unseen` holds the catalogues that the role has no right to, `partly` those of which row security
-- shows it some rows at most. Names in a schema that the role may not enter are an error, so `storage` is looked up.
-- The counters of usage begin with the database's reset, else when the server last began without those it had written
-- down, which is what the background writer's say (from 15 on a database that was never reset has no time of its own).
SELECT json_build_object(
  'name', d.datname,
  'version', current_setting('server_version_num')::int,
  'role', current_user,
  'owner', pg_get_userbyid(d.datdba),
  'xid_age', age(d.datfrozenxid),
  'multixact_age', mxid_age(d.datminmxid),
  'statistics_age', extract(epoch FROM now() - coalesce(
    pg_stat_get_db_stat_reset_time(d.oid), pg_stat_get_bgwriter_stat_reset_time(), pg_postmaster_start_time())),
  'buckets', b.oid IS NOT NULL,
  'unseen', coalesce((
    SELECT json_agg(c.name) FROM unnest(ARRAY[
      'pg_constraint', 'pg_index', 'pg_am', 'pg_locks', 'pg_stat_progress_create_index', 'pg_policy', 'pg_proc',
      'pg_trigger', 'pg_sequence', 'pg_roles', 'pg_auth_members', 'pg_extension', 'pg_depend', 'pg_rewrite',
      'pg_attrdef', 'pg_language', 'pg_available_extensions', 'pg_stats'
    ]) c(name)
    WHERE NOT has_table_privilege('pg_catalog.' || c.name, 'SELECT')
  ), '[]')::jsonb || CASE
    WHEN b.oid IS NULL OR has_schema_privilege(b.relnamespace, 'USAGE') AND has_table_privilege(b.oid, 'SELECT') THEN '[]'
    ELSE '["storage.buckets"]'
  END::jsonb,
  'partly', CASE WHEN row_security_active(b.oid) THEN '["storage.buckets"]' ELSE '[]' END::json
)::text
FROM pg_database d
LEFT JOIN pg_class b ON b.relname = 'buckets' AND b.relkind IN ('r', 'p')
  AND b.relnamespace = (SELECT n.oid FROM pg_namespace n WHERE n.nspname = 'storage')
WHERE d.datname = current_database()
