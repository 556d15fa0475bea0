SELECT o.oid, o.rolname
  FROM pg_roles o, pg_roles u
  WHERE u.rolname = current_user AND o.oid <> u.oid AND NOT o.rolsuper
    AND NOT EXISTS (SELECT FROM pg_database d WHERE d.datname = current_database() AND d.datdba = o.oid)
    AND (u.rolsuper OR NOT pg_has_role(u.oid, o.oid, 'USAGE'))
