-- Bots write to leads, sum up conversations and watch the community. Each one says that
-- it is alive.

CREATE TABLE IF NOT EXISTS public.ai_bot_health (
  id               uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  bot_name         text        NOT NULL,
  status           text        NOT NULL CHECK (status IN ('healthy', 'degraded', 'down')),
  latency_ms       integer     CHECK (latency_ms >= 0),
  error            text,
  checked_at       timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE public.ai_bot_health IS 'What each bot said of itself, and when';
CREATE INDEX IF NOT EXISTS ai_bot_health_bot_idx ON public.ai_bot_health (bot_name, checked_at DESC);

ALTER TABLE public.ai_bot_health ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY ai_bot_health_select ON public.ai_bot_health
  FOR SELECT TO authenticated USING ((SELECT private.is_admin()));
GRANT SELECT ON public.ai_bot_health TO authenticated;

-- Letters may be written by a bot; a person looks at them before they go out.
ALTER TABLE public.email_sends ADD COLUMN IF NOT EXISTS written_by_bot text;
ALTER TABLE public.email_sends ADD COLUMN IF NOT EXISTS approved_at timestamptz;
