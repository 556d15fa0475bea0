-- Puzzles are games with a right answer and a clock. Articles, to read about love.

ALTER TABLE public.games DROP CONSTRAINT IF EXISTS games_kind_check;
ALTER TABLE public.games ADD CONSTRAINT games_kind_check
  CHECK (kind IN ('choice', 'ranking', 'puzzle'));
ALTER TABLE public.game_questions ADD COLUMN IF NOT EXISTS solution jsonb;
ALTER TABLE public.game_questions ADD COLUMN IF NOT EXISTS seconds smallint CHECK (seconds > 0);
COMMENT ON COLUMN public.game_questions.solution IS 'The right answer of a puzzle; the app''s server alone reads it';

-- Members may read everything of a question but its solution.
REVOKE SELECT ON public.game_questions FROM authenticated;
GRANT SELECT (id, game_id, sort_order, prompt, options, trait, seconds) ON public.game_questions TO authenticated;

CREATE TABLE IF NOT EXISTS public.content_topics (
  id         uuid     PRIMARY KEY DEFAULT gen_random_uuid(),
  slug       text     NOT NULL UNIQUE,
  title      text     NOT NULL,
  sort_order smallint NOT NULL
);
COMMENT ON TABLE public.content_topics IS 'What articles and posts are about';

CREATE TABLE IF NOT EXISTS public.content_articles (
  id         uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  topic_id   uuid        NOT NULL REFERENCES public.content_topics (id) ON DELETE RESTRICT,
  slug       text        NOT NULL UNIQUE,
  title      text        NOT NULL,
  body       text        NOT NULL,
  minutes    smallint    NOT NULL CHECK (minutes > 0),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE public.content_articles IS 'Articles that the team writes';
CREATE INDEX IF NOT EXISTS content_articles_topic_idx ON public.content_articles (topic_id);
CREATE TRIGGER content_articles_set_updated_at BEFORE UPDATE ON public.content_articles
  FOR EACH ROW EXECUTE FUNCTION public.set_updated_at();

ALTER TABLE public.content_topics   ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE public.content_articles ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

CREATE POLICY content_topics_select ON public.content_topics
  FOR SELECT TO authenticated USING ((SELECT auth.uid()) IS NOT NULL);
CREATE POLICY content_articles_select ON public.content_articles
  FOR SELECT TO authenticated USING ((SELECT auth.uid()) IS NOT NULL);

GRANT SELECT ON public.content_topics, public.content_articles TO authenticated;
