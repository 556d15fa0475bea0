-- refinery: the time is a text by RFC 3339, with whatever zone the tool was in.
SELECT json_build_object('version', h.version::text, 'name', h.name, 'checksum', h.checksum, 'at', h.applied_on)::text
FROM {table} h
ORDER BY h.version
