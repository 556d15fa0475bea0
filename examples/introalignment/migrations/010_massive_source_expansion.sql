-- Sources of four more kinds, ranked, and no faster than each one bears.

ALTER TABLE public.lead_sources DROP CONSTRAINT IF EXISTS lead_sources_kind_check;
ALTER TABLE public.lead_sources ADD CONSTRAINT lead_sources_kind_check
  CHECK (kind IN ('forum', 'directory', 'event', 'newsletter', 'podcast', 'club'));
ALTER TABLE public.lead_sources ADD COLUMN IF NOT EXISTS priority smallint NOT NULL DEFAULT 3 CHECK (priority BETWEEN 1 AND 5);
ALTER TABLE public.lead_sources ADD COLUMN IF NOT EXISTS requests_per_hour integer NOT NULL DEFAULT 60
  CHECK (requests_per_hour > 0);
ALTER TABLE public.lead_sources ADD COLUMN IF NOT EXISTS tags text[] NOT NULL DEFAULT '{}';
CREATE INDEX IF NOT EXISTS lead_sources_priority_idx ON public.lead_sources (priority, slug);
CREATE INDEX IF NOT EXISTS lead_sources_tags_idx     ON public.lead_sources USING gin (tags);

UPDATE public.lead_sources SET priority = 2, tags = '{dating}' WHERE slug IN ('city-singles', 'slow-dating');
UPDATE public.lead_sources SET tags = '{hobby}' WHERE slug IN ('evening-classes', 'hiking-partners');

-- Six kinds times eight places.
INSERT INTO public.lead_sources (id, slug, kind, base_url, priority, requests_per_hour, tags, created_at)
SELECT md5('source:' || slug)::uuid, slug, kind, 'https://' || slug || '.example.com/', priority, 30 * priority,
       ARRAY[tag, place], timestamptz '2025-11-03 08:00:00+00'
FROM (VALUES
  ('forum',      'dating',  2),
  ('directory',  'hobby',   3),
  ('event',      'evening', 1),
  ('newsletter', 'reading', 4),
  ('podcast',    'talk',    5),
  ('club',       'sport',   2)
) AS k (kind, tag, priority)
CROSS JOIN unnest(ARRAY['north', 'south', 'east', 'west', 'harbour', 'old-town', 'campus', 'valley']) AS place
CROSS JOIN LATERAL (SELECT place || '-' || kind AS slug) AS s
ON CONFLICT (slug) DO NOTHING;
