-- What happens to a row when the row it refers to is deleted. Until now every foreign
-- key said NO ACTION, which refuses like RESTRICT but says nothing about intent, and kept
-- sessions from being deleted that only a feed entry refers to.
--
-- Each rule: drop, add without looking at the rows, then look. Adding takes a short
-- lock; validating lets others write.

-- An account may be closed while the books remain.

ALTER TABLE public.trackpay_users
  DROP CONSTRAINT trackpay_users_auth_user_id_fkey,
  ADD  CONSTRAINT trackpay_users_auth_user_id_fkey FOREIGN KEY (auth_user_id)
    REFERENCES auth.users (id) ON DELETE SET NULL NOT VALID;
ALTER TABLE public.trackpay_users VALIDATE CONSTRAINT trackpay_users_auth_user_id_fkey;

-- Nobody who has ever worked or paid can be deleted by accident.

ALTER TABLE public.trackpay_relationships
  DROP CONSTRAINT trackpay_relationships_provider_id_fkey,
  ADD  CONSTRAINT trackpay_relationships_provider_id_fkey FOREIGN KEY (provider_id)
    REFERENCES public.trackpay_users (id) ON DELETE RESTRICT NOT VALID;
ALTER TABLE public.trackpay_relationships VALIDATE CONSTRAINT trackpay_relationships_provider_id_fkey;

ALTER TABLE public.trackpay_relationships
  DROP CONSTRAINT trackpay_relationships_client_id_fkey,
  ADD  CONSTRAINT trackpay_relationships_client_id_fkey FOREIGN KEY (client_id)
    REFERENCES public.trackpay_users (id) ON DELETE RESTRICT NOT VALID;
ALTER TABLE public.trackpay_relationships VALIDATE CONSTRAINT trackpay_relationships_client_id_fkey;

ALTER TABLE public.trackpay_sessions
  DROP CONSTRAINT trackpay_sessions_provider_id_fkey,
  ADD  CONSTRAINT trackpay_sessions_provider_id_fkey FOREIGN KEY (provider_id)
    REFERENCES public.trackpay_users (id) ON DELETE RESTRICT NOT VALID;
ALTER TABLE public.trackpay_sessions VALIDATE CONSTRAINT trackpay_sessions_provider_id_fkey;

ALTER TABLE public.trackpay_sessions
  DROP CONSTRAINT trackpay_sessions_client_id_fkey,
  ADD  CONSTRAINT trackpay_sessions_client_id_fkey FOREIGN KEY (client_id)
    REFERENCES public.trackpay_users (id) ON DELETE RESTRICT NOT VALID;
ALTER TABLE public.trackpay_sessions VALIDATE CONSTRAINT trackpay_sessions_client_id_fkey;

-- A session that was paid for stays.

ALTER TABLE public.trackpay_payments
  DROP CONSTRAINT trackpay_payments_provider_id_fkey,
  ADD  CONSTRAINT trackpay_payments_provider_id_fkey FOREIGN KEY (provider_id)
    REFERENCES public.trackpay_users (id) ON DELETE RESTRICT NOT VALID;
ALTER TABLE public.trackpay_payments VALIDATE CONSTRAINT trackpay_payments_provider_id_fkey;

ALTER TABLE public.trackpay_payments
  DROP CONSTRAINT trackpay_payments_client_id_fkey,
  ADD  CONSTRAINT trackpay_payments_client_id_fkey FOREIGN KEY (client_id)
    REFERENCES public.trackpay_users (id) ON DELETE RESTRICT NOT VALID;
ALTER TABLE public.trackpay_payments VALIDATE CONSTRAINT trackpay_payments_client_id_fkey;

ALTER TABLE public.trackpay_payments
  DROP CONSTRAINT trackpay_payments_session_id_fkey,
  ADD  CONSTRAINT trackpay_payments_session_id_fkey FOREIGN KEY (session_id)
    REFERENCES public.trackpay_sessions (id) ON DELETE RESTRICT NOT VALID;
ALTER TABLE public.trackpay_payments VALIDATE CONSTRAINT trackpay_payments_session_id_fkey;

-- A request and an entry of the feed outlive a session that was deleted.

