-- What rows of the tables $1 (schemas) and $2 (names) rest on: how they are declared, and everything that decides what a
-- write to them does. A partition is one object of its table, with the checksum of all that belongs to it.
-- PostgreSQL 13 to 18. One JSON object per row. The tables are locked against changes, or were read in this transaction:
-- some of these functions would wait for whoever changes a table.
WITH wanted AS (
  SELECT c.oid, c.relkind, n.nspname, c.relname
  FROM unnest($1::text[], $2::text[]) AS w(schema, name)
  JOIN pg_namespace n ON n.nspname = w.schema
  JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = w.name AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
), members AS (
  SELECT w.oid AS root, w.oid AS member FROM wanted w
  UNION ALL
  SELECT w.oid, p.relid FROM wanted w CROSS JOIN LATERAL pg_partition_tree(w.oid) p
  WHERE w.relkind = 'p' AND p.relid <> w.oid
), objects (root, member, object, definition) AS (
  SELECT m.root, m.member, 'kind',
         concat_ws(', ',
           CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN concat('table partitioned ', pg_get_partkeydef(c.oid))
                          WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' ELSE 'foreign table' END,
           'owner ' || pg_get_userbyid(c.relowner),
           CASE WHEN c.relrowsecurity THEN 'row level security' END,
           CASE WHEN c.relforcerowsecurity THEN 'forced' END,
           (SELECT 'child of ' || string_agg(i.inhparent::regclass::text, ', ' ORDER BY i.inhseqno)
            FROM pg_inherits i WHERE i.inhrelid = c.oid),
           pg_get_expr(c.relpartbound, 0))
  FROM members m JOIN pg_class c ON c.oid = m.member
  UNION ALL
  SELECT m.root, m.member, format('column %I', a.attname),
         concat_ws(' ', '#' || a.attnum, format_type(a.atttypid, a.atttypmod),
           CASE WHEN a.attcollation <> t.typcollation THEN 'COLLATE ' || a.attcollation::regcollation::text END,
           CASE WHEN a.attnotnull THEN 'NOT NULL' END,
           CASE WHEN a.attidentity <> '' THEN 'identity ' || a.attidentity::text END,
           CASE WHEN a.attgenerated <> '' THEN 'generated ' || a.attgenerated::text END,
           CASE WHEN d.oid IS NOT NULL THEN 'DEFAULT ' || pg_get_expr(d.adbin, d.adrelid) END)
  FROM members m
  JOIN pg_attribute a ON a.attrelid = m.member AND a.attnum > 0 AND NOT a.attisdropped
  JOIN pg_type t ON t.oid = a.atttypid
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  UNION ALL
  -- NOT NULL has a constraint of its own since 18; the column says it on every version.
  SELECT m.root, m.member, format('constraint %I', k.conname),
         concat_ws(' ', pg_get_constraintdef(k.oid), CASE WHEN off.is_off THEN 'disabled' END)
  FROM members m
  JOIN pg_constraint k ON k.conrelid = m.member AND k.contype IN ('p', 'u', 'c', 'x', 'f')
  CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM pg_trigger g WHERE g.tgconstraint = k.oid AND g.tgenabled = 'D') AS is_off) off
  UNION ALL
  SELECT m.root, m.member, format('unique index %I', x.relname),
         concat_ws(' ', pg_get_indexdef(i.indexrelid), CASE WHEN NOT i.indisvalid THEN 'invalid' END)
  FROM members m
  JOIN pg_index i ON i.indrelid = m.member AND i.indisunique
  JOIN pg_class x ON x.oid = i.indexrelid
  WHERE NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
  UNION ALL
  SELECT m.root, m.member, format('trigger %I', g.tgname),
         concat_ws(' ', pg_get_triggerdef(g.oid), 'enabled ' || g.tgenabled::text,
           md5(concat_ws(' ', p.prosrc, p.probin, p.prosecdef, p.proconfig::text)))
  FROM members m
  JOIN pg_trigger g ON g.tgrelid = m.member AND NOT g.tgisinternal
  JOIN pg_proc p ON p.oid = g.tgfoid
  UNION ALL
  SELECT m.root, m.member, format('rule %I', r.rulename), concat_ws(' ', pg_get_ruledef(r.oid), 'enabled ' || r.ev_enabled::text)
  FROM members m
  JOIN pg_rewrite r ON r.ev_class = m.member
  UNION ALL
  SELECT m.root, m.member, format('policy %I', y.polname),
         concat_ws(' ', y.polcmd::text, CASE WHEN y.polpermissive THEN 'permissive' ELSE 'restrictive' END,
           (SELECT string_agg(CASE r WHEN 0 THEN 'public' ELSE pg_get_userbyid(r) END, ', ' ORDER BY r) FROM unnest(y.polroles) r),
           'USING ' || pg_get_expr(y.polqual, y.polrelid), 'WITH CHECK ' || pg_get_expr(y.polwithcheck, y.polrelid))
  FROM members m
  JOIN pg_policy y ON y.polrelid = m.member
  UNION ALL
  SELECT m.root, m.member, format('foreign key %I of %s', k.conname, k.conrelid::regclass),
         concat_ws(' ', pg_get_constraintdef(k.oid), CASE WHEN off.is_off THEN 'disabled' END)
  FROM members m
  JOIN pg_constraint k ON k.confrelid = m.member AND k.contype = 'f' AND k.conparentid = 0 AND k.conrelid <> m.member
  CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM pg_trigger g WHERE g.tgconstraint = k.oid AND g.tgenabled = 'D') AS is_off) off
)
SELECT row_to_json(t)::text
FROM (
  SELECT w.nspname AS schema, w.relname AS "table", o.object, o.definition
  FROM wanted w
  JOIN objects o ON o.root = w.oid AND o.member = w.oid
  UNION ALL
  SELECT w.nspname, w.relname, format('partition %s', o.member::regclass),
         md5(string_agg(concat_ws(' ', o.object, o.definition), '; ' ORDER BY o.object COLLATE "C", o.definition COLLATE "C"))
  FROM wanted w
  JOIN objects o ON o.root = w.oid AND o.member <> w.oid
  GROUP BY w.oid, w.nspname, w.relname, o.member
) t
