-- The eight tables. Providers track the hours they work for their clients, ask for
-- payment and note what was paid; both are users.
--
-- The foreign keys get their delete rules in 20251016083000_foreign_key_rules.sql.
-- Every one of them has an index that starts with its column: without, each delete
-- of a parent reads the whole child table.

CREATE FUNCTION public.trackpay_set_updated_at() RETURNS trigger
  LANGUAGE plpgsql
  SET search_path = ''
  AS $$
BEGIN
  -- A statement that names a time of its own keeps it.
  IF NEW.updated_at IS NOT DISTINCT FROM OLD.updated_at THEN
    NEW.updated_at := pg_catalog.now();
  END IF;
  RETURN NEW;
END
$$;

COMMENT ON FUNCTION public.trackpay_set_updated_at() IS 'Stamps updated_at, unless the statement sets it';
REVOKE EXECUTE ON FUNCTION public.trackpay_set_updated_at() FROM PUBLIC;

-- A client whom a provider has added has no account until the invitation is claimed.
CREATE TABLE public.trackpay_users (
  id           uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  auth_user_id uuid        UNIQUE REFERENCES auth.users (id),
  role         text        NOT NULL CHECK (role IN ('provider', 'client')),
  display_name text        NOT NULL CHECK (display_name <> ''),
  currency     text        NOT NULL DEFAULT 'EUR' CHECK (currency ~ '^[A-Z]{3}$'),
  created_at   timestamptz NOT NULL DEFAULT now(),
  updated_at   timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE public.trackpay_relationships (
  id          uuid          PRIMARY KEY DEFAULT gen_random_uuid(),
  provider_id uuid          NOT NULL REFERENCES public.trackpay_users (id),
  client_id   uuid          NOT NULL REFERENCES public.trackpay_users (id),
  hourly_rate numeric(10,2) NOT NULL CHECK (hourly_rate >= 0),
  created_at  timestamptz   NOT NULL DEFAULT now(),
  updated_at  timestamptz   NOT NULL DEFAULT now(),
  CONSTRAINT trackpay_relationships_provider_client_key UNIQUE (provider_id, client_id),
  CHECK (provider_id <> client_id)
);
CREATE INDEX trackpay_relationships_client_id_idx ON public.trackpay_relationships (client_id);

CREATE TABLE public.trackpay_sessions (
  id          uuid          PRIMARY KEY DEFAULT gen_random_uuid(),
  provider_id uuid          NOT NULL REFERENCES public.trackpay_users (id),
  client_id   uuid          NOT NULL REFERENCES public.trackpay_users (id),
  started_at  timestamptz   NOT NULL,
  ended_at    timestamptz   CHECK (ended_at > started_at),
  hourly_rate numeric(10,2) NOT NULL CHECK (hourly_rate >= 0),
  note        text,
  created_at  timestamptz   NOT NULL DEFAULT now(),
  updated_at  timestamptz   NOT NULL DEFAULT now()
);
CREATE INDEX trackpay_sessions_provider_started_idx ON public.trackpay_sessions (provider_id, started_at);
CREATE INDEX trackpay_sessions_client_started_idx   ON public.trackpay_sessions (client_id, started_at);

-- A payment without a session is an advance.
CREATE TABLE public.trackpay_payments (
  id          uuid          PRIMARY KEY DEFAULT gen_random_uuid(),
  provider_id uuid          NOT NULL REFERENCES public.trackpay_users (id),
  client_id   uuid          NOT NULL REFERENCES public.trackpay_users (id),
  session_id  uuid          REFERENCES public.trackpay_sessions (id),
  amount      numeric(10,2) NOT NULL CHECK (amount > 0),
  currency    text          NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  method      text          NOT NULL CHECK (method IN ('transfer', 'card', 'cash')),
  paid_at     timestamptz   NOT NULL,
  created_at  timestamptz   NOT NULL DEFAULT now()
);
CREATE INDEX trackpay_payments_provider_paid_idx ON public.trackpay_payments (provider_id, paid_at);
CREATE INDEX trackpay_payments_client_paid_idx   ON public.trackpay_payments (client_id, paid_at);
CREATE INDEX trackpay_payments_session_id_idx    ON public.trackpay_payments (session_id);

CREATE TABLE public.trackpay_requests (
  id           uuid          PRIMARY KEY DEFAULT gen_random_uuid(),
  provider_id  uuid          NOT NULL REFERENCES public.trackpay_users (id),
  client_id    uuid          NOT NULL REFERENCES public.trackpay_users (id),
  session_id   uuid          REFERENCES public.trackpay_sessions (id),
  amount       numeric(10,2) NOT NULL CHECK (amount > 0),
  currency     text          NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  status       text          NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'paid', 'declined', 'withdrawn')),
  requested_at timestamptz   NOT NULL,
  answered_at  timestamptz   CHECK (answered_at >= requested_at),
  created_at   timestamptz   NOT NULL DEFAULT now(),
  updated_at   timestamptz   NOT NULL DEFAULT now()
);
CREATE INDEX trackpay_requests_provider_requested_idx ON public.trackpay_requests (provider_id, requested_at);
CREATE INDEX trackpay_requests_client_requested_idx   ON public.trackpay_requests (client_id, requested_at);
CREATE INDEX trackpay_requests_session_id_idx         ON public.trackpay_requests (session_id);
CREATE INDEX trackpay_requests_status_requested_idx   ON public.trackpay_requests (status, requested_at);

