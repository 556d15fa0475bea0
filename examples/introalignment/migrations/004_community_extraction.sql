-- A place for members to write, and what the nightly job takes from it: traits, which
-- later make matches.

CREATE TABLE IF NOT EXISTS public.community_posts (
  id           uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  author_id    uuid        NOT NULL REFERENCES public.profiles (id) ON DELETE CASCADE,
  topic_id     uuid        REFERENCES public.content_topics (id) ON DELETE SET NULL,
  body         text        NOT NULL CHECK (length(body) BETWEEN 1 AND 4000),
  status       text        NOT NULL DEFAULT 'visible' CHECK (status IN ('visible', 'hidden')),
  extracted_at timestamptz,
  created_at   timestamptz NOT NULL DEFAULT now(),
  updated_at   timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE public.community_posts IS 'What members write; extracted_at is when the nightly job has read it';
CREATE INDEX IF NOT EXISTS community_posts_author_idx ON public.community_posts (author_id);
CREATE INDEX IF NOT EXISTS community_posts_topic_idx  ON public.community_posts (topic_id, created_at);
CREATE INDEX IF NOT EXISTS community_posts_unread_idx ON public.community_posts (created_at) WHERE extracted_at IS NULL;
CREATE TRIGGER community_posts_set_updated_at BEFORE UPDATE ON public.community_posts
  FOR EACH ROW EXECUTE FUNCTION public.set_updated_at();

CREATE TABLE IF NOT EXISTS public.post_comments (
  id         uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  post_id    uuid        NOT NULL REFERENCES public.community_posts (id) ON DELETE CASCADE,
  author_id  uuid        NOT NULL REFERENCES public.profiles (id) ON DELETE CASCADE,
  parent_id  uuid        REFERENCES public.post_comments (id) ON DELETE CASCADE,
  body       text        NOT NULL CHECK (length(body) BETWEEN 1 AND 1000),
  created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE public.post_comments IS 'Comments on posts, and answers to comments';
CREATE INDEX IF NOT EXISTS post_comments_post_idx   ON public.post_comments (post_id, created_at);
CREATE INDEX IF NOT EXISTS post_comments_author_idx ON public.post_comments (author_id);
CREATE INDEX IF NOT EXISTS post_comments_parent_idx ON public.post_comments (parent_id);

CREATE TABLE IF NOT EXISTS public.post_reactions (
  post_id    uuid        NOT NULL REFERENCES public.community_posts (id) ON DELETE CASCADE,
  profile_id uuid        NOT NULL REFERENCES public.profiles (id) ON DELETE CASCADE,
  reaction   text        NOT NULL CHECK (reaction IN ('like', 'laugh', 'hug')),
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (post_id, profile_id)
);
COMMENT ON TABLE public.post_reactions IS 'One reaction of each member to a post';
CREATE INDEX IF NOT EXISTS post_reactions_profile_idx ON public.post_reactions (profile_id);

-- What was extracted: trait -> 0 to 1.
ALTER TABLE public.profiles ADD COLUMN IF NOT EXISTS traits jsonb NOT NULL DEFAULT '{}';
ALTER TABLE public.profiles ADD COLUMN IF NOT EXISTS traits_updated_at timestamptz;

ALTER TABLE public.community_posts ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE public.post_comments   ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE public.post_reactions  ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

CREATE POLICY community_posts_select ON public.community_posts
  FOR SELECT TO authenticated USING (status = 'visible' OR author_id = (SELECT auth.uid()));
CREATE POLICY community_posts_insert ON public.community_posts
  FOR INSERT TO authenticated WITH CHECK (author_id = (SELECT auth.uid()));
CREATE POLICY community_posts_update ON public.community_posts
  FOR UPDATE TO authenticated USING (author_id = (SELECT auth.uid())) WITH CHECK (author_id = (SELECT auth.uid()));
CREATE POLICY community_posts_delete ON public.community_posts
  FOR DELETE TO authenticated USING (author_id = (SELECT auth.uid()));

CREATE POLICY post_comments_select ON public.post_comments
  FOR SELECT TO authenticated USING (post_id IN (SELECT p.id FROM public.community_posts p));
CREATE POLICY post_comments_insert ON public.post_comments
  FOR INSERT TO authenticated WITH CHECK (author_id = (SELECT auth.uid()));
CREATE POLICY post_comments_delete ON public.post_comments
  FOR DELETE TO authenticated USING (author_id = (SELECT auth.uid()));

CREATE POLICY post_reactions_select ON public.post_reactions
  FOR SELECT TO authenticated USING (post_id IN (SELECT p.id FROM public.community_posts p));
CREATE POLICY post_reactions_insert ON public.post_reactions
  FOR INSERT TO authenticated WITH CHECK (profile_id = (SELECT auth.uid()));
CREATE POLICY post_reactions_delete ON public.post_reactions
  FOR DELETE TO authenticated USING (profile_id = (SELECT auth.uid()));

GRANT SELECT, INSERT, DELETE ON public.community_posts, public.post_comments, public.post_reactions TO authenticated;
GRANT UPDATE (body, topic_id) ON public.community_posts TO authenticated;
