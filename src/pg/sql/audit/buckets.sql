-- The buckets of Supabase's storage, where there is one. PostgreSQL 13 to 18. One JSON object per row.
-- The table belongs to others: its values are written by the output functions of their types (format), never by a cast that
-- somebody defined, which to_jsonb, json_build_object and `::text` of a column would call. An older table has no column
-- `public`: then the name is that of `o`.
SELECT json_build_object('id', v.id, 'name', v.name, 'public', v.public IN ('t', 'true'))::text
FROM (SELECT false AS public) o
CROSS JOIN LATERAL (
  SELECT format('%s', b.id) AS id, format('%s', b.name) AS name, format('%s', public) AS public FROM storage.buckets b
) v
ORDER BY v.name COLLATE "C"
