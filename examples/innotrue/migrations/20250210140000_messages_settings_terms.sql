-- Notifications, email templates, settings, terms of use, status markers.

CREATE TABLE public.notification_categories (
  id          uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  key         text        NOT NULL UNIQUE,
  name        text        NOT NULL,
  description text,
  icon        text,
  order_index integer     NOT NULL DEFAULT 0,
  created_at  timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE public.email_templates (
  template_key text        PRIMARY KEY,
  name         text        NOT NULL,
  subject      text        NOT NULL,
  html_body    text        NOT NULL,
  text_body    text,
  description  text,
  is_active    boolean     NOT NULL DEFAULT true,
  updated_by   uuid        REFERENCES public.profiles (id) ON DELETE SET NULL,
  created_at   timestamptz NOT NULL DEFAULT now(),
  updated_at   timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX email_templates_updated_by_idx ON public.email_templates (updated_by);

CREATE TABLE public.notification_types (
  id            uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  category_id   uuid        NOT NULL REFERENCES public.notification_categories (id) ON DELETE CASCADE,
  key           text        NOT NULL UNIQUE,
  name          text        NOT NULL,
  description   text,
  default_email boolean     NOT NULL DEFAULT true,
  default_push  boolean     NOT NULL DEFAULT false,
  order_index   integer     NOT NULL DEFAULT 0,
  created_at    timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX notification_types_category_id_idx ON public.notification_types (category_id);

CREATE TABLE public.system_settings (
  key         text        PRIMARY KEY CHECK (key ~ '^[a-z0-9_.]+$'),
  value       jsonb       NOT NULL,
  description text,
  created_at  timestamptz NOT NULL DEFAULT now(),
  updated_at  timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE public.platform_terms (
  id                    uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  version               text        NOT NULL UNIQUE,
  title                 text        NOT NULL,
  content_html          text        NOT NULL,
  is_current            boolean     NOT NULL DEFAULT false,
  is_blocking_on_update boolean     NOT NULL DEFAULT false,
  effective_from        date        NOT NULL,
  created_at            timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE public.status_markers (
  id            uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  name          text        NOT NULL UNIQUE,
  display_order integer     NOT NULL DEFAULT 0,
  created_at    timestamptz NOT NULL DEFAULT now()
);

COMMENT ON TABLE public.notification_categories IS 'Headings of the notification preferences';
COMMENT ON TABLE public.notification_types      IS 'Events that members can be told about';
COMMENT ON TABLE public.email_templates         IS 'Emails that the platform sends';
COMMENT ON TABLE public.system_settings         IS 'Switches and numbers that admins change without a release';
COMMENT ON TABLE public.platform_terms          IS 'Terms of use, one row per version';
COMMENT ON TABLE public.status_markers          IS 'Labels that coaches put on a client';

CREATE TRIGGER email_templates_set_updated_at BEFORE UPDATE ON public.email_templates
  FOR EACH ROW EXECUTE FUNCTION public.set_updated_at();
CREATE TRIGGER system_settings_set_updated_at BEFORE UPDATE ON public.system_settings
  FOR EACH ROW EXECUTE FUNCTION public.set_updated_at();
