-- must fail: 23505
--
-- IX01: one open request for each session, that was the idea. A session had been asked
-- for twice, so the index could not be built; what had been begun stayed.
CREATE UNIQUE INDEX CONCURRENTLY trackpay_requests_open_session_key
  ON public.trackpay_requests (session_id) WHERE status = 'open';
