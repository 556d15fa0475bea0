-- Sqitch: the last event of each change that is not deployed.
SELECT json_build_object(
  'name', e.change, 'project', e.project, 'kind', e.event, 'at', to_char(e.committed_at, 'YYYY-MM-DD HH24:MI:SS')
)::text
FROM (SELECT DISTINCT ON (v.change_id) v.* FROM {events} v ORDER BY v.change_id, v.committed_at DESC) e
WHERE e.event IN ('fail', 'revert')
  AND NOT EXISTS (SELECT FROM {table} h WHERE h.change_id = e.change_id)
ORDER BY e.committed_at, e.change COLLATE "C"
