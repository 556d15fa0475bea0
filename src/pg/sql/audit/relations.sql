-- Every table, partition, view, materialized view and foreign table outside the system schemas, members of extensions
-- left out, but for the queues of pgmq, which are a team's data. PostgreSQL 13 to 18. One JSON object per row. Grants are those in force: no ACL means the default one; the
-- owner's own are left out, those of columns carry the columns' numbers.
SELECT json_build_object(
  'oid', c.oid::int8,
  'name', format('%I.%I', n.nspname, c.relname),
  'kind', CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned' WHEN 'v' THEN 'view'
                         WHEN 'm' THEN 'materialized-view' ELSE 'foreign-table' END,
  'owner', pg_get_userbyid(c.relowner),
  'parent', i.inhparent::int8,
  'rls', c.relrowsecurity,
  'forced', c.relforcerowsecurity,
  'unlogged', c.relpersistence = 'u',
  'invoker', coalesce((SELECT o.option_value::boolean FROM pg_options_to_table(c.reloptions) o
                       WHERE o.option_name = 'security_invoker'), false),
  'rows', CASE WHEN c.reltuples >= 0 AND c.relkind <> 'v' THEN c.reltuples::int8 END,
  'dead', pg_stat_get_dead_tuples(c.oid),
  'pages', greatest(c.relpages, 0),
  'scans', pg_stat_get_numscans(c.oid),
  'scanned', pg_stat_get_tuples_returned(c.oid),
  'xid_age', CASE WHEN c.relfrozenxid <> '0' THEN greatest(age(c.relfrozenxid), age(t.relfrozenxid)) END,
  'comment', obj_description(c.oid, 'pg_class'),
  'grants', coalesce(g.grants, '[]')
)::text
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_class t ON t.oid = c.reltoastrelid
LEFT JOIN pg_inherits i ON i.inhrelid = c.oid AND c.relispartition
LEFT JOIN (
  SELECT a.relation, json_agg(json_build_object('grantee', coalesce(pg_get_userbyid(nullif(a.grantee, 0)), ''),
                                                'privilege', a.privilege, 'columns', a.columns)
                              ORDER BY a.grantee, a.privilege) AS grants
  FROM (
    SELECT r.oid AS relation, x.grantee, x.privilege_type AS privilege, '{}'::int2[] AS columns
    FROM pg_class r, aclexplode(coalesce(r.relacl, acldefault('r', r.relowner))) x
    WHERE x.grantee <> r.relowner AND r.relkind IN ('r', 'p', 'v', 'm', 'f')
    UNION ALL
    SELECT r.oid, x.grantee, x.privilege_type, array_agg(t.attnum ORDER BY t.attnum)
    FROM pg_attribute t JOIN pg_class r ON r.oid = t.attrelid, aclexplode(t.attacl) x
    WHERE t.attacl IS NOT NULL AND NOT t.attisdropped AND x.grantee <> r.relowner
    GROUP BY r.oid, x.grantee, x.privilege_type
  ) a
  GROUP BY a.relation
) g ON g.relation = c.oid
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
  AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
  AND (NOT EXISTS (SELECT FROM pg_depend d
                   WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
       OR n.nspname = 'pgmq' AND c.relname ~ '^q_')
ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"
