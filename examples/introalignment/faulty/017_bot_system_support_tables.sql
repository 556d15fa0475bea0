-- What 016 left out: the trail of what bots did. It has no foreign keys, because it has
-- to outlive the rows that it is about.

CREATE TABLE IF NOT EXISTS public.bot_actions_log (
  id           bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  bot_name     text        NOT NULL,
  action       text        NOT NULL,
  target_table text,
  target_id    uuid,
  details      jsonb       NOT NULL DEFAULT '{}',
  happened_at  timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE public.bot_actions_log IS 'What bots did, to what, and when; never changed';
CREATE INDEX IF NOT EXISTS bot_actions_log_bot_idx    ON public.bot_actions_log (bot_name, happened_at DESC);
CREATE INDEX IF NOT EXISTS bot_actions_log_target_idx ON public.bot_actions_log (target_id) WHERE target_id IS NOT NULL;

ALTER TABLE public.bot_actions_log ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY bot_actions_log_select ON public.bot_actions_log
  FOR SELECT TO authenticated USING ((SELECT private.is_admin()));
GRANT SELECT ON public.bot_actions_log TO authenticated;

-- The state that a bot is in, for the dashboard: its last word.
CREATE OR REPLACE FUNCTION public.bot_status() RETURNS TABLE (bot_name text, status text, checked_at timestamptz)
  LANGUAGE sql STABLE
  SET search_path = ''
  AS $$
  SELECT DISTINCT ON (h.bot_name) h.bot_name, h.status, h.checked_at
  FROM public.ai_bot_health h
  ORDER BY h.bot_name, h.checked_at DESC
$$;
COMMENT ON FUNCTION public.bot_status() IS 'The last word of each bot; empty for whoever is not of the team';
GRANT EXECUTE ON FUNCTION public.bot_status() TO authenticated;
