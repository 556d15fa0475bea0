-- Games, by which members tell about themselves without filling in a form, and what
-- keeps them coming back: days of activity and badges.

CREATE TABLE IF NOT EXISTS public.games (
  id          uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  slug        text        NOT NULL UNIQUE,
  title       text        NOT NULL,
  kind        text        NOT NULL,
  description text,
  is_active   boolean     NOT NULL DEFAULT true,
  created_at  timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT games_kind_check CHECK (kind IN ('choice', 'ranking'))
);
COMMENT ON TABLE public.games IS 'The games that there are';

CREATE TABLE IF NOT EXISTS public.game_questions (
  id         uuid     PRIMARY KEY DEFAULT gen_random_uuid(),
  game_id    uuid     NOT NULL REFERENCES public.games (id) ON DELETE CASCADE,
  sort_order smallint NOT NULL,
  prompt     text     NOT NULL,
  options    jsonb    NOT NULL DEFAULT '[]',
  trait      text,
  CONSTRAINT game_questions_game_order_key UNIQUE (game_id, sort_order)
);
COMMENT ON TABLE public.game_questions IS 'The questions of a game, in order, and the trait that each one is about';

CREATE TABLE IF NOT EXISTS public.user_game_sessions (
  id          uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  profile_id  uuid        NOT NULL REFERENCES public.profiles (id) ON DELETE CASCADE,
  game_id     uuid        NOT NULL REFERENCES public.games (id) ON DELETE RESTRICT,
  started_at  timestamptz NOT NULL DEFAULT now(),
  finished_at timestamptz CHECK (finished_at >= started_at)
);
COMMENT ON TABLE public.user_game_sessions IS 'Each time that a member plays a game; without an end it is still open';
CREATE INDEX IF NOT EXISTS user_game_sessions_profile_idx ON public.user_game_sessions (profile_id, started_at);
CREATE INDEX IF NOT EXISTS user_game_sessions_game_idx    ON public.user_game_sessions (game_id);

CREATE TABLE IF NOT EXISTS public.user_game_responses (
  id          uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  session_id  uuid        NOT NULL REFERENCES public.user_game_sessions (id) ON DELETE CASCADE,
  question_id uuid        NOT NULL REFERENCES public.game_questions (id) ON DELETE RESTRICT,
  answer      jsonb       NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT user_game_responses_session_question_key UNIQUE (session_id, question_id)
);
COMMENT ON TABLE public.user_game_responses IS 'What a member answered';
CREATE INDEX IF NOT EXISTS user_game_responses_question_idx ON public.user_game_responses (question_id);

CREATE TABLE IF NOT EXISTS public.engagement_sessions (
  profile_id   uuid     NOT NULL REFERENCES public.profiles (id) ON DELETE CASCADE,
  day          date     NOT NULL,
  minutes      smallint NOT NULL DEFAULT 0 CHECK (minutes BETWEEN 0 AND 1440),
  games_played smallint NOT NULL DEFAULT 0,
  streak_days  smallint NOT NULL DEFAULT 1,
  PRIMARY KEY (profile_id, day)
);
COMMENT ON TABLE public.engagement_sessions IS 'How long each member was here, by day';
CREATE INDEX IF NOT EXISTS engagement_sessions_day_idx ON public.engagement_sessions (day);

CREATE TABLE IF NOT EXISTS public.badges (
  slug        text     PRIMARY KEY,
  title       text     NOT NULL,
  description text     NOT NULL,
  sort_order  smallint NOT NULL
);
COMMENT ON TABLE public.badges IS 'The badges that there are';

CREATE TABLE IF NOT EXISTS public.user_badges (
  profile_id uuid        NOT NULL REFERENCES public.profiles (id) ON DELETE CASCADE,
  badge_slug text        NOT NULL REFERENCES public.badges (slug) ON DELETE RESTRICT,
  earned_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (profile_id, badge_slug)
);
COMMENT ON TABLE public.user_badges IS 'Which member has which badge; the app''s server gives them';
CREATE INDEX IF NOT EXISTS user_badges_badge_idx ON public.user_badges (badge_slug);

ALTER TABLE public.games               ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE public.game_questions      ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE public.user_game_sessions  ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE public.user_game_responses ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE public.engagement_sessions ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE public.badges              ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE public.user_badges         ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

CREATE POLICY games_select ON public.games
  FOR SELECT TO authenticated USING (is_active);
CREATE POLICY game_questions_select ON public.game_questions
  FOR SELECT TO authenticated USING (game_id IN (SELECT g.id FROM public.games g WHERE g.is_active));
CREATE POLICY badges_select ON public.badges
  FOR SELECT TO authenticated USING ((SELECT auth.uid()) IS NOT NULL);

CREATE POLICY user_game_sessions_select ON public.user_game_sessions
  FOR SELECT TO authenticated USING (profile_id = (SELECT auth.uid()));
CREATE POLICY user_game_sessions_insert ON public.user_game_sessions
  FOR INSERT TO authenticated WITH CHECK (profile_id = (SELECT auth.uid()));
CREATE POLICY user_game_sessions_update ON public.user_game_sessions
  FOR UPDATE TO authenticated USING (profile_id = (SELECT auth.uid())) WITH CHECK (profile_id = (SELECT auth.uid()));

CREATE POLICY user_game_responses_select ON public.user_game_responses
  FOR SELECT TO authenticated
  USING (session_id IN (SELECT s.id FROM public.user_game_sessions s WHERE s.profile_id = (SELECT auth.uid())));
CREATE POLICY user_game_responses_insert ON public.user_game_responses
  FOR INSERT TO authenticated
  WITH CHECK (session_id IN (SELECT s.id FROM public.user_game_sessions s WHERE s.profile_id = (SELECT auth.uid())));

CREATE POLICY engagement_sessions_select ON public.engagement_sessions
  FOR SELECT TO authenticated USING (profile_id = (SELECT auth.uid()));
CREATE POLICY user_badges_select ON public.user_badges
  FOR SELECT TO authenticated USING (profile_id = (SELECT auth.uid()));

GRANT SELECT         ON public.games, public.game_questions, public.badges TO authenticated;
GRANT SELECT         ON public.engagement_sessions, public.user_badges     TO authenticated;
GRANT SELECT, INSERT ON public.user_game_sessions, public.user_game_responses TO authenticated;
GRANT UPDATE (finished_at) ON public.user_game_sessions TO authenticated;
