-- The equality operator of every type whose values may be written in several ways, by the type's name as format_type
-- writes it, to be put between two values: that of its own B-tree or hash order, wherever it was installed.
-- PostgreSQL 13 to 18. Row types and their arrays are left out.
WITH equality AS (
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
SELECT format_type(y.oid, -1), coalesce(min(e.operator), 'OPERATOR(pg_catalog.=)')
FROM pg_type y
LEFT JOIN equality e ON e.type = y.oid
WHERE e.type IS NOT NULL
   OR y.typtype IN ('e', 'r', 'm')
   OR y.typcategory = 'A' AND EXISTS (SELECT FROM equality i WHERE i.type = y.typelem)
GROUP BY y.oid
