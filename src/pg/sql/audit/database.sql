-- The server, the database and what the connected role may read of the catalogue. One JSON object.
-- PostgreSQL 13 to 18. `unseen` holds the catalogues that the role has no right to, or not to all rows of
-- (to_regclass fails for a name in a schema that the role may not enter).
SELECT json_build_object(
  'name', d.datname,
  'version', current_setting('server_version_num')::int,
  'role', current_user,
  'owner', pg_get_userbyid(d.datdba),
  'xid_age', age(d.datfrozenxid),
  'multixact_age', mxid_age(d.datminmxid),
  'statistics_age', extract(epoch FROM now() - coalesce(pg_stat_get_db_stat_reset_time(d.oid), pg_postmaster_start_time())),
  'buckets', EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                     WHERE n.nspname = 'storage' AND c.relname = 'buckets'),
  'unseen', coalesce((
    SELECT json_agg(n.nspname || '.' || c.relname)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE (n.nspname = 'storage' AND c.relname = 'buckets' OR n.nspname = 'pg_catalog' AND c.relname IN (
        'pg_constraint', 'pg_index', 'pg_policy', 'pg_proc', 'pg_trigger', 'pg_sequence', 'pg_roles',
        'pg_auth_members', 'pg_extension', 'pg_depend', 'pg_rewrite', 'pg_attrdef', 'pg_language',
        'pg_available_extensions', 'pg_stats'))
      AND NOT (has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
               AND NOT row_security_active(c.oid))
  ), '[]')
)::text
FROM pg_database d
WHERE d.datname = current_database()
