-- A game in which sentences are finished, and the first puzzles.

ALTER TABLE public.games DROP CONSTRAINT IF EXISTS games_kind_check;
ALTER TABLE public.games ADD CONSTRAINT games_kind_check
  CHECK (kind IN ('choice', 'ranking', 'puzzle', 'sentence'));

INSERT INTO public.games (id, slug, title, kind, description, created_at)
SELECT md5('game:' || slug)::uuid, slug, title, kind, description, timestamptz '2025-12-15 08:00:00+00'
FROM (VALUES
  ('finish-sentence', 'Finish the sentence', 'sentence', 'We begin, you go on'),
  ('odd-one-out',     'Odd one out',         'puzzle',   'Three belong together, one does not'),
  ('number-rows',     'Rows of numbers',     'puzzle',   'Which number comes next?')
) AS v (slug, title, kind, description)
ON CONFLICT (slug) DO NOTHING;

INSERT INTO public.game_questions (id, game_id, sort_order, prompt, trait)
SELECT md5('question:finish-sentence:' || sort_order)::uuid, md5('game:finish-sentence')::uuid, sort_order, prompt, trait
FROM (VALUES
  (1, 'I could talk for hours about …',      'openness'),
  (2, 'People are surprised that I …',       'extraversion'),
  (3, 'The best present I ever got was …',   'agreeableness'),
  (4, 'On a bad day it helps me when …',     'agreeableness'),
  (5, 'I always put off …',                  'conscientiousness')
) AS v (sort_order, prompt, trait)
ON CONFLICT (game_id, sort_order) DO NOTHING;

INSERT INTO public.game_questions (id, game_id, sort_order, prompt, options, solution, seconds)
SELECT md5('question:' || game || ':' || sort_order)::uuid, md5('game:' || game)::uuid, sort_order, prompt,
       options::jsonb, solution::jsonb, seconds
FROM (VALUES
  ('odd-one-out', 1, 'Which one does not belong?', '["oak", "birch", "pine", "rose"]',          '"rose"',   20),
  ('odd-one-out', 2, 'Which one does not belong?', '["violin", "flute", "cello", "harp"]',      '"flute"',  20),
  ('odd-one-out', 3, 'Which one does not belong?', '["Tuesday", "March", "Friday", "Sunday"]',  '"March"',  15),
  ('number-rows', 1, '2, 6, 12, 20, …',            '[]',                                        '30',       45),
  ('number-rows', 2, '1, 1, 2, 3, 5, …',           '[]',                                        '8',        30),
  ('number-rows', 3, '81, 27, 9, …',               '[]',                                        '3',        30)
) AS v (game, sort_order, prompt, options, solution, seconds)
ON CONFLICT (game_id, sort_order) DO NOTHING;
