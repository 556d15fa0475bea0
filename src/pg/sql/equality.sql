-- 't' where the type named $1 (as format_type writes it) has a B-tree or hash equality of its own, no row otherwise.
-- PostgreSQL 13 to 18.
SELECT 't'
FROM pg_type y
LEFT JOIN pg_type base ON base.oid = y.typbasetype
WHERE y.oid = to_regtype($1)
  AND (EXISTS (SELECT FROM pg_opclass o WHERE o.opcintype IN (y.oid, base.oid) AND o.opcdefault)
       OR coalesce(base.typtype, y.typtype) IN ('e', 'r', 'm')
       OR (y.typcategory = 'A' AND EXISTS (SELECT FROM pg_opclass o WHERE o.opcintype = y.typelem AND o.opcdefault)))
