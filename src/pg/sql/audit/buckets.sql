-- The buckets of Supabase's storage, where there is one. PostgreSQL 13 to 18. One JSON object per row.
SELECT json_build_object('id', b.id, 'name', b.name,
                         'public', coalesce((to_jsonb(b) ->> 'public')::boolean, false))::text
FROM storage.buckets b
ORDER BY b.name COLLATE "C"
