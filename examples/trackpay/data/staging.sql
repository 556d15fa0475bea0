-- Staging of TrackPay: what a tester did after the rows had been loaded.
--
-- Load order: migrations/*.sql, data/rows.sql, then this file.

CREATE OR REPLACE FUNCTION pg_temp.id(kind text, key text) RETURNS uuid
  LANGUAGE sql STABLE
  AS $$ SELECT md5(concat_ws(':', 'trackpay', current_setting('trackpay.env'), kind, key))::uuid $$;

-- Two sessions that nobody had paid for, recorded by mistake. Their entries of the feed
-- stay, without a session.
DELETE FROM public.trackpay_sessions
WHERE id IN (pg_temp.id('session', '02/01/2'), pg_temp.id('session', '04/07/2'));

-- An invitation that was taken back.
UPDATE public.trackpay_invites SET status = 'withdrawn'
WHERE id = pg_temp.id('invite', '01/04');
