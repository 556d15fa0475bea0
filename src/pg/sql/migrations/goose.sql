-- goose.
SELECT json_build_object(
  'version', h.version_id::text, 'flag', h.is_applied, 'at', to_char(h.tstamp, 'YYYY-MM-DD HH24:MI:SS')
)::text
FROM {table} h
ORDER BY h.id
