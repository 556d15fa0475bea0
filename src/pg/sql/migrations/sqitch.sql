-- Sqitch: the changes that are deployed.
SELECT json_build_object(
  'name', h.change, 'project', h.project, 'checksum', r.row -> 'script_hash',
  'at', to_char(h.committed_at, 'YYYY-MM-DD HH24:MI:SS')
)::text
FROM {table} h, LATERAL (SELECT to_jsonb(h) AS row) r
ORDER BY h.committed_at, h.change COLLATE "C"
