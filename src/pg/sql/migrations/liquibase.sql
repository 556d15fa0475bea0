-- Liquibase: a change set is known by its id, author and file.
SELECT json_build_object(
  'version', h.id, 'name', h.author, 'script', h.filename, 'checksum', h.md5sum, 'kind', h.exectype,
  'at', to_char(h.dateexecuted, 'YYYY-MM-DD HH24:MI:SS')
)::text
FROM {table} h
ORDER BY h.orderexecuted, h.dateexecuted
