-- Badges and dealbreakers, the same in every environment.

INSERT INTO public.badges (slug, title, description, sort_order)
VALUES
  ('first-steps',  'First steps',   'Finished the first conversation',      1),
  ('storyteller',  'Storyteller',   'Wrote ten posts',                      2),
  ('good-listener', 'Good listener', 'Commented on ten posts of others',    3),
  ('week-streak',  'A whole week',  'Came by on seven days in a row',       4),
  ('puzzler',      'Puzzler',       'Solved five puzzles',                  5),
  ('all-games',    'Played it all', 'Finished every game at least once',    6)
ON CONFLICT (slug) DO NOTHING;

INSERT INTO public.dealbreakers (slug, label, category, sort_order)
VALUES
  ('smoking',        'Smokes',                       'habits',  1),
  ('heavy-drinking', 'Drinks a lot',                 'habits',  2),
  ('no-children',    'Does not want children',       'family',  3),
  ('wants-children', 'Wants children',               'family',  4),
  ('has-children',   'Has children already',         'family',  5),
  ('distance',       'Lives more than an hour away', 'place',   6),
  ('would-not-move', 'Would never move',             'place',   7),
  ('no-pets',        'Cannot live with animals',     'home',    8),
  ('faith-differs',  'Another faith',                'beliefs', 9),
  ('politics-differ', 'Other politics',              'beliefs', 10)
ON CONFLICT (slug) DO NOTHING;
