-- The server, the database and what the connected role may read of the catalogue. One JSON object.
-- PostgreSQL 13 to 18. `unseen` holds the catalogues that the role has no right to.
SELECT json_build_object(
  'name', d.datname,
  'version', current_setting('server_version_num')::int,
  'role', current_user,
  'owner', pg_get_userbyid(d.datdba),
  'xid_age', age(d.datfrozenxid),
  'multixact_age', mxid_age(d.datminmxid),
  'statistics_age', extract(epoch FROM now() - coalesce(pg_stat_get_db_stat_reset_time(d.oid), pg_postmaster_start_time())),
  'buckets', to_regclass('storage.buckets') IS NOT NULL,
  'unseen', coalesce((
    SELECT json_agg(c.name) FROM unnest(ARRAY[
      'pg_catalog.pg_constraint', 'pg_catalog.pg_index', 'pg_catalog.pg_policy', 'pg_catalog.pg_proc',
      'pg_catalog.pg_trigger', 'pg_catalog.pg_sequence', 'pg_catalog.pg_roles', 'pg_catalog.pg_auth_members',
      'pg_catalog.pg_extension', 'pg_catalog.pg_depend', 'pg_catalog.pg_rewrite', 'pg_catalog.pg_attrdef',
      'pg_catalog.pg_language', 'pg_catalog.pg_available_extensions', 'pg_catalog.pg_stats', 'storage.buckets'
    ]) c(name)
    WHERE to_regclass(c.name) IS NOT NULL
      AND NOT (has_schema_privilege(split_part(c.name, '.', 1), 'USAGE') AND has_table_privilege(c.name, 'SELECT'))
  ), '[]')
)::text
FROM pg_database d
WHERE d.datname = current_database()
