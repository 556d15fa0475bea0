-- The first three games. Ids are made from slugs, so that they are the same everywhere.

INSERT INTO public.games (id, slug, title, kind, description, created_at)
SELECT md5('game:' || slug)::uuid, slug, title, kind, description, timestamptz '2025-09-22 08:00:00+00'
FROM (VALUES
  ('this-or-that',   'This or that',    'choice',  'Twelve quick choices, no thinking allowed'),
  ('perfect-sunday', 'A perfect Sunday', 'ranking', 'Put the parts of a free day in order'),
  ('small-moments',  'Small moments',    'choice',  'What would you do if nobody looked?')
) AS v (slug, title, kind, description)
ON CONFLICT (slug) DO NOTHING;

INSERT INTO public.game_questions (id, game_id, sort_order, prompt, options, trait)
SELECT md5('question:' || game || ':' || sort_order)::uuid, md5('game:' || game)::uuid, sort_order, prompt,
       options::jsonb, trait
FROM (VALUES
  ('this-or-that',   1, 'Mountains or the sea?',             '["mountains", "sea"]',                    'openness'),
  ('this-or-that',   2, 'Early or late?',                    '["early", "late"]',                       'conscientiousness'),
  ('this-or-that',   3, 'A plan or a surprise?',             '["plan", "surprise"]',                    'conscientiousness'),
  ('this-or-that',   4, 'Two friends or twenty?',            '["two", "twenty"]',                       'extraversion'),
  ('perfect-sunday', 1, 'What comes first, what last?',      '["sleep", "walk", "people", "a book"]',   'extraversion'),
  ('perfect-sunday', 2, 'And when it rains?',                '["cook", "museum", "sofa", "puddles"]',   'openness'),
  ('small-moments',  1, 'The shop gave you too much change', '["give it back", "keep it", "tip jar"]',  'agreeableness'),
  ('small-moments',  2, 'A stranger cries on the train',     '["ask", "look away", "offer a tissue"]',  'agreeableness'),
  ('small-moments',  3, 'The last piece of cake',            '["take it", "share it", "leave it"]',     'agreeableness')
) AS v (game, sort_order, prompt, options, trait)
ON CONFLICT (game_id, sort_order) DO NOTHING;
