-- Flyway.
SELECT json_build_object(
  'version', h.version, 'name', h.description, 'script', h.script, 'checksum', h.checksum::text, 'kind', h.type,
  'flag', h.success, 'at', to_char(h.installed_on, 'YYYY-MM-DD HH24:MI:SS')
)::text
FROM {table} h
ORDER BY h.installed_rank
