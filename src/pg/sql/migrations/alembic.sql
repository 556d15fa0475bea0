-- Alembic: the current revisions, several where the history has branches.
SELECT json_build_object('version', h.version_num)::text
FROM {table} h
ORDER BY h.version_num COLLATE "C"
