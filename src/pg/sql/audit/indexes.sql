-- Every index outside the system schemas. PostgreSQL 13 to 18 (`indnullsnotdistinct` came with 15 and is read through
-- to_jsonb). One JSON object per row. Subscripts of the vectors begin at 0.
SELECT json_build_object(
  'oid', x.oid::int8,
  'name', x.relname,
  'relation', i.indrelid::int8,
  'key', (i.indkey::int2[])[0:i.indnkeyatts - 1],
  'manner', ARRAY(SELECT format('%s %s %s', i.indclass[at], i.indcollation[at], i.indoption[at])
                  FROM generate_series(0, i.indnkeyatts - 1) at),
  'included', (i.indkey::int2[])[i.indnkeyatts:],
  'expressions', pg_get_expr(i.indexprs, i.indrelid),
  'predicate', pg_get_expr(i.indpred, i.indrelid),
  'method', m.amname,
  'unique', i.indisunique,
  'primary', i.indisprimary,
  'nulls_equal', coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false),
  'valid', i.indisvalid AND i.indisready AND i.indislive,
  'constraint', k.conname,
  'parent', p.inhparent::int8,
  'scans', pg_stat_get_numscans(x.oid),
  'pages', x.relpages
)::text
FROM pg_index i
JOIN pg_class x ON x.oid = i.indexrelid
JOIN pg_am m ON m.oid = x.relam
JOIN pg_class c ON c.oid = i.indrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_inherits p ON p.inhrelid = x.oid
LEFT JOIN pg_constraint k ON k.conindid = x.oid AND k.conrelid = c.oid AND k.contype IN ('p', 'u', 'x')
WHERE n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C", x.relname COLLATE "C"
