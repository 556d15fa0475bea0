-- Functions, procedures and aggregates, members of extensions left out. A body in standard SQL is known to the server as
-- it understood it only, and comes with the whole statement. PostgreSQL 13 to 18 (`prosqlbody` came with 14 and is
-- read through to_jsonb). One JSON object per row.
SELECT json_build_object(
  'kind', 'function', 'path', json_build_array(n.nspname, p.proname), 'arguments', f.types,
  'owner', pg_get_userbyid(p.proowner),
  'fields', json_build_object(
    'form', CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' WHEN 'w' THEN 'window' ELSE 'function' END,
    'language', l.lanname,
    'returns', pg_get_function_result(p.oid),
    'volatility', CASE p.provolatile WHEN 'i' THEN 'immutable' WHEN 's' THEN 'stable' ELSE 'volatile' END,
    'security_definer', p.prosecdef, 'leakproof', p.proleakproof, 'strict', p.proisstrict,
    'parallel', CASE p.proparallel WHEN 's' THEN 'safe' WHEN 'r' THEN 'restricted' ELSE 'unsafe' END,
    'cost', p.procost, 'rows', p.prorows,
    'search_path', (SELECT substr(s, 13) FROM unnest(p.proconfig) s WHERE s LIKE 'search_path=%'),
    'settings', (SELECT string_agg(s, ', ' ORDER BY s COLLATE "C") FROM unnest(p.proconfig) s
                 WHERE s NOT LIKE 'search_path=%'),
    'body', CASE WHEN f.atomic OR p.prokind = 'a' THEN NULL ELSE p.prosrc END,
    'library', p.probin,
    'aggregate', (SELECT concat_ws(', ', g.aggtransfn::text, g.aggtranstype::regtype::text, nullif(g.aggfinalfn::text, '-'),
                                   nullif(g.aggcombinefn::text, '-'), g.agginitval)
                  FROM pg_aggregate g WHERE g.aggfnoid = p.oid),
    'comment', obj_description(p.oid, 'pg_proc')
  ),
  'texts', json_build_object('arguments', pg_get_function_arguments(p.oid),
                             'body', CASE WHEN f.atomic THEN pg_get_functiondef(p.oid) END),
  'definition', CASE WHEN p.prokind <> 'a' THEN pg_get_functiondef(p.oid) END
)::text
FROM pg_proc p
JOIN pg_namespace n ON n.oid = p.pronamespace
JOIN pg_language l ON l.oid = p.prolang
CROSS JOIN LATERAL (
  SELECT to_jsonb(p) ->> 'prosqlbody' IS NOT NULL AS atomic,
         array_to_string(ARRAY(SELECT format_type(u.t, NULL) FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY u(t, at)
                               ORDER BY u.at), ', ') AS types
) f
WHERE n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype IN ('e', 'i'))
