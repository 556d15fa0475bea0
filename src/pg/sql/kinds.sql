-- Fails where the table $1.$2 (lists of schemas and names) is no longer the one that this snapshot's catalogue knows: a view
-- in its place would run its owner's functions. Both are asked under a lock on the table. `to_regclass` and
-- `pg_relation_filenode` know what is there now, the catalogue's rows what was there when the snapshot was taken.
-- PostgreSQL 13 to 18.
SELECT (CASE WHEN c.oid = to_regclass(format('%I.%I', w.schema, w.name))
               AND (c.relkind = 'p' OR c.relkind IN ('r', 'm') AND pg_relation_filenode(c.oid) IS NOT NULL) THEN '0'
             ELSE format('%I.%I is another object by now', w.schema, w.name) END)::int::text
FROM unnest($1::text[], $2::text[]) AS w(schema, name)
LEFT JOIN (pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace) ON n.nspname = w.schema AND c.relname = w.name
