-- Every extension that is installed. Its comment comes with its version. PostgreSQL 13 to 18. One JSON object per row.
SELECT json_build_object(
  'kind', 'extension', 'path', json_build_array(e.extname),
  'fields', json_build_object('version', e.extversion, 'schema', n.nspname),
  'definition', format('CREATE EXTENSION %I SCHEMA %I VERSION %L', e.extname, n.nspname, e.extversion)
)::text
FROM pg_extension e
JOIN pg_namespace n ON n.oid = e.extnamespace
