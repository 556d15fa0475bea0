-- Articles are published at a time, some are featured, and the feed knows what a member
-- has read.

ALTER TABLE public.content_articles ADD COLUMN IF NOT EXISTS published_at timestamptz;
ALTER TABLE public.content_articles ADD COLUMN IF NOT EXISTS is_featured boolean NOT NULL DEFAULT false;
UPDATE public.content_articles SET published_at = created_at WHERE published_at IS NULL;
CREATE INDEX IF NOT EXISTS content_articles_published_idx ON public.content_articles (published_at DESC);

CREATE TABLE IF NOT EXISTS public.user_content_interactions (
  profile_id uuid        NOT NULL REFERENCES public.profiles (id) ON DELETE CASCADE,
  article_id uuid        NOT NULL REFERENCES public.content_articles (id) ON DELETE CASCADE,
  opened_at  timestamptz NOT NULL DEFAULT now(),
  read_at    timestamptz,
  saved_at   timestamptz,
  PRIMARY KEY (profile_id, article_id)
);
COMMENT ON TABLE public.user_content_interactions IS 'What each member opened, read and saved';
CREATE INDEX IF NOT EXISTS user_content_interactions_article_idx ON public.user_content_interactions (article_id);

ALTER TABLE public.user_content_interactions ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY user_content_interactions_select ON public.user_content_interactions
  FOR SELECT TO authenticated USING (profile_id = (SELECT auth.uid()));
CREATE POLICY user_content_interactions_insert ON public.user_content_interactions
  FOR INSERT TO authenticated WITH CHECK (profile_id = (SELECT auth.uid()));
CREATE POLICY user_content_interactions_update ON public.user_content_interactions
  FOR UPDATE TO authenticated USING (profile_id = (SELECT auth.uid())) WITH CHECK (profile_id = (SELECT auth.uid()));
GRANT SELECT, INSERT ON public.user_content_interactions TO authenticated;
GRANT UPDATE (read_at, saved_at) ON public.user_content_interactions TO authenticated;

-- Only what has been published; the team sees the rest too.
ALTER POLICY content_articles_select ON public.content_articles
  USING (published_at <= now() OR (SELECT private.is_admin()));

-- What to read next: featured first, then the newest, nothing that has been read.
CREATE OR REPLACE FUNCTION public.content_feed(at_most integer DEFAULT 20)
  RETURNS TABLE (article_id uuid, title text, topic text, minutes smallint)
  LANGUAGE sql STABLE
  SET search_path = ''
  AS $$
  SELECT a.id, a.title, t.title, a.minutes
  FROM public.content_articles a
  JOIN public.content_topics t ON t.id = a.topic_id
  WHERE a.published_at <= now() AND NOT EXISTS (
    SELECT FROM public.user_content_interactions i
    WHERE i.article_id = a.id AND i.profile_id = (SELECT auth.uid()) AND i.read_at IS NOT NULL)
  ORDER BY a.is_featured DESC, a.published_at DESC, a.slug
  LIMIT at_most
$$;
COMMENT ON FUNCTION public.content_feed(integer) IS 'What the member who is signed in may read next';
GRANT EXECUTE ON FUNCTION public.content_feed(integer) TO authenticated;