-- The feed that both sides see. `number` gives it an order that does not depend on clocks.
CREATE TABLE public.trackpay_activities (
  id          uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  number      integer     GENERATED BY DEFAULT AS IDENTITY UNIQUE,
  provider_id uuid        NOT NULL REFERENCES public.trackpay_users (id),
  client_id   uuid        NOT NULL REFERENCES public.trackpay_users (id),
  session_id  uuid        REFERENCES public.trackpay_sessions (id),
  kind        text        NOT NULL CHECK (kind IN ('session started', 'session ended', 'payment noted', 'payment requested')),
  details     jsonb       NOT NULL DEFAULT '{}',
  created_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX trackpay_activities_provider_number_idx ON public.trackpay_activities (provider_id, number);
CREATE INDEX trackpay_activities_client_number_idx   ON public.trackpay_activities (client_id, number);
CREATE INDEX trackpay_activities_session_id_idx      ON public.trackpay_activities (session_id);

-- `client_id` is the client whom the provider added, `claimed_by` the user who opened the
-- invitation: often the same row, sometimes one that had been there before.
CREATE TABLE public.trackpay_invites (
  id          uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  provider_id uuid        NOT NULL REFERENCES public.trackpay_users (id),
  client_id   uuid        NOT NULL REFERENCES public.trackpay_users (id),
  claimed_by  uuid        REFERENCES public.trackpay_users (id),
  code        text        NOT NULL UNIQUE,
  status      text        NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'claimed', 'withdrawn')),
  expires_at  timestamptz NOT NULL,
  claimed_at  timestamptz,
  created_at  timestamptz NOT NULL DEFAULT now(),
  CHECK ((status = 'claimed') = (claimed_at IS NOT NULL))
);
CREATE INDEX trackpay_invites_provider_created_idx ON public.trackpay_invites (provider_id, created_at);
CREATE INDEX trackpay_invites_client_id_idx        ON public.trackpay_invites (client_id);
CREATE INDEX trackpay_invites_claimed_by_idx       ON public.trackpay_invites (claimed_by);

-- No foreign keys on purpose: what is written here must outlive the rows it is about.
CREATE TABLE public.trackpay_relationship_audit (
  id              uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  relationship_id uuid        NOT NULL,
  provider_id     uuid        NOT NULL,
  client_id       uuid        NOT NULL,
  deleted_by      uuid        NOT NULL,
  session_count   integer     NOT NULL,
  payment_count   integer     NOT NULL,
  created_at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX trackpay_relationship_audit_provider_created_idx
  ON public.trackpay_relationship_audit (provider_id, created_at);

COMMENT ON TABLE public.trackpay_users              IS 'Providers and clients';
COMMENT ON TABLE public.trackpay_relationships      IS 'Which provider works for which client, and at what rate';
COMMENT ON TABLE public.trackpay_sessions           IS 'Hours worked; without ended_at the clock is running';
COMMENT ON TABLE public.trackpay_payments           IS 'What clients have paid; never changed, never deleted';
COMMENT ON TABLE public.trackpay_requests           IS 'What providers have asked clients to pay';
COMMENT ON TABLE public.trackpay_activities         IS 'The feed of what happened, for both sides';
COMMENT ON TABLE public.trackpay_invites            IS 'Invitations of clients; gone after a while';
COMMENT ON TABLE public.trackpay_relationship_audit IS 'Who deleted which relationship; append only';

CREATE TRIGGER trackpay_users_set_updated_at BEFORE UPDATE ON public.trackpay_users
  FOR EACH ROW EXECUTE FUNCTION public.trackpay_set_updated_at();
CREATE TRIGGER trackpay_relationships_set_updated_at BEFORE UPDATE ON public.trackpay_relationships
  FOR EACH ROW EXECUTE FUNCTION public.trackpay_set_updated_at();
CREATE TRIGGER trackpay_sessions_set_updated_at BEFORE UPDATE ON public.trackpay_sessions
  FOR EACH ROW EXECUTE FUNCTION public.trackpay_set_updated_at();
CREATE TRIGGER trackpay_requests_set_updated_at BEFORE UPDATE ON public.trackpay_requests
  FOR EACH ROW EXECUTE FUNCTION public.trackpay_set_updated_at();
