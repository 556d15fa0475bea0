-- Prisma. Of a log no more than its beginning is fetched: the line that says what went wrong stands near the top.
SELECT json_build_object(
  'name', h.migration_name, 'checksum', h.checksum, 'flag', h.finished_at IS NOT NULL,
  'reverted', h.rolled_back_at IS NOT NULL, 'log', left(h.logs, 4000),
  'at', to_char(coalesce(h.finished_at, h.started_at), 'YYYY-MM-DD HH24:MI:SS')
)::text
FROM {table} h
ORDER BY h.started_at, h.migration_name COLLATE "C"
