-- Row level security on all eight tables, one policy per role and command, and grants
-- that go exactly as far as the policies: a grant without a policy is a hole in which
-- rows silently disappear.
--
-- Visitors who are not signed in (`anon`) get nothing. `service_role` and `auditor`
-- read past the policies. The functions are called inside a subquery, so that they run
-- once per statement and not once per row.

-- Not in a schema that the API serves, so nobody can call it from outside.
CREATE SCHEMA private;
COMMENT ON SCHEMA private IS 'Helpers of the policies; not served by the API';
GRANT USAGE ON SCHEMA private TO authenticated;

-- SECURITY DEFINER, so that the policies of trackpay_users do not ask themselves.
CREATE FUNCTION private.current_user_id() RETURNS uuid
  LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = ''
  AS $$ SELECT u.id FROM public.trackpay_users u WHERE u.auth_user_id = (SELECT auth.uid()) $$;

COMMENT ON FUNCTION private.current_user_id() IS 'The TrackPay user of the account that is signed in';
REVOKE EXECUTE ON FUNCTION private.current_user_id() FROM PUBLIC;
GRANT  EXECUTE ON FUNCTION private.current_user_id() TO authenticated;

ALTER TABLE public.trackpay_users              ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.trackpay_relationships      ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.trackpay_sessions           ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.trackpay_payments           ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.trackpay_requests           ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.trackpay_activities         ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.trackpay_invites            ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.trackpay_relationship_audit ENABLE ROW LEVEL SECURITY;

-- For the owner too. Foreign keys are not checked by the policies, and the functions below
-- belong to a role that reads past them.

ALTER TABLE public.trackpay_users              FORCE ROW LEVEL SECURITY;
ALTER TABLE public.trackpay_relationships      FORCE ROW LEVEL SECURITY;
ALTER TABLE public.trackpay_sessions           FORCE ROW LEVEL SECURITY;
ALTER TABLE public.trackpay_payments           FORCE ROW LEVEL SECURITY;
ALTER TABLE public.trackpay_requests           FORCE ROW LEVEL SECURITY;
ALTER TABLE public.trackpay_activities         FORCE ROW LEVEL SECURITY;
ALTER TABLE public.trackpay_invites            FORCE ROW LEVEL SECURITY;
ALTER TABLE public.trackpay_relationship_audit FORCE ROW LEVEL SECURITY;

-- Users: themselves, and those they work with.

CREATE POLICY users_select ON public.trackpay_users
  FOR SELECT TO authenticated
  USING (
    auth_user_id = (SELECT auth.uid())
    OR id IN (SELECT r.client_id   FROM public.trackpay_relationships r WHERE r.provider_id = (SELECT private.current_user_id()))
    OR id IN (SELECT r.provider_id FROM public.trackpay_relationships r WHERE r.client_id   = (SELECT private.current_user_id()))
  );
CREATE POLICY users_insert ON public.trackpay_users
  FOR INSERT TO authenticated
  WITH CHECK (auth_user_id = (SELECT auth.uid()));
CREATE POLICY users_update ON public.trackpay_users
  FOR UPDATE TO authenticated
  USING      (auth_user_id = (SELECT auth.uid()))
  WITH CHECK (auth_user_id = (SELECT auth.uid()));

-- Relationships: both sides see them, the provider keeps them. There is no policy for
-- DELETE: relationships end through delete_client_relationship_safely(uuid) alone.

CREATE POLICY relationships_select ON public.trackpay_relationships
  FOR SELECT TO authenticated
  USING (provider_id = (SELECT private.current_user_id()) OR client_id = (SELECT private.current_user_id()));
CREATE POLICY relationships_insert ON public.trackpay_relationships
  FOR INSERT TO authenticated
  WITH CHECK (provider_id = (SELECT private.current_user_id()));
CREATE POLICY relationships_update ON public.trackpay_relationships
  FOR UPDATE TO authenticated
  USING      (provider_id = (SELECT private.current_user_id()))
  WITH CHECK (provider_id = (SELECT private.current_user_id()));

-- Sessions: both sides see them, the provider runs the clock.

CREATE POLICY sessions_select ON public.trackpay_sessions
  FOR SELECT TO authenticated
  USING (provider_id = (SELECT private.current_user_id()) OR client_id = (SELECT private.current_user_id()));
CREATE POLICY sessions_insert ON public.trackpay_sessions
  FOR INSERT TO authenticated
  WITH CHECK (provider_id = (SELECT private.current_user_id()));
