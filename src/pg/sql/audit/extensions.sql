-- Every extension that is installed. PostgreSQL 13 to 18. One JSON object per row.
SELECT json_build_object(
  'name', e.extname,
  'schema', n.nspname,
  'relocatable', e.extrelocatable,
  'version', e.extversion,
  'available', a.default_version
)::text
FROM pg_extension e
JOIN pg_namespace n ON n.oid = e.extnamespace
LEFT JOIN pg_available_extensions a ON a.name = e.extname
ORDER BY e.extname COLLATE "C"
