-- Privileges in force, by object and role: those of a missing ACL are the default, which lets PUBLIC use functions and
-- types and gives nobody but the owner a right to anything else. The owner's own are left out.
-- PostgreSQL 13 to 18. One JSON object per row. An empty role stands for PUBLIC.
SELECT json_build_object(
  'kind', 'grant', 'path', to_json(ARRAY[g.kind] || g.path || ARRAY[f.grantee]), 'arguments', g.arguments,
  'within', json_build_object('kind', g.kind, 'path', g.path, 'arguments', g.arguments),
  'fields', json_build_object('privileges', string_agg(g.privilege, ', ' ORDER BY g.privilege))
)::text
FROM (
  SELECT o.kind, o.path, o.arguments, o.grantee,
         o.privilege_type || CASE WHEN bool_or(o.is_grantable) THEN ' WITH GRANT OPTION' ELSE '' END AS privilege
  FROM (
    SELECT CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized-view' WHEN 'S' THEN 'sequence' ELSE 'table' END
             AS kind,
           ARRAY[n.nspname, c.relname]::text[] AS path, NULL::text AS arguments, c.relowner AS owner, x.*
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, aclexplode(c.relacl) x
    WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S') AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
    UNION ALL
    SELECT 'column', ARRAY[n.nspname, c.relname, a.attname]::text[], NULL, c.relowner, x.*
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace,
         aclexplode(a.attacl) x
    WHERE a.attacl IS NOT NULL AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'f', 'v', 'm') AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
    UNION ALL
    SELECT 'function', ARRAY[n.nspname, p.proname]::text[],
           array_to_string(ARRAY(SELECT format_type(u.t, NULL)
                                 FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY u(t, at) ORDER BY u.at), ', '),
           p.proowner, x.*
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) x
    WHERE n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
      AND NOT EXISTS (SELECT FROM pg_depend d
                      WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype IN ('e', 'i'))
    UNION ALL
    SELECT CASE t.typtype WHEN 'e' THEN 'enum' WHEN 'd' THEN 'domain' WHEN 'r' THEN 'range' ELSE 'composite-type' END,
           ARRAY[n.nspname, t.typname]::text[], NULL, t.typowner, x.*
    FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace LEFT JOIN pg_class c ON c.oid = t.typrelid,
         aclexplode(coalesce(t.typacl, acldefault('T', t.typowner))) x
    WHERE (t.typtype IN ('e', 'd', 'r') OR t.typtype = 'c' AND c.relkind = 'c') AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
      AND NOT EXISTS (SELECT FROM pg_depend d
                      WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e')
    UNION ALL
    SELECT 'schema', ARRAY[n.nspname]::text[], NULL, n.nspowner, x.*
    FROM pg_namespace n, aclexplode(n.nspacl) x
    WHERE n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
      AND NOT EXISTS (SELECT FROM pg_depend d
                      WHERE d.classid = 'pg_namespace'::regclass AND d.objid = n.oid AND d.deptype = 'e')
  ) o
  WHERE o.grantee <> o.owner
  GROUP BY o.kind, o.path, o.arguments, o.grantee, o.privilege_type
) g
CROSS JOIN LATERAL (SELECT CASE WHEN g.grantee = 0 THEN '' ELSE pg_get_userbyid(g.grantee)::text END AS grantee) f
GROUP BY g.kind, g.path, g.arguments, f.grantee
