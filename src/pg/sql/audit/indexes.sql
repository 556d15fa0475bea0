-- Every index outside the system schemas. PostgreSQL 13 to 18 (`indnullsnotdistinct` came with 15 and is read through
-- to_jsonb). One JSON object per row. Subscripts of the vectors begin at 0. Of who is making an index, everybody may see
-- the process and its locks, but only some the index: so an unfinished one counts as being made while somebody makes one
-- on its table. The server writes expressions only once it has locked their table: of one that somebody keeps locked
-- against readers they are left out, and `locked` says so.
SELECT json_build_object(
  'oid', x.oid::int8,
  'name', x.relname,
  'relation', i.indrelid::int8,
  'key', (i.indkey::int2[])[0:i.indnkeyatts - 1],
  'manner', ARRAY(SELECT format('%s %s %s', i.indclass[at], i.indcollation[at], i.indoption[at])
                  FROM generate_series(0, i.indnkeyatts - 1) at),
  'included', (i.indkey::int2[])[i.indnkeyatts:],
  'locked', h.relation IS NOT NULL,
  'expressions', CASE WHEN h.relation IS NULL THEN pg_get_expr(i.indexprs, i.indrelid) END,
  'predicate', CASE WHEN h.relation IS NULL THEN pg_get_expr(i.indpred, i.indrelid) END,
  'method', m.amname,
  'unique', i.indisunique,
  'primary', i.indisprimary,
  'nulls_equal', coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false),
  'immediate', i.indimmediate,
  'valid', i.indisvalid AND i.indisready AND i.indislive,
  'live', i.indislive,
  'building', CASE WHEN i.indisvalid THEN false ELSE EXISTS (
    SELECT FROM pg_stat_progress_create_index b JOIN pg_locks l ON l.pid = b.pid
    WHERE l.locktype = 'relation' AND l.database = b.datid AND b.datname = current_database() AND l.relation = c.oid
  ) END,
  'constraint', k.conname,
  'referenced', f.conindid IS NOT NULL,
  'replica_identity', i.indisreplident,
  'parent', p.inhparent::int8,
  'scans', pg_stat_get_numscans(x.oid),
  'pages', greatest(x.relpages, 0),
  'definition', coalesce(CASE WHEN h.relation IS NULL THEN pg_get_indexdef(x.oid) END, '')
)::text
FROM pg_index i
JOIN pg_class x ON x.oid = i.indexrelid
JOIN pg_am m ON m.oid = x.relam
JOIN pg_class c ON c.oid = i.indrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_inherits p ON p.inhrelid = x.oid
LEFT JOIN pg_constraint k ON k.conindid = x.oid AND k.conrelid = c.oid AND k.contype IN ('p', 'u', 'x')
LEFT JOIN (SELECT DISTINCT r.conindid FROM pg_constraint r WHERE r.contype = 'f') f ON f.conindid = x.oid
LEFT JOIN (
  SELECT DISTINCT l.relation FROM pg_locks l
  WHERE l.locktype = 'relation' AND l.mode = 'AccessExclusiveLock' AND l.granted AND l.pid <> pg_backend_pid()
    AND l.database = (SELECT b.oid FROM pg_database b WHERE b.datname = current_database())
) h ON h.relation = c.oid
WHERE n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C", x.relname COLLATE "C"
