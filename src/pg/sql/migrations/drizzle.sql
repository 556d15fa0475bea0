-- Drizzle: `created_at` is the journal's time of the file. Newer versions have a name and a time of running too.
SELECT json_build_object(
  'version', h.created_at::text, 'checksum', h.hash, 'name', r.row -> 'name',
  'at', left(translate(r.row ->> 'applied_at', 'T', ' '), 19)
)::text
FROM {table} h, LATERAL (SELECT to_jsonb(h) AS row) r
ORDER BY h.id