ALTER TABLE public.trackpay_requests
  DROP CONSTRAINT trackpay_requests_provider_id_fkey,
  ADD  CONSTRAINT trackpay_requests_provider_id_fkey FOREIGN KEY (provider_id)
    REFERENCES public.trackpay_users (id) ON DELETE RESTRICT NOT VALID;
ALTER TABLE public.trackpay_requests VALIDATE CONSTRAINT trackpay_requests_provider_id_fkey;

ALTER TABLE public.trackpay_requests
  DROP CONSTRAINT trackpay_requests_client_id_fkey,
  ADD  CONSTRAINT trackpay_requests_client_id_fkey FOREIGN KEY (client_id)
    REFERENCES public.trackpay_users (id) ON DELETE RESTRICT NOT VALID;
ALTER TABLE public.trackpay_requests VALIDATE CONSTRAINT trackpay_requests_client_id_fkey;

ALTER TABLE public.trackpay_requests
  DROP CONSTRAINT trackpay_requests_session_id_fkey,
  ADD  CONSTRAINT trackpay_requests_session_id_fkey FOREIGN KEY (session_id)
    REFERENCES public.trackpay_sessions (id) ON DELETE SET NULL NOT VALID;
ALTER TABLE public.trackpay_requests VALIDATE CONSTRAINT trackpay_requests_session_id_fkey;

ALTER TABLE public.trackpay_activities
  DROP CONSTRAINT trackpay_activities_provider_id_fkey,
  ADD  CONSTRAINT trackpay_activities_provider_id_fkey FOREIGN KEY (provider_id)
    REFERENCES public.trackpay_users (id) ON DELETE RESTRICT NOT VALID;
ALTER TABLE public.trackpay_activities VALIDATE CONSTRAINT trackpay_activities_provider_id_fkey;

ALTER TABLE public.trackpay_activities
  DROP CONSTRAINT trackpay_activities_client_id_fkey,
  ADD  CONSTRAINT trackpay_activities_client_id_fkey FOREIGN KEY (client_id)
    REFERENCES public.trackpay_users (id) ON DELETE RESTRICT NOT VALID;
ALTER TABLE public.trackpay_activities VALIDATE CONSTRAINT trackpay_activities_client_id_fkey;

ALTER TABLE public.trackpay_activities
  DROP CONSTRAINT trackpay_activities_session_id_fkey,
  ADD  CONSTRAINT trackpay_activities_session_id_fkey FOREIGN KEY (session_id)
    REFERENCES public.trackpay_sessions (id) ON DELETE SET NULL NOT VALID;
ALTER TABLE public.trackpay_activities VALIDATE CONSTRAINT trackpay_activities_session_id_fkey;

-- Invitations are worth nothing without the people in them; who claimed one may go.

ALTER TABLE public.trackpay_invites
  DROP CONSTRAINT trackpay_invites_provider_id_fkey,
  ADD  CONSTRAINT trackpay_invites_provider_id_fkey FOREIGN KEY (provider_id)
    REFERENCES public.trackpay_users (id) ON DELETE CASCADE NOT VALID;
ALTER TABLE public.trackpay_invites VALIDATE CONSTRAINT trackpay_invites_provider_id_fkey;

ALTER TABLE public.trackpay_invites
  DROP CONSTRAINT trackpay_invites_client_id_fkey,
  ADD  CONSTRAINT trackpay_invites_client_id_fkey FOREIGN KEY (client_id)
    REFERENCES public.trackpay_users (id) ON DELETE CASCADE NOT VALID;
ALTER TABLE public.trackpay_invites VALIDATE CONSTRAINT trackpay_invites_client_id_fkey;

ALTER TABLE public.trackpay_invites
  DROP CONSTRAINT trackpay_invites_claimed_by_fkey,
  ADD  CONSTRAINT trackpay_invites_claimed_by_fkey FOREIGN KEY (claimed_by)
    REFERENCES public.trackpay_users (id) ON DELETE SET NULL NOT VALID;
ALTER TABLE public.trackpay_invites VALIDATE CONSTRAINT trackpay_invites_claimed_by_fkey;
