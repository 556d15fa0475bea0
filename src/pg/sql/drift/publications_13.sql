-- Publications with their tables, before these could have columns, row filters and schemas. PostgreSQL 13 and 14. One JSON
-- object per row.
SELECT json_build_object(
  'kind', 'publication', 'path', json_build_array(p.pubname), 'owner', pg_get_userbyid(p.pubowner),
  'fields', json_build_object(
    'all_tables', p.puballtables, 'via_root', p.pubviaroot,
    'publishes', concat_ws(', ', CASE WHEN p.pubinsert THEN 'insert' END, CASE WHEN p.pubupdate THEN 'update' END,
                           CASE WHEN p.pubdelete THEN 'delete' END, CASE WHEN p.pubtruncate THEN 'truncate' END),
    'comment', obj_description(p.oid, 'pg_publication')),
  'texts', json_build_object('tables', (
    SELECT string_agg(format('%I.%I', n.nspname, c.relname), ', ' ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C")
    FROM pg_publication_rel r JOIN pg_class c ON c.oid = r.prrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE r.prpubid = p.oid))
)::text
FROM pg_publication p
WHERE NOT EXISTS (SELECT FROM pg_depend d
                  WHERE d.classid = 'pg_publication'::regclass AND d.objid = p.oid AND d.deptype = 'e')
