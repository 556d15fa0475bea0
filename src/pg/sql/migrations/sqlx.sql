-- sqlx.
SELECT json_build_object(
  'version', h.version::text, 'name', h.description, 'checksum', encode(h.checksum, 'hex'), 'flag', h.success,
  'at', to_char(h.installed_on, 'YYYY-MM-DD HH24:MI:SS')
)::text
FROM {table} h
ORDER BY h.version
