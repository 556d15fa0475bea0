-- Supabase's CLI. Older versions have no name and no statements.
SELECT json_build_object('version', h.version, 'name', r.row -> 'name', 'statements', r.row -> 'statements')::text
FROM {table} h, LATERAL (SELECT to_jsonb(h) AS row) r
ORDER BY h.version COLLATE "C"
