-- What went wrong when production was set up by hand. Each mistake is one that a check
-- of `pgdeck audit` names, and no other check does; README.md has the way back.

-- FK01: set up before payments were to keep those who paid, and forgotten since. Deleting
-- a client takes the money with it.
ALTER TABLE public.trackpay_payments
  DROP CONSTRAINT trackpay_payments_client_id_fkey,
  ADD  CONSTRAINT trackpay_payments_client_id_fkey FOREIGN KEY (client_id)
    REFERENCES public.trackpay_users (id) ON DELETE CASCADE;

-- FK01: a table tool added this key again and left the rule out. No session that was
-- asked for can be deleted.
ALTER TABLE public.trackpay_requests
  DROP CONSTRAINT trackpay_requests_session_id_fkey,
  ADD  CONSTRAINT trackpay_requests_session_id_fkey FOREIGN KEY (session_id)
    REFERENCES public.trackpay_sessions (id);

-- FK02: dropped, and the statement that was to add it again was never run.
ALTER TABLE public.trackpay_relationships DROP CONSTRAINT trackpay_relationships_client_id_fkey;

-- FK03: taken for an index that nobody needs, because no query uses it. Deletes do.
DROP INDEX public.trackpay_invites_client_id_idx;

-- FK04: every entry of the feed had a session, so the column was made mandatory. The
-- foreign key still says SET NULL: from now on deleting a session fails.
ALTER TABLE public.trackpay_activities ALTER COLUMN session_id SET NOT NULL;

-- FK05: added without looking at the rows, and nobody has looked since.
ALTER TABLE public.trackpay_sessions
  DROP CONSTRAINT trackpay_sessions_client_id_fkey,
  ADD  CONSTRAINT trackpay_sessions_client_id_fkey FOREIGN KEY (client_id)
    REFERENCES public.trackpay_users (id) ON DELETE RESTRICT NOT VALID;

-- RL01: a look at the audit trail through the API, for a day. Whoever is signed in reads
-- everybody's ever since.
GRANT SELECT ON public.trackpay_relationship_audit TO authenticated;
ALTER TABLE public.trackpay_relationship_audit DISABLE ROW LEVEL SECURITY;

-- RL03: switched off for an import, and not on again. The policies look as if all were well.
ALTER TABLE public.trackpay_activities DISABLE ROW LEVEL SECURITY;

-- RL06: a quick way to let clients decline, beside the policy that lets either side
-- answer. Everybody may answer everybody's requests.
CREATE POLICY requests_decline ON public.trackpay_requests
  FOR UPDATE TO authenticated
  USING (true);

-- RL15: all rights had been granted to visitors, and the four that everybody thinks of
-- taken back. No policy keeps anyone from emptying a table.
GRANT ALL ON public.trackpay_invites TO anon;
REVOKE SELECT, INSERT, UPDATE, DELETE ON public.trackpay_invites FROM anon;

-- FV01: replaced without its search_path; CREATE OR REPLACE keeps only what it repeats.
CREATE OR REPLACE FUNCTION public.trackpay_set_updated_at() RETURNS trigger
  LANGUAGE plpgsql
  AS $$
BEGIN
  -- A statement that names a time of its own keeps it.
  IF NEW.updated_at IS NOT DISTINCT FROM OLD.updated_at THEN
    NEW.updated_at := pg_catalog.now();
  END IF;
  RETURN NEW;
END
$$;

-- FV03: replaced too, by its own text and without its option. It now reads as its owner,
-- past all policies. (Below PostgreSQL 15 there is nothing to lose.)
DO $$
BEGIN
  EXECUTE 'CREATE OR REPLACE VIEW public.trackpay_balances AS ' || pg_get_viewdef('public.trackpay_balances'::regclass);
END
$$;

-- FV07: dropped and created again, which loses the grant: nobody can delete a client.
REVOKE EXECUTE ON FUNCTION public.delete_client_relationship_safely(uuid) FROM authenticated;

-- IX01: the second request for the same session was withdrawn. The index that stumbled
-- over it was not built again: it has a name and guards nothing.
UPDATE public.trackpay_requests AS second SET status = 'withdrawn', answered_at = requested_at + interval '1 day'
WHERE status = 'open' AND EXISTS (
  SELECT FROM public.trackpay_requests first
  WHERE first.session_id = second.session_id AND first.status = 'open' AND first.requested_at < second.requested_at
);

-- SQ01: set behind the imported numbers. Some 47 million are left of an int4's.
SELECT setval(pg_get_serial_sequence('public.trackpay_activities', 'number'), 2100000040);
