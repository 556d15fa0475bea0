-- What the server will ask of rows that are written into the tables $1 (schemas) and $2 (names): the connected role's
-- privileges, CHECK constraints that can be evaluated beforehand, partitions, types with a closed set of values,
-- replica identity, and the sequences behind defaults.
-- PostgreSQL 13 to 18. One JSON object per table. A CHECK that calls a function which is not immutable is left out, because
-- reading must not run it; so is one that calls a function of somebody whose code must not run as this role (`strangers`),
-- whatever it calls itself. One of a partition holds for the rows of that partition alone.
-- `foreign_types` are the columns whose type has such a CHECK: of the domain itself, which is run where a text is cast to it,
-- or of a domain in its parts, which is run by any cast to the type.
WITH RECURSIVE wanted AS (
  SELECT c.oid, n.oid AS schema_oid, n.nspname, c.relname, c.relkind
  FROM unnest($1::text[], $2::text[]) AS w(schema, name)
  JOIN pg_namespace n ON n.nspname = w.schema
  JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = w.name
  WHERE c.relkind IN ('r', 'p')
), leaves AS (
  SELECT w.oid AS root, w.oid AS leaf FROM wanted w WHERE w.relkind = 'r'
  UNION ALL
  SELECT w.oid, p.relid FROM wanted w, pg_partition_tree(w.oid) p WHERE w.relkind = 'p' AND p.isleaf
), published AS (
  SELECT l.root, l.leaf, bool_or(p.pubupdate) AS updates, bool_or(p.pubdelete) AS deletes
  FROM leaves l
  JOIN pg_class c ON c.oid = l.leaf AND c.relkind = 'r' AND c.relpersistence = 'p'
  JOIN pg_publication_tables s
    ON format('%I.%I', s.schemaname, s.tablename)::regclass IN (SELECT l.leaf UNION SELECT a.relid FROM pg_partition_ancestors(l.leaf) a)
  JOIN pg_publication p ON p.pubname = s.pubname
  WHERE EXISTS (SELECT FROM pg_publication)
    AND NOT (c.relreplident = 'f'
             OR c.relreplident = 'd' AND EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary AND i.indisvalid)
             OR c.relreplident = 'i' AND EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisreplident AND i.indisvalid))
  GROUP BY l.root, l.leaf
), narrow AS (
  -- Row filters and column lists came with 15; both are read through to_jsonb.
  SELECT l.root, l.leaf::regclass::text AS relation, p.pubname, p.pubupdate, p.pubdelete,
         c.relreplident <> 'f' AND NOT filter.names <@ identity.names AS filter,
         cardinality(list.names) > 0 AND (c.relreplident = 'f' OR NOT identity.names <@ list.names) AS list
  FROM leaves l
  JOIN pg_class c ON c.oid = l.leaf AND c.relkind = 'r' AND c.relpersistence = 'p'
  JOIN pg_publication_rel r ON r.prrelid = l.leaf OR r.prrelid IN (SELECT a.relid FROM pg_partition_ancestors(l.leaf) a)
  JOIN pg_publication p ON p.oid = r.prpubid AND (r.prrelid = l.leaf OR p.pubviaroot),
  LATERAL (SELECT ARRAY(SELECT a.attname::text FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey::int2[])
                        WHERE i.indrelid = c.oid AND CASE c.relreplident WHEN 'd' THEN i.indisprimary WHEN 'i' THEN i.indisreplident END) AS names) identity,
  LATERAL (SELECT ARRAY(SELECT a.attname::text FROM regexp_matches(to_jsonb(r) ->> 'prqual', ':varattno ([0-9]+)', 'g') m
                        JOIN pg_attribute a ON a.attrelid = r.prrelid AND a.attnum = m[1]::int2) AS names) filter,
  LATERAL (SELECT ARRAY(SELECT a.attname::text FROM regexp_matches(to_jsonb(r) ->> 'prattrs', '[0-9]+', 'g') m
                        JOIN pg_attribute a ON a.attrelid = r.prrelid AND a.attnum = m[1]::int2) AS names) list
  WHERE (p.pubupdate OR p.pubdelete)
    AND (cardinality(filter.names) > 0 OR cardinality(list.names) > 0)
), strangers AS (
  :strangers
), calls AS (
  -- Operators are called by their functions.
  SELECT d.classid, d.objid, format('%s, which belongs to %I', p.oid::regprocedure, s.rolname) AS function
  FROM pg_depend d
  LEFT JOIN pg_operator o ON d.refclassid = 'pg_operator'::regclass AND o.oid = d.refobjid
  JOIN pg_proc p ON p.oid = CASE WHEN d.refclassid = 'pg_proc'::regclass THEN d.refobjid ELSE o.oprcode END
  JOIN strangers s ON s.oid = p.proowner
  WHERE d.classid IN ('pg_constraint'::regclass, 'pg_attrdef'::regclass)
    AND d.refclassid IN ('pg_proc'::regclass, 'pg_operator'::regclass)
), inside (root, type, parts) AS (
  SELECT DISTINCT a.atttypid, a.atttypid, false
  FROM wanted w JOIN pg_attribute a ON a.attrelid = w.oid AND a.attnum > 0 AND NOT a.attisdropped
  UNION
  SELECT i.root, p.type, i.parts OR p.parts
  FROM inside i
  JOIN pg_type y ON y.oid = i.type
  CROSS JOIN LATERAL (
    SELECT y.typbasetype, false WHERE y.typtype = 'd'
    UNION ALL SELECT y.typelem, true WHERE y.typelem <> 0 AND y.typcategory = 'A'
    UNION ALL SELECT r.rngsubtype, true FROM pg_range r WHERE y.oid IN (r.rngtypid, (to_jsonb(r) ->> 'rngmultitypid')::oid)
    UNION ALL SELECT b.atttypid, true FROM pg_attribute b
      WHERE y.typtype = 'c' AND b.attrelid = y.typrelid AND b.attnum > 0 AND NOT b.attisdropped
  ) AS p (type, parts)
), foreign_types AS (
  SELECT i.root, bool_or(i.parts) AS parts, min(f.function) AS function
  FROM inside i
  JOIN pg_constraint k ON k.contypid = i.type AND k.contype = 'c'
  JOIN calls f ON f.classid = 'pg_constraint'::regclass AND f.objid = k.oid
  GROUP BY i.root
), constraints AS (
  SELECT l.root, k.oid, k.conname, k.conrelid, k.conkey, pg_get_expr(k.conbin, k.conrelid) AS expression,
         pg_get_partition_constraintdef(k.conrelid) AS within
  FROM (SELECT w.oid AS root, w.oid AS relation FROM wanted w
        UNION
        SELECT l.root, l.leaf FROM leaves l) AS l(root, relation)
  JOIN pg_constraint k ON k.conrelid = l.relation AND k.contype = 'c'
  WHERE (k.conislocal OR l.relation = l.root) AND (l.relation = l.root OR k.coninhcount = 0)
    AND coalesce((to_jsonb(k) ->> 'conenforced')::boolean, true)
    AND NOT EXISTS (
      SELECT FROM pg_depend d JOIN pg_proc p ON p.oid = d.refobjid
      WHERE d.classid = 'pg_constraint'::regclass AND d.objid = k.oid AND d.refclassid = 'pg_proc'::regclass
        AND p.provolatile <> 'i')
), checks AS (
  SELECT * FROM constraints k
  WHERE NOT EXISTS (SELECT FROM calls f WHERE f.classid = 'pg_constraint'::regclass AND f.objid = k.oid)
)
SELECT row_to_json(t)::text
FROM (
  SELECT w.nspname AS schema,
         w.relname AS "table",
         current_user::text AS role,
         has_schema_privilege(w.schema_oid, 'USAGE') AS usage,
         has_table_privilege(w.oid, 'DELETE') AS "delete",
         ARRAY(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = w.oid AND a.attnum > 0 AND NOT a.attisdropped
               AND has_column_privilege(w.oid, a.attnum, 'SELECT') ORDER BY a.attnum) AS "select",
         ARRAY(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = w.oid AND a.attnum > 0 AND NOT a.attisdropped
               AND has_column_privilege(w.oid, a.attnum, 'INSERT') ORDER BY a.attnum) AS "insert",
         ARRAY(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = w.oid AND a.attnum > 0 AND NOT a.attisdropped
               AND has_column_privilege(w.oid, a.attnum, 'UPDATE') ORDER BY a.attnum) AS "update",
         ARRAY(SELECT p.leaf::regclass::text FROM published p WHERE p.root = w.oid AND p.updates ORDER BY 1) AS unidentified_updates,
         ARRAY(SELECT p.leaf::regclass::text FROM published p WHERE p.root = w.oid AND p.deletes ORDER BY 1) AS unidentified_deletes,
         coalesce((SELECT json_agg(json_build_object('relation', x.relation, 'publication', x.pubname, 'filter', x.filter,
                                                     'updates', x.pubupdate,
                                                     'deletes', x.pubdelete) ORDER BY x.relation, x.pubname)
                   FROM narrow x WHERE x.root = w.oid AND (x.filter OR x.list)), '[]') AS narrow,
         coalesce((SELECT json_agg(json_build_object(
                     'name', a.attname, 'expression', pg_get_expr(f.adbin, f.adrelid),
                     'foreign', EXISTS (SELECT FROM calls x WHERE x.classid = 'pg_attrdef'::regclass AND x.objid = f.oid),
                     'columns', ARRAY(SELECT DISTINCT o.attname::text FROM pg_depend d
                                      JOIN pg_attribute o ON o.attrelid = a.attrelid AND o.attnum = d.refobjsubid AND o.attnum <> a.attnum
                                      WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = a.attrelid
                                        AND (d.classid = 'pg_attrdef'::regclass AND d.objid = f.oid
                                             -- Before 15 it is the column that depends on the others.
                                             OR d.classid = 'pg_class'::regclass AND d.objid = a.attrelid AND d.objsubid = a.attnum))))
                   FROM pg_attribute a JOIN pg_attrdef f ON f.adrelid = a.attrelid AND f.adnum = a.attnum
                   WHERE a.attrelid = w.oid AND a.attgenerated <> '' AND NOT a.attisdropped), '[]') AS generated,
         coalesce((SELECT json_object_agg(a.attname, format_type(a.atttypid, a.atttypmod)) FROM pg_attribute a
                   WHERE a.attrelid = w.oid AND a.attnum > 0 AND NOT a.attisdropped), '{}') AS types,
         coalesce((SELECT json_object_agg(a.attname, json_build_object('function', y.function, 'parts', y.parts))
                   FROM pg_attribute a JOIN foreign_types y ON y.root = a.atttypid
                   WHERE a.attrelid = w.oid AND a.attnum > 0 AND NOT a.attisdropped), '{}') AS foreign_types,
         coalesce((SELECT json_agg(json_build_object('name', k.conname, 'function', f.function) ORDER BY k.conname, f.function)
                   FROM (SELECT DISTINCT k.conname, k.oid FROM constraints k WHERE k.root = w.oid) k
                   JOIN calls f ON f.classid = 'pg_constraint'::regclass AND f.objid = k.oid), '[]') AS foreign_checks,
         EXISTS (SELECT FROM leaves l JOIN pg_trigger g ON g.tgrelid = l.leaf
                 WHERE l.root = w.oid AND NOT g.tgisinternal AND g.tgenabled <> 'D' AND g.tgtype & 7 = 7) AS changes_inserts,
         EXISTS (SELECT FROM leaves l JOIN pg_trigger g ON g.tgrelid = l.leaf
                 WHERE l.root = w.oid AND NOT g.tgisinternal AND g.tgenabled <> 'D' AND g.tgtype & 19 = 19) AS changes_updates,
         coalesce((SELECT json_agg(json_build_object(
                     'name', k.conname,
                     'expression', CASE WHEN k.conrelid = w.oid OR k.within IS NULL THEN k.expression
                                        ELSE format('CASE WHEN %s THEN %s ELSE true END', k.within, k.expression) END,
                     'columns', ARRAY(SELECT a.attname::text FROM pg_attribute a
                                      WHERE a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey)
                                         OR k.conrelid <> w.oid AND a.attrelid = w.oid
                                            AND a.attnum = ANY (SELECT unnest(x.partattrs::int2[]) FROM pg_partitioned_table x
                                                                WHERE x.partrelid IN (SELECT relid FROM pg_partition_tree(w.oid)))))
                   ORDER BY k.conname, k.conrelid::regclass::text) FROM checks k WHERE k.root = w.oid), '[]') AS checks,
         CASE WHEN w.relkind = 'p' THEN (SELECT json_build_object(
                   'condition', CASE WHEN count(*) = 0 THEN 'false' WHEN count(*) = count(d.def)
                                     THEN string_agg('(' || d.def || ')', ' OR ') ELSE 'true' END,
                   'columns', ARRAY(SELECT DISTINCT a.attname::text FROM pg_partitioned_table x
                                    JOIN pg_attribute a ON a.attrelid = x.partrelid AND a.attnum = ANY (x.partattrs::int2[])
                                    WHERE x.partrelid IN (SELECT relid FROM pg_partition_tree(w.oid))),
                   'plain', NOT EXISTS (SELECT FROM pg_partitioned_table x
                                        WHERE x.partrelid IN (SELECT relid FROM pg_partition_tree(w.oid)) AND 0 = ANY (x.partattrs::int2[])))
          FROM leaves l, LATERAL (SELECT pg_get_partition_constraintdef(l.leaf)) AS d(def)
          WHERE l.root = w.oid) END AS partitions,
         ARRAY(SELECT a.attname::text FROM pg_attribute a JOIN pg_type y ON y.oid = a.atttypid LEFT JOIN pg_type e ON e.oid = y.typelem
               WHERE a.attrelid = w.oid AND a.attnum > 0 AND NOT a.attisdropped
                 AND (y.typtype IN ('e', 'd', 'c') OR y.typcategory = 'A' AND e.typtype IN ('e', 'd', 'c'))
               ORDER BY a.attnum) AS closed,
         coalesce((SELECT json_agg(json_build_object(
                     'column', a.attname, 'sequence', s.oid::regclass::text,
                     'next', a.attidentity <> '' OR has_sequence_privilege(s.oid, 'USAGE') OR has_sequence_privilege(s.oid, 'UPDATE'),
                     'set', has_sequence_privilege(s.oid, 'UPDATE')) ORDER BY a.attnum)
                   FROM pg_attribute a
                   LEFT JOIN pg_attrdef f ON f.adrelid = a.attrelid AND f.adnum = a.attnum
                   JOIN pg_depend d ON d.classid = 'pg_attrdef'::regclass AND d.objid = f.oid AND d.refclassid = 'pg_class'::regclass
                                    OR a.attidentity <> '' AND d.refclassid = 'pg_class'::regclass AND d.refobjid = a.attrelid
                                       AND d.refobjsubid = a.attnum AND d.deptype = 'i'
                   JOIN pg_class s ON s.relkind = 'S' AND s.oid = CASE WHEN a.attidentity <> '' THEN d.objid ELSE d.refobjid END
                   WHERE a.attrelid = w.oid AND a.attnum > 0 AND NOT a.attisdropped), '[]') AS sequences
  FROM wanted w
) t
