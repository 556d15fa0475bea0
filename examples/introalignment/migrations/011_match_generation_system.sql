-- Matches: who fits whom, what both say about it, and the report that introduces them.

-- Not in a schema that the API serves, so nobody can call it from outside.
CREATE SCHEMA IF NOT EXISTS private;
COMMENT ON SCHEMA private IS 'Helpers of functions and policies; not served by the API';

CREATE TABLE IF NOT EXISTS public.matches (
  id           uuid         PRIMARY KEY DEFAULT gen_random_uuid(),
  profile_a_id uuid         NOT NULL REFERENCES public.profiles (id) ON DELETE CASCADE,
  profile_b_id uuid         NOT NULL REFERENCES public.profiles (id) ON DELETE CASCADE,
  score        numeric(4,3) NOT NULL CHECK (score BETWEEN 0 AND 1),
  status       text         NOT NULL DEFAULT 'proposed' CHECK (status IN ('proposed', 'accepted', 'declined', 'met')),
  created_at   timestamptz  NOT NULL DEFAULT now(),
  updated_at   timestamptz  NOT NULL DEFAULT now(),
  CONSTRAINT matches_pair_key UNIQUE (profile_a_id, profile_b_id),
  -- Each pair once: the smaller id comes first.
  CONSTRAINT matches_pair_order_check CHECK (profile_a_id < profile_b_id)
);
COMMENT ON TABLE public.matches IS 'Pairs of members who may fit, each pair once';
CREATE INDEX IF NOT EXISTS matches_profile_b_idx ON public.matches (profile_b_id);
CREATE INDEX IF NOT EXISTS matches_status_idx    ON public.matches (status, created_at);
CREATE TRIGGER matches_set_updated_at BEFORE UPDATE ON public.matches
  FOR EACH ROW EXECUTE FUNCTION public.set_updated_at();

CREATE TABLE IF NOT EXISTS public.match_feedback (
  id         uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  match_id   uuid        NOT NULL REFERENCES public.matches (id) ON DELETE CASCADE,
  profile_id uuid        NOT NULL REFERENCES public.profiles (id) ON DELETE CASCADE,
  rating     smallint    NOT NULL CHECK (rating BETWEEN 1 AND 5),
  comment    text,
  created_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT match_feedback_match_profile_key UNIQUE (match_id, profile_id)
);
COMMENT ON TABLE public.match_feedback IS 'What either side says about a match';
CREATE INDEX IF NOT EXISTS match_feedback_profile_idx ON public.match_feedback (profile_id);

CREATE TABLE IF NOT EXISTS public.introduction_reports (
  id           uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  match_id     uuid        NOT NULL UNIQUE REFERENCES public.matches (id) ON DELETE CASCADE,
  summary      text        NOT NULL,
  sections     jsonb       NOT NULL DEFAULT '{}',
  generated_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE public.introduction_reports IS 'The text that introduces a pair, one for each match';

-- How alike two members are: one minus the mean difference of the traits that both have.
CREATE OR REPLACE FUNCTION private.match_score(a jsonb, b jsonb) RETURNS numeric
  LANGUAGE sql IMMUTABLE
  SET search_path = ''
  AS $$
  SELECT coalesce(round(1 - avg(abs(x.value::numeric - y.value::numeric)), 3), 0)
  FROM jsonb_each_text(a) AS x JOIN jsonb_each_text(b) AS y USING (key)
$$;

-- Proposes the best partners of one member: nobody twice, and nobody who rules out what
-- the other one rules in. The app's server calls it, at night.
CREATE OR REPLACE FUNCTION public.generate_matches(member uuid, at_most integer DEFAULT 5) RETURNS integer
  LANGUAGE sql
  SET search_path = ''
  AS $$
  WITH proposed AS (
    INSERT INTO public.matches (profile_a_id, profile_b_id, score)
    SELECT least(p.id, q.id), greatest(p.id, q.id), private.match_score(p.traits, q.traits)
    FROM public.profiles p CROSS JOIN public.profiles q
    WHERE p.id = member AND q.id <> member AND q.onboarded_at IS NOT NULL
      AND NOT EXISTS (
        SELECT FROM public.user_dealbreakers x JOIN public.user_dealbreakers y ON y.profile_id = q.id
        WHERE x.profile_id = p.id
          AND (x.dealbreaker_slug, y.dealbreaker_slug) IN (('no-children', 'wants-children'), ('wants-children', 'no-children')))
    ORDER BY private.match_score(p.traits, q.traits) DESC, q.id
    LIMIT at_most
    ON CONFLICT (profile_a_id, profile_b_id) DO NOTHING
    RETURNING id
  )
  SELECT count(*)::integer FROM proposed
$$;
COMMENT ON FUNCTION public.generate_matches(uuid, integer) IS 'Proposes partners for a member; returns how many are new';
GRANT USAGE   ON SCHEMA private TO service_role;
GRANT EXECUTE ON FUNCTION private.match_score(jsonb, jsonb)     TO service_role;
GRANT EXECUTE ON FUNCTION public.generate_matches(uuid, integer) TO service_role;

ALTER TABLE public.matches              ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE public.match_feedback       ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE public.introduction_reports ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

CREATE POLICY matches_select ON public.matches
  FOR SELECT TO authenticated
  USING (profile_a_id = (SELECT auth.uid()) OR profile_b_id = (SELECT auth.uid()));
CREATE POLICY matches_update ON public.matches
  FOR UPDATE TO authenticated
  USING      (profile_a_id = (SELECT auth.uid()) OR profile_b_id = (SELECT auth.uid()))
  WITH CHECK (profile_a_id = (SELECT auth.uid()) OR profile_b_id = (SELECT auth.uid()));

CREATE POLICY match_feedback_select ON public.match_feedback
  FOR SELECT TO authenticated USING (profile_id = (SELECT auth.uid()));
CREATE POLICY match_feedback_insert ON public.match_feedback
  FOR INSERT TO authenticated
  WITH CHECK (profile_id = (SELECT auth.uid()) AND match_id IN (SELECT m.id FROM public.matches m));

CREATE POLICY introduction_reports_select ON public.introduction_reports
  FOR SELECT TO authenticated USING (match_id IN (SELECT m.id FROM public.matches m));

GRANT SELECT          ON public.matches, public.introduction_reports TO authenticated;
GRANT UPDATE (status) ON public.matches        TO authenticated;
GRANT SELECT, INSERT  ON public.match_feedback TO authenticated;