CREATE POLICY sessions_update ON public.trackpay_sessions
  FOR UPDATE TO authenticated
  USING      (provider_id = (SELECT private.current_user_id()))
  WITH CHECK (provider_id = (SELECT private.current_user_id()));
CREATE POLICY sessions_delete ON public.trackpay_sessions
  FOR DELETE TO authenticated
  USING (provider_id = (SELECT private.current_user_id()));

-- Payments: noted by the provider, and then they stand.

CREATE POLICY payments_select ON public.trackpay_payments
  FOR SELECT TO authenticated
  USING (provider_id = (SELECT private.current_user_id()) OR client_id = (SELECT private.current_user_id()));
CREATE POLICY payments_insert ON public.trackpay_payments
  FOR INSERT TO authenticated
  WITH CHECK (provider_id = (SELECT private.current_user_id()));

-- Requests: the provider asks, either side may answer.

CREATE POLICY requests_select ON public.trackpay_requests
  FOR SELECT TO authenticated
  USING (provider_id = (SELECT private.current_user_id()) OR client_id = (SELECT private.current_user_id()));
CREATE POLICY requests_insert ON public.trackpay_requests
  FOR INSERT TO authenticated
  WITH CHECK (provider_id = (SELECT private.current_user_id()));
CREATE POLICY requests_update ON public.trackpay_requests
  FOR UPDATE TO authenticated
  USING      (provider_id = (SELECT private.current_user_id()) OR client_id = (SELECT private.current_user_id()))
  WITH CHECK (provider_id = (SELECT private.current_user_id()) OR client_id = (SELECT private.current_user_id()));

-- Activities: written by whoever acts, read by both.

CREATE POLICY activities_select ON public.trackpay_activities
  FOR SELECT TO authenticated
  USING (provider_id = (SELECT private.current_user_id()) OR client_id = (SELECT private.current_user_id()));
CREATE POLICY activities_insert ON public.trackpay_activities
  FOR INSERT TO authenticated
  WITH CHECK (provider_id = (SELECT private.current_user_id()) OR client_id = (SELECT private.current_user_id()));

-- Invitations: the provider's. They are claimed through the app's own server, which
-- knows the code and comes as `service_role`.

CREATE POLICY invites_select ON public.trackpay_invites
  FOR SELECT TO authenticated
  USING (provider_id = (SELECT private.current_user_id()) OR claimed_by = (SELECT private.current_user_id()));
CREATE POLICY invites_insert ON public.trackpay_invites
  FOR INSERT TO authenticated
  WITH CHECK (provider_id = (SELECT private.current_user_id()));
CREATE POLICY invites_update ON public.trackpay_invites
  FOR UPDATE TO authenticated
  USING      (provider_id = (SELECT private.current_user_id()))
  WITH CHECK (provider_id = (SELECT private.current_user_id()));
CREATE POLICY invites_delete ON public.trackpay_invites
  FOR DELETE TO authenticated
  USING (provider_id = (SELECT private.current_user_id()));

-- The audit trail: no policy, because nobody reads it through the API. Only the function
-- writes, and support reads as the owner.

-- Grants. Where a row may change, only the columns that are meant to.

GRANT USAGE ON SCHEMA public TO anon, authenticated, service_role, auditor;

GRANT SELECT, INSERT         ON public.trackpay_users              TO authenticated;
GRANT SELECT, INSERT         ON public.trackpay_relationships      TO authenticated;
GRANT SELECT, INSERT, DELETE ON public.trackpay_sessions           TO authenticated;
GRANT SELECT, INSERT         ON public.trackpay_payments           TO authenticated;
GRANT SELECT, INSERT         ON public.trackpay_requests           TO authenticated;
GRANT SELECT, INSERT         ON public.trackpay_activities         TO authenticated;
GRANT SELECT, INSERT, DELETE ON public.trackpay_invites            TO authenticated;

GRANT UPDATE (display_name, currency) ON public.trackpay_users         TO authenticated;
GRANT UPDATE (hourly_rate)            ON public.trackpay_relationships TO authenticated;
GRANT UPDATE (ended_at, note)         ON public.trackpay_sessions      TO authenticated;
GRANT UPDATE (status, answered_at)    ON public.trackpay_requests      TO authenticated;
GRANT UPDATE (status)                 ON public.trackpay_invites       TO authenticated;

GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES    IN SCHEMA public TO service_role;
GRANT SELECT, USAGE                  ON ALL SEQUENCES IN SCHEMA public TO service_role;
GRANT SELECT                         ON ALL TABLES    IN SCHEMA public TO auditor;
GRANT SELECT                         ON ALL SEQUENCES IN SCHEMA public TO auditor;
