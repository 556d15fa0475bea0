SELECT min(format('index %I calls %s, which belongs to %I', x.relname, p.oid::regprocedure, s.rolname))
  FROM pg_index i
  JOIN pg_class x ON x.oid = i.indexrelid
  JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid
                  AND d.refclassid IN ('pg_proc'::regclass, 'pg_operator'::regclass)
  LEFT JOIN pg_operator o ON d.refclassid = 'pg_operator'::regclass AND o.oid = d.refobjid
  JOIN pg_proc p ON p.oid = CASE WHEN d.refclassid = 'pg_proc'::regclass THEN d.refobjid ELSE o.oprcode END
  JOIN (:strangers) s ON s.oid = p.proowner
  WHERE (i.indexprs IS NOT NULL OR i.indpred IS NOT NULL)
    AND i.indrelid IN (SELECT c.oid UNION ALL SELECT f.relid FROM pg_partition_tree(c.oid) f WHERE c.relkind = 'p')
