-- The server's version, the connected role and the catalogues that it has no right to read. One JSON object.
-- PostgreSQL 13 to 18.
SELECT json_build_object(
  'version', current_setting('server_version_num')::int,
  'role', current_user,
  'unseen', coalesce((
    SELECT json_agg(c.name) FROM unnest(ARRAY[
      'pg_class', 'pg_namespace', 'pg_depend', 'pg_description', 'pg_attribute', 'pg_attrdef', 'pg_type', 'pg_enum',
      'pg_range', 'pg_collation', 'pg_constraint', 'pg_index', 'pg_inherits', 'pg_am', 'pg_sequence', 'pg_proc',
      'pg_language', 'pg_aggregate', 'pg_trigger', 'pg_rewrite', 'pg_policy', 'pg_extension', 'pg_default_acl',
      'pg_event_trigger', 'pg_foreign_table', 'pg_foreign_server', 'pg_statistic_ext', 'pg_publication', 'pg_publication_rel',
      'pg_publication_namespace'
    ]) c(name)
    -- Of a catalogue that the server does not have there is nothing to say.
    WHERE NOT has_table_privilege(to_regclass('pg_catalog.' || c.name), 'SELECT')
  ), '[]')
)::text
