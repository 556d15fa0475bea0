-- Every function, procedure and aggregate outside the system schemas, members of extensions left out.
-- PostgreSQL 13 to 18 (`prosqlbody` came with 14 and is read through to_jsonb). One JSON object per row.
SELECT json_build_object(
  'oid', p.oid::int8,
  'name', format('%I.%I', n.nspname, p.proname),
  'arguments', pg_get_function_identity_arguments(p.oid),
  'types', array_to_string(ARRAY(SELECT format_type(t, NULL) FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY u(t, at)
                                 ORDER BY at), ', '),
  'procedure', p.prokind = 'p',
  'aggregate', p.prokind = 'a',
  'owner', pg_get_userbyid(p.proowner),
  'definer', p.prosecdef,
  'search_path', (SELECT substr(s, 13) FROM unnest(p.proconfig) s WHERE s LIKE 'search_path=%'),
  'language', l.lanname,
  'atomic', to_jsonb(p) ->> 'prosqlbody' IS NOT NULL,
  'volatility', CASE p.provolatile WHEN 'i' THEN 'immutable' WHEN 's' THEN 'stable' ELSE 'volatile' END,
  'leakproof', p.proleakproof,
  'trigger', p.prorettype IN ('trigger'::regtype, 'event_trigger'::regtype),
  'grants', coalesce((SELECT json_agg(json_build_object('grantee', coalesce(pg_get_userbyid(nullif(x.grantee, 0)), ''),
                                                        'privilege', x.privilege_type))
                      FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) x
                      WHERE x.grantee <> p.proowner), '[]')
)::text
FROM pg_proc p
JOIN pg_namespace n ON n.oid = p.pronamespace
JOIN pg_language l ON l.oid = p.prolang
WHERE n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
ORDER BY n.nspname COLLATE "C", p.proname COLLATE "C", p.oid
