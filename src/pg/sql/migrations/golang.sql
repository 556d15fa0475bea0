-- golang-migrate: one row.
SELECT json_build_object('version', h.version::text, 'flag', h.dirty)::text
FROM {table} h
ORDER BY h.version
