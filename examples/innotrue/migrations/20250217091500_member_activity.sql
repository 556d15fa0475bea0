-- What members do. None of these tables ever travels between environments.

CREATE TABLE public.program_enrollments (
  id              uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id         uuid        NOT NULL REFERENCES public.profiles (id)      ON DELETE CASCADE,
  program_id      uuid        NOT NULL REFERENCES public.programs (id)      ON DELETE RESTRICT,
  program_plan_id uuid        REFERENCES public.program_plans (id)          ON DELETE SET NULL,
  status          text        NOT NULL CHECK (status IN ('active', 'completed', 'paused')),
  enrolled_at     timestamptz NOT NULL DEFAULT now(),
  updated_at      timestamptz NOT NULL DEFAULT now(),
  UNIQUE (user_id, program_id)
);
CREATE INDEX program_enrollments_program_id_idx      ON public.program_enrollments (program_id);
CREATE INDEX program_enrollments_program_plan_id_idx ON public.program_enrollments (program_plan_id);

CREATE TABLE public.module_progress (
  id            uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  enrollment_id uuid        NOT NULL REFERENCES public.program_enrollments (id) ON DELETE CASCADE,
  module_id     uuid        NOT NULL REFERENCES public.program_modules (id)     ON DELETE CASCADE,
  status        text        NOT NULL CHECK (status IN ('started', 'done')),
  notes         text,
  completed_at  timestamptz,
  updated_at    timestamptz NOT NULL DEFAULT now(),
  UNIQUE (enrollment_id, module_id)
);
CREATE INDEX module_progress_module_id_idx ON public.module_progress (module_id);

CREATE TABLE public.credit_balances (
  user_id    uuid        PRIMARY KEY REFERENCES public.profiles (id) ON DELETE CASCADE,
  balance    integer     NOT NULL CHECK (balance >= 0),
  updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE public.credit_transactions (
  id         uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id    uuid        NOT NULL REFERENCES public.profiles (id)    ON DELETE CASCADE,
  service_id uuid        REFERENCES public.credit_services (id)      ON DELETE SET NULL,
  amount     integer     NOT NULL CHECK (amount <> 0),
  reason     text        NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX credit_transactions_user_id_idx    ON public.credit_transactions (user_id);
CREATE INDEX credit_transactions_service_id_idx ON public.credit_transactions (service_id);

CREATE TABLE public.notification_preferences (
  user_id              uuid        NOT NULL REFERENCES public.profiles (id)           ON DELETE CASCADE,
  notification_type_id uuid        NOT NULL REFERENCES public.notification_types (id) ON DELETE CASCADE,
  email_enabled        boolean     NOT NULL,
  push_enabled         boolean     NOT NULL,
  updated_at           timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (user_id, notification_type_id)
);
CREATE INDEX notification_preferences_type_id_idx ON public.notification_preferences (notification_type_id);

CREATE TABLE public.session_bookings (
  id              uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  session_type_id uuid        NOT NULL REFERENCES public.session_types (id) ON DELETE RESTRICT,
  client_id       uuid        NOT NULL REFERENCES public.profiles (id)      ON DELETE CASCADE,
  coach_id        uuid        REFERENCES public.profiles (id)               ON DELETE SET NULL,
  starts_at       timestamptz NOT NULL,
  status          text        NOT NULL CHECK (status IN ('booked', 'held', 'cancelled')),
  created_at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX session_bookings_session_type_id_idx ON public.session_bookings (session_type_id);
CREATE INDEX session_bookings_client_id_idx       ON public.session_bookings (client_id);
CREATE INDEX session_bookings_coach_id_idx        ON public.session_bookings (coach_id);

CREATE TABLE public.oauth_tokens (
  id           uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id      uuid        NOT NULL REFERENCES public.profiles (id) ON DELETE CASCADE,
  provider     text        NOT NULL CHECK (provider IN ('calendar', 'video')),
  token_digest text        NOT NULL,
  expires_at   timestamptz NOT NULL,
  created_at   timestamptz NOT NULL DEFAULT now(),
  UNIQUE (user_id, provider)
);

CREATE TABLE public.consent_records (
  id          uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  user_id     uuid        NOT NULL REFERENCES public.profiles (id)       ON DELETE CASCADE,
  terms_id    uuid        NOT NULL REFERENCES public.platform_terms (id) ON DELETE RESTRICT,
  accepted_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (user_id, terms_id)
);
CREATE INDEX consent_records_terms_id_idx ON public.consent_records (terms_id);

CREATE TABLE public.audit_logs (
  id         bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  actor_id   uuid        REFERENCES public.profiles (id) ON DELETE SET NULL,
  action     text        NOT NULL,
  entity     text        NOT NULL,
  entity_id  text,
  details    jsonb       NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX audit_logs_actor_id_idx   ON public.audit_logs (actor_id);
CREATE INDEX audit_logs_created_at_idx ON public.audit_logs (created_at);

COMMENT ON TABLE public.program_enrollments      IS 'Who takes part in which program';
COMMENT ON TABLE public.module_progress          IS 'How far a member is, module by module';
COMMENT ON TABLE public.credit_balances          IS 'Credits that a member has left';
COMMENT ON TABLE public.credit_transactions      IS 'Every credit earned or spent';
COMMENT ON TABLE public.notification_preferences IS 'What a member wants to hear about';
COMMENT ON TABLE public.session_bookings         IS 'Sessions in the calendar';
COMMENT ON TABLE public.oauth_tokens             IS 'Connections to calendars and video calls';
COMMENT ON TABLE public.consent_records          IS 'Which version of the terms a member accepted';
COMMENT ON TABLE public.audit_logs               IS 'Who changed what; append only';

CREATE TRIGGER program_enrollments_set_updated_at BEFORE UPDATE ON public.program_enrollments
  FOR EACH ROW EXECUTE FUNCTION public.set_updated_at();
CREATE TRIGGER module_progress_set_updated_at BEFORE UPDATE ON public.module_progress
  FOR EACH ROW EXECUTE FUNCTION public.set_updated_at();
CREATE TRIGGER credit_balances_set_updated_at BEFORE UPDATE ON public.credit_balances
  FOR EACH ROW EXECUTE FUNCTION public.set_updated_at();
CREATE TRIGGER notification_preferences_set_updated_at BEFORE UPDATE ON public.notification_preferences
  FOR EACH ROW EXECUTE FUNCTION public.set_updated_at();
