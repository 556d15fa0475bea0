-- The equality operator of the type named $1 (as format_type writes it), to be written between two values: that of its
-- own B-tree or hash order, wherever it was installed. No row where it has none.
-- PostgreSQL 13 to 18.
WITH asked AS (
  SELECT y.oid, y.typtype, y.typcategory, y.typelem FROM pg_type y WHERE y.oid = to_regtype($1)
),
equality AS (
  SELECT c.opcintype AS type, format('OPERATOR(%I.%s)', n.nspname, o.oprname) AS operator
  FROM pg_opclass c
  JOIN pg_am m ON m.oid = c.opcmethod
  JOIN pg_amop a ON a.amopfamily = c.opcfamily AND a.amoppurpose = 's'
    AND a.amoplefttype = c.opcintype AND a.amoprighttype = c.opcintype
    AND (m.amname, a.amopstrategy) IN (('btree', 3), ('hash', 1))
  JOIN pg_operator o ON o.oid = a.amopopr
  JOIN pg_namespace n ON n.oid = o.oprnamespace
  WHERE c.opcdefault
)
SELECT operator FROM asked JOIN equality ON equality.type = asked.oid
UNION
SELECT 'OPERATOR(pg_catalog.=)' FROM asked
WHERE typtype IN ('e', 'r', 'm') OR typcategory = 'A' AND EXISTS (SELECT FROM equality WHERE equality.type = typelem)
LIMIT 1
