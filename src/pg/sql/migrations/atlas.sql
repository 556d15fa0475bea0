-- Atlas. The statement that failed is not fetched.
SELECT json_build_object(
  'version', h.version, 'name', h.description, 'checksum', h.hash, 'kind', h.type::text, 'log', left(h.error, 4000),
  'applied', h.applied, 'total', h.total, 'at', to_char(h.executed_at, 'YYYY-MM-DD HH24:MI:SS')
)::text
FROM {table} h
ORDER BY h.executed_at, h.version COLLATE "C"
