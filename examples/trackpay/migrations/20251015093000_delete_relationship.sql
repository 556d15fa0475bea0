-- The one way to end a relationship. It runs as its owner, so it checks for itself who
-- asks, whether the relationship is theirs, and that no clock is running. Sessions,
-- payments and requests stay: they are the books of both sides.

CREATE FUNCTION public.delete_client_relationship_safely(client uuid) RETURNS uuid
  LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = ''
  AS $$
DECLARE
  account  uuid := auth.uid();
  provider uuid;
  found_id uuid;
  entry    uuid;
BEGIN
  IF account IS NULL THEN
    RAISE EXCEPTION 'Not authenticated' USING ERRCODE = 'insufficient_privilege';
  END IF;

  SELECT u.id INTO provider
  FROM public.trackpay_users u
  WHERE u.auth_user_id = account AND u.role = 'provider';

  -- Locked, so that of two calls at once only one deletes and writes.
  SELECT r.id INTO found_id
  FROM public.trackpay_relationships r
  WHERE r.provider_id = provider AND r.client_id = client
  FOR UPDATE;
  IF found_id IS NULL THEN
    RAISE EXCEPTION 'No such client' USING ERRCODE = 'no_data_found';
  END IF;

  IF EXISTS (
    SELECT FROM public.trackpay_sessions s
    WHERE s.provider_id = provider AND s.client_id = client AND s.ended_at IS NULL
  ) THEN
    RAISE EXCEPTION 'A session is still running' USING ERRCODE = 'object_in_use';
  END IF;

  INSERT INTO public.trackpay_relationship_audit (
    relationship_id, provider_id, client_id, deleted_by, session_count, payment_count)
  VALUES (
    found_id, provider, client, provider,
    (SELECT count(*) FROM public.trackpay_sessions s WHERE s.provider_id = provider AND s.client_id = client),
    (SELECT count(*) FROM public.trackpay_payments p WHERE p.provider_id = provider AND p.client_id = client))
  RETURNING id INTO entry;

  DELETE FROM public.trackpay_relationships r WHERE r.id = found_id;
  RETURN entry;
END
$$;

COMMENT ON FUNCTION public.delete_client_relationship_safely(uuid)
  IS 'Ends the relationship of the provider who is signed in with a client; returns the audit entry';

REVOKE EXECUTE ON FUNCTION public.delete_client_relationship_safely(uuid) FROM PUBLIC;
GRANT  EXECUTE ON FUNCTION public.delete_client_relationship_safely(uuid) TO authenticated;
