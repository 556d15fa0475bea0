-- Extended statistics, members of extensions left out. The order of columns is that of the table, which makes no
-- difference. PostgreSQL 13, which knows no expressions. One JSON object per row.
SELECT json_build_object(
  'kind', 'statistics', 'path', json_build_array(n.nspname, s.stxname), 'owner', pg_get_userbyid(s.stxowner),
  'within', json_build_object('kind', CASE c.relkind WHEN 'm' THEN 'materialized-view' ELSE 'table' END,
                              'path', json_build_array(t.nspname, c.relname)),
  'fields', json_build_object(
    'of', format('%I.%I', t.nspname, c.relname),
    'kinds', (SELECT string_agg(CASE k WHEN 'd' THEN 'ndistinct' WHEN 'f' THEN 'dependencies' WHEN 'm' THEN 'mcv'
                                       ELSE 'expressions' END, ', ' ORDER BY k::text COLLATE "C") FROM unnest(s.stxkind) k),
    'columns', (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attname COLLATE "C")
                FROM pg_attribute a WHERE a.attrelid = s.stxrelid AND a.attnum = ANY (s.stxkeys)),
    'target', nullif(coalesce(s.stxstattarget, -1), -1),
    'comment', obj_description(s.oid, 'pg_statistic_ext')),
  'texts', json_build_object('expressions', NULL),
  'definition', pg_get_statisticsobjdef(s.oid)
)::text
FROM pg_statistic_ext s
JOIN pg_namespace n ON n.oid = s.stxnamespace
JOIN pg_class c ON c.oid = s.stxrelid
JOIN pg_namespace t ON t.oid = c.relnamespace
WHERE n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
  AND NOT EXISTS (SELECT FROM pg_depend d
                  WHERE d.classid = 'pg_statistic_ext'::regclass AND d.objid = s.oid AND d.deptype = 'e')
