-- New members are asked about themselves in a conversation, not in a form.

CREATE TABLE IF NOT EXISTS public.conversation_flows (
  id         uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  slug       text        NOT NULL UNIQUE,
  title      text        NOT NULL,
  is_active  boolean     NOT NULL DEFAULT true,
  created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE public.conversation_flows IS 'Which questions are asked, and in which order';

CREATE TABLE IF NOT EXISTS public.conversation_questions (
  id           uuid     PRIMARY KEY DEFAULT gen_random_uuid(),
  flow_id      uuid     NOT NULL REFERENCES public.conversation_flows (id) ON DELETE CASCADE,
  sort_order   smallint NOT NULL,
  prompt       text     NOT NULL,
  trait        text,
  follow_up_of uuid     REFERENCES public.conversation_questions (id) ON DELETE SET NULL,
  CONSTRAINT conversation_questions_flow_order_key UNIQUE (flow_id, sort_order)
);
COMMENT ON TABLE public.conversation_questions IS 'The bank of questions';
CREATE INDEX IF NOT EXISTS conversation_questions_follow_up_idx ON public.conversation_questions (follow_up_of);

CREATE TABLE IF NOT EXISTS public.user_conversations (
  id          uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  profile_id  uuid        NOT NULL REFERENCES public.profiles (id) ON DELETE CASCADE,
  flow_id     uuid        NOT NULL REFERENCES public.conversation_flows (id) ON DELETE RESTRICT,
  started_at  timestamptz NOT NULL DEFAULT now(),
  finished_at timestamptz CHECK (finished_at >= started_at)
);
COMMENT ON TABLE public.user_conversations IS 'Conversations with members; without an end they go on';
CREATE INDEX IF NOT EXISTS user_conversations_profile_idx ON public.user_conversations (profile_id, started_at);
CREATE INDEX IF NOT EXISTS user_conversations_flow_idx    ON public.user_conversations (flow_id);

CREATE TABLE IF NOT EXISTS public.conversation_responses (
  id              uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
  conversation_id uuid        NOT NULL REFERENCES public.user_conversations (id) ON DELETE CASCADE,
  question_id     uuid        NOT NULL REFERENCES public.conversation_questions (id) ON DELETE RESTRICT,
  body            text        NOT NULL,
  created_at      timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT conversation_responses_conversation_question_key UNIQUE (conversation_id, question_id)
);
COMMENT ON TABLE public.conversation_responses IS 'What members said, in their own words';
CREATE INDEX IF NOT EXISTS conversation_responses_question_idx ON public.conversation_responses (question_id);

ALTER TABLE public.conversation_flows     ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE public.conversation_questions ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE public.user_conversations     ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE public.conversation_responses ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

CREATE POLICY conversation_flows_select ON public.conversation_flows
  FOR SELECT TO authenticated USING (is_active);
CREATE POLICY conversation_questions_select ON public.conversation_questions
  FOR SELECT TO authenticated USING (flow_id IN (SELECT f.id FROM public.conversation_flows f WHERE f.is_active));

CREATE POLICY user_conversations_select ON public.user_conversations
  FOR SELECT TO authenticated USING (profile_id = (SELECT auth.uid()));
CREATE POLICY user_conversations_insert ON public.user_conversations
  FOR INSERT TO authenticated WITH CHECK (profile_id = (SELECT auth.uid()));
CREATE POLICY user_conversations_update ON public.user_conversations
  FOR UPDATE TO authenticated USING (profile_id = (SELECT auth.uid())) WITH CHECK (profile_id = (SELECT auth.uid()));

CREATE POLICY conversation_responses_select ON public.conversation_responses
  FOR SELECT TO authenticated
  USING (conversation_id IN (SELECT c.id FROM public.user_conversations c WHERE c.profile_id = (SELECT auth.uid())));
CREATE POLICY conversation_responses_insert ON public.conversation_responses
  FOR INSERT TO authenticated
  WITH CHECK (conversation_id IN (SELECT c.id FROM public.user_conversations c WHERE c.profile_id = (SELECT auth.uid())));

GRANT SELECT         ON public.conversation_flows, public.conversation_questions TO authenticated;
GRANT SELECT, INSERT ON public.user_conversations, public.conversation_responses TO authenticated;
GRANT UPDATE (finished_at) ON public.user_conversations TO authenticated;

INSERT INTO public.conversation_flows (id, slug, title, created_at)
VALUES (md5('flow:welcome')::uuid, 'welcome', 'Getting to know you', '2025-10-06 08:00:00+00')
ON CONFLICT (slug) DO NOTHING;

INSERT INTO public.conversation_questions (id, flow_id, sort_order, prompt, trait)
SELECT md5('welcome:' || sort_order)::uuid, md5('flow:welcome')::uuid, sort_order, prompt, trait
FROM (VALUES
  (1, 'What did you enjoy about last week?',                    'openness'),
  (2, 'Who do you call when something good happens?',           'extraversion'),
  (3, 'What do your friends tease you about?',                  'agreeableness'),
  (4, 'How do you know that a day was well spent?',             'conscientiousness'),
  (5, 'What is a quarrel that you are glad to have had?',       'agreeableness'),
  (6, 'Where do you want to wake up in five years?',            'openness')
) AS v (sort_order, prompt, trait)
ON CONFLICT (flow_id, sort_order) DO NOTHING;
