-- The team gets a dashboard. Who is of the team is written in the profile, where members
-- cannot change it; the policies ask once per statement.

ALTER TABLE public.profiles ADD COLUMN IF NOT EXISTS is_admin boolean NOT NULL DEFAULT false;

-- A new profile cannot make itself one of the team.
REVOKE INSERT ON public.profiles FROM authenticated;
GRANT INSERT (id, display_name, birth_date, gender, city, bio) ON public.profiles TO authenticated;

-- SECURITY DEFINER, so that the policies of profiles do not ask themselves.
CREATE OR REPLACE FUNCTION private.is_admin() RETURNS boolean
  LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = ''
  AS $$ SELECT EXISTS (SELECT FROM public.profiles p WHERE p.id = (SELECT auth.uid()) AND p.is_admin) $$;
COMMENT ON FUNCTION private.is_admin() IS 'Whether whoever is signed in belongs to the team';
GRANT USAGE   ON SCHEMA private TO authenticated;
GRANT EXECUTE ON FUNCTION private.is_admin() TO authenticated;

-- What members see of themselves, the team sees of all.
ALTER POLICY profiles_select ON public.profiles
  USING (id = (SELECT auth.uid()) OR (SELECT private.is_admin()));
ALTER POLICY engagement_sessions_select ON public.engagement_sessions
  USING (profile_id = (SELECT auth.uid()) OR (SELECT private.is_admin()));
ALTER POLICY matches_select ON public.matches
  USING (profile_a_id = (SELECT auth.uid()) OR profile_b_id = (SELECT auth.uid()) OR (SELECT private.is_admin()));
ALTER POLICY match_feedback_select ON public.match_feedback
  USING (profile_id = (SELECT auth.uid()) OR (SELECT private.is_admin()));
ALTER POLICY community_posts_select ON public.community_posts
  USING (status = 'visible' OR author_id = (SELECT auth.uid()) OR (SELECT private.is_admin()));

-- What was for the app's server alone, the team may read.
CREATE POLICY lead_sources_select         ON public.lead_sources         FOR SELECT TO authenticated USING ((SELECT private.is_admin()));
CREATE POLICY scrape_runs_select          ON public.scrape_runs          FOR SELECT TO authenticated USING ((SELECT private.is_admin()));
CREATE POLICY leads_select                ON public.leads                FOR SELECT TO authenticated USING ((SELECT private.is_admin()));
CREATE POLICY outreach_sequences_select   ON public.outreach_sequences   FOR SELECT TO authenticated USING ((SELECT private.is_admin()));
CREATE POLICY sequence_emails_select      ON public.sequence_emails      FOR SELECT TO authenticated USING ((SELECT private.is_admin()));
CREATE POLICY sequence_enrollments_select ON public.sequence_enrollments FOR SELECT TO authenticated USING ((SELECT private.is_admin()));
CREATE POLICY email_sends_select          ON public.email_sends          FOR SELECT TO authenticated USING ((SELECT private.is_admin()));
CREATE POLICY outreach_responses_select   ON public.outreach_responses   FOR SELECT TO authenticated USING ((SELECT private.is_admin()));

GRANT SELECT ON public.lead_sources, public.scrape_runs, public.leads, public.outreach_sequences, public.sequence_emails,
  public.sequence_enrollments, public.email_sends, public.outreach_responses TO authenticated;

-- One line per day. It has to read as the person who asks: security_invoker, which there
-- is from PostgreSQL 15 on. On older servers only the app's own server may read it.
CREATE OR REPLACE VIEW public.admin_daily_activity AS
SELECT e.day, count(*) AS members, sum(e.minutes) AS minutes, sum(e.games_played) AS games_played,
       (SELECT count(*) FROM public.matches m WHERE (m.created_at AT TIME ZONE 'UTC')::date = e.day) AS matches
FROM public.engagement_sessions e
GROUP BY e.day;
COMMENT ON VIEW public.admin_daily_activity IS 'Per day: how many members came, how long, and how many matches were made';

DO $$
BEGIN
  IF current_setting('server_version_num')::integer >= 150000 THEN
    ALTER VIEW public.admin_daily_activity SET (security_invoker = true);
    GRANT SELECT ON public.admin_daily_activity TO authenticated;
  END IF;
END
$$;
