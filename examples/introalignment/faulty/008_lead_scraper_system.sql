-- Where people look for a partner in public: sources, what was found there, and the
-- letters that go out. Nothing of this is for members: no policy, no grant. The app's
-- server comes as `service_role`.

CREATE TABLE IF NOT EXISTS public.lead_sources (
  id         uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  slug       text        NOT NULL UNIQUE,
  kind       text        NOT NULL,
  base_url   text        NOT NULL,
  is_active  boolean     NOT NULL DEFAULT true,
  created_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT lead_sources_kind_check CHECK (kind IN ('forum', 'directory'))
);
COMMENT ON TABLE public.lead_sources IS 'Where the scraper looks';

CREATE TABLE IF NOT EXISTS public.scrape_runs (
  id          uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  source_id   uuid        NOT NULL REFERENCES public.lead_sources (id) ON DELETE CASCADE,
  started_at  timestamptz NOT NULL DEFAULT now(),
  finished_at timestamptz CHECK (finished_at >= started_at),
  found       integer     NOT NULL DEFAULT 0,
  error       text
);
COMMENT ON TABLE public.scrape_runs IS 'Each run of the scraper, and how it ended';
CREATE INDEX IF NOT EXISTS scrape_runs_source_idx ON public.scrape_runs (source_id, started_at);

CREATE TABLE IF NOT EXISTS public.leads (
  id         uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  source_id  uuid        NOT NULL REFERENCES public.lead_sources (id) ON DELETE RESTRICT,
  handle     text        NOT NULL,
  contact    text,
  status     text        NOT NULL DEFAULT 'new' CHECK (status IN ('new', 'contacted', 'answered', 'joined', 'refused')),
  notes      text,
  found_at   timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT leads_source_handle_key UNIQUE (source_id, handle)
);
COMMENT ON TABLE public.leads IS 'People who may want to join; whoever refuses is never written to again';
CREATE INDEX IF NOT EXISTS leads_status_idx ON public.leads (status, found_at);
CREATE TRIGGER leads_set_updated_at BEFORE UPDATE ON public.leads
  FOR EACH ROW EXECUTE FUNCTION public.set_updated_at();

CREATE TABLE IF NOT EXISTS public.outreach_sequences (
  id         uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  slug       text        NOT NULL UNIQUE,
  title      text        NOT NULL,
  is_active  boolean     NOT NULL DEFAULT true,
  created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE public.outreach_sequences IS 'Letters that belong together';

CREATE TABLE IF NOT EXISTS public.sequence_emails (
  id          uuid     PRIMARY KEY DEFAULT gen_random_uuid(),
  sequence_id uuid     NOT NULL REFERENCES public.outreach_sequences (id) ON DELETE CASCADE,
  sort_order  smallint NOT NULL,
  wait_days   smallint NOT NULL CHECK (wait_days >= 0),
  subject     text     NOT NULL,
  body        text     NOT NULL,
  CONSTRAINT sequence_emails_sequence_order_key UNIQUE (sequence_id, sort_order)
);
COMMENT ON TABLE public.sequence_emails IS 'The letters of a sequence, in order';

CREATE TABLE IF NOT EXISTS public.sequence_enrollments (
  id          uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  sequence_id uuid        NOT NULL REFERENCES public.outreach_sequences (id) ON DELETE RESTRICT,
  lead_id     uuid        NOT NULL REFERENCES public.leads (id) ON DELETE CASCADE,
  status      text        NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'stopped', 'finished')),
  enrolled_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT sequence_enrollments_sequence_lead_key UNIQUE (sequence_id, lead_id)
);
COMMENT ON TABLE public.sequence_enrollments IS 'Which lead gets which sequence';
CREATE INDEX IF NOT EXISTS sequence_enrollments_lead_idx ON public.sequence_enrollments (lead_id);

CREATE TABLE IF NOT EXISTS public.email_sends (
  id            uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  lead_id       uuid        NOT NULL REFERENCES public.leads (id) ON DELETE CASCADE,
  enrollment_id uuid        REFERENCES public.sequence_enrollments (id) ON DELETE SET NULL,
  email_id      uuid        REFERENCES public.sequence_emails (id) ON DELETE SET NULL,
  status        text        NOT NULL DEFAULT 'queued' CHECK (status IN ('queued', 'sent', 'bounced')),
  sent_at       timestamptz,
  created_at    timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE public.email_sends IS 'Each letter that was sent, or is to be';
CREATE INDEX IF NOT EXISTS email_sends_lead_idx       ON public.email_sends (lead_id);
CREATE INDEX IF NOT EXISTS email_sends_enrollment_idx ON public.email_sends (enrollment_id);
CREATE INDEX IF NOT EXISTS email_sends_email_idx      ON public.email_sends (email_id);
CREATE INDEX IF NOT EXISTS email_sends_queued_idx     ON public.email_sends (created_at) WHERE status = 'queued';

CREATE TABLE IF NOT EXISTS public.outreach_responses (
  id          uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  lead_id     uuid        NOT NULL REFERENCES public.leads (id) ON DELETE CASCADE,
  send_id     uuid        REFERENCES public.email_sends (id) ON DELETE SET NULL,
  body        text        NOT NULL,
  sentiment   text        CHECK (sentiment IN ('glad', 'neutral', 'annoyed')),
  received_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE public.outreach_responses IS 'What came back';
CREATE INDEX IF NOT EXISTS outreach_responses_lead_idx ON public.outreach_responses (lead_id);
CREATE INDEX IF NOT EXISTS outreach_responses_send_idx ON public.outreach_responses (send_id);

ALTER TABLE public.lead_sources         ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE public.scrape_runs          ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE public.leads                ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE public.outreach_sequences   ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE public.sequence_emails      ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE public.sequence_enrollments ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE public.email_sends          ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE public.outreach_responses   ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
