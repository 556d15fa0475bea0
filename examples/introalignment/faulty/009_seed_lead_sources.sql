-- The first sources, and the letters for those who are found there.

INSERT INTO public.lead_sources (id, slug, kind, base_url, created_at)
SELECT md5('source:' || slug)::uuid, slug, kind, 'https://' || slug || '.example.com/', timestamptz '2025-10-20 08:00:00+00'
FROM (VALUES
  ('city-singles',    'forum'),
  ('slow-dating',     'forum'),
  ('evening-classes', 'directory'),
  ('hiking-partners', 'forum')
) AS v (slug, kind)
ON CONFLICT (slug) DO NOTHING;

INSERT INTO public.outreach_sequences (id, slug, title, created_at)
VALUES (md5('sequence:hello')::uuid, 'hello', 'A first hello', '2025-10-20 08:00:00+00')
ON CONFLICT (slug) DO NOTHING;

INSERT INTO public.sequence_emails (id, sequence_id, sort_order, wait_days, subject, body)
SELECT md5('hello:' || sort_order)::uuid, md5('sequence:hello')::uuid, sort_order, wait_days, subject, body
FROM (VALUES
  (1, 0,  'You wrote about looking for somebody', 'We introduce people by what they tell, not by pictures. Curious?'),
  (2, 4,  'One question, if you like',            'What would a good first evening be for you? Answer, and see what we make of it.'),
  (3, 10, 'The last letter from us',              'We will not write again. If you change your mind, the door is open.')
) AS v (sort_order, wait_days, subject, body)
ON CONFLICT (sequence_id, sort_order) DO NOTHING;
