-- dbmate and Rails.
SELECT json_build_object('version', h.version)::text
FROM {table} h
ORDER BY h.version COLLATE "C"
