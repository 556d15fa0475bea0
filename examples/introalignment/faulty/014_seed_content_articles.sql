-- Topics and the first articles.

INSERT INTO public.content_topics (id, slug, title, sort_order)
SELECT md5('topic:' || slug)::uuid, slug, title, sort_order
FROM (VALUES
  ('first-dates',   'First dates',        1),
  ('listening',     'Listening',          2),
  ('quarrels',      'Quarrelling well',   3),
  ('starting-over', 'Starting over',      4)
) AS v (slug, title, sort_order)
ON CONFLICT (slug) DO NOTHING;

INSERT INTO public.content_articles (id, topic_id, slug, title, body, minutes, is_featured, published_at, created_at, updated_at)
SELECT md5('article:' || slug)::uuid, md5('topic:' || topic)::uuid, slug, title, body, minutes, is_featured,
       published_at, published_at, published_at
FROM (VALUES
  ('first-dates',   'walk-instead',      'Walk instead of sitting',        'Side by side it is easier to be silent.',          3, true,  timestamptz '2025-11-24 08:00:00+00'),
  ('first-dates',   'two-questions',     'Two questions that go further',  'Ask what somebody is looking forward to.',         4, false, timestamptz '2025-11-26 08:00:00+00'),
  ('first-dates',   'how-to-end',        'How to end an evening',          'Say what you liked; the rest can wait.',           2, false, timestamptz '2025-11-28 08:00:00+00'),
  ('listening',     'wait-a-breath',     'Wait one breath longer',         'Most people say the important thing last.',        3, false, timestamptz '2025-12-01 08:00:00+00'),
  ('listening',     'say-it-back',       'Say it back',                    'In your own words, and ask whether that was it.',  5, true,  timestamptz '2025-12-03 08:00:00+00'),
  ('quarrels',      'the-small-things',  'It is about the dishes',         'Sometimes it really is; then wash them.',          4, false, timestamptz '2025-12-05 08:00:00+00'),
  ('quarrels',      'a-pause',           'A pause is not a door',          'Say when you will be back, and be back.',          3, false, timestamptz '2025-12-08 08:00:00+00'),
  ('starting-over', 'what-stays',        'What stays of the last one',     'A list of what you would want again.',             6, false, timestamptz '2025-12-10 08:00:00+00'),
  ('starting-over', 'not-yet',           'Not yet is an answer',           'Nobody has to be ready by a date.',                3, false, timestamptz '2025-12-12 08:00:00+00')
) AS v (topic, slug, title, body, minutes, is_featured, published_at)
ON CONFLICT (slug) DO NOTHING;
