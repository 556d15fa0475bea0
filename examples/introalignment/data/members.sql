-- Members, what they did, and leads, for every environment: production has most of all.
--
-- Load order: migrations/*.sql, as far as the environment has them, then this file. It asks
-- which environment it is in: SET introalignment.env = 'local', 'staging' or 'production'.
-- All of it is invented: no real people, example.com addresses only. Nothing is random
-- and nothing reads the clock.

CREATE OR REPLACE FUNCTION pg_temp.id(kind text, key text) RETURNS uuid
  LANGUAGE sql STABLE
  AS $$ SELECT md5(concat_ws(':', 'introalignment', current_setting('introalignment.env'), kind, key))::uuid $$;

-- Members. Every seventh has not finished the first conversation; the first is of the team.

CREATE TEMPORARY TABLE member ON COMMIT PRESERVE ROWS AS
SELECT n, to_char(n, 'FM000') AS name, pg_temp.id('member', to_char(n, 'FM000')) AS id, n % 7 <> 0 AS onboarded,
       timestamptz '2025-10-08 07:00:00+00' + n * interval '9 hours' AS joined_at
FROM (VALUES ('local', 12), ('staging', 30), ('production', 160)) AS size (env, members)
CROSS JOIN LATERAL generate_series(1, members) AS n
WHERE env = current_setting('introalignment.env');

INSERT INTO auth.users (id, email, encrypted_password, last_sign_in_at, created_at)
SELECT id, 'member-' || name || '@example.com', 'not a password', joined_at + interval '40 days', joined_at
FROM member
ORDER BY n;

INSERT INTO public.profiles (
  id, display_name, birth_date, gender, city, bio, onboarded_at, traits, traits_updated_at, is_admin, created_at, updated_at)
SELECT id, 'Member ' || name, date '1972-03-01' + n * 61 % 11000, (ARRAY['woman', 'man', 'non-binary'])[1 + n % 13 / 6],
       (ARRAY['Northport', 'Southport', 'Eastwick', 'Westhaven'])[1 + n % 4],
       CASE WHEN n % 3 <> 0 THEN 'Likes long walks, short meetings and ' || (ARRAY['tea', 'chess', 'rain'])[1 + n % 3] END,
       CASE WHEN onboarded THEN joined_at + interval '50 minutes' END,
       CASE WHEN onboarded THEN jsonb_build_object(
         'openness', n * 37 % 100 / 100.0, 'conscientiousness', n * 53 % 100 / 100.0,
         'extraversion', n * 71 % 100 / 100.0, 'agreeableness', n * 89 % 100 / 100.0) ELSE '{}' END,
       CASE WHEN onboarded THEN joined_at + interval '1 day' END, n = 1, joined_at, joined_at
FROM member
ORDER BY n;

INSERT INTO public.user_preferences (id, profile_id, name, value, weight, updated_at)
SELECT pg_temp.id('preference', m.name || p.name), m.id, p.name, p.value, 1 + (m.n + p.at) % 5, m.joined_at
FROM member m
CROSS JOIN LATERAL (VALUES
  (1, 'age',      jsonb_build_object('from', 25 + m.n % 20, 'to', 40 + m.n % 25)),
  (2, 'distance', to_jsonb(10 * (1 + m.n % 8))),
  (3, 'children', to_jsonb((ARRAY['yes', 'no', 'open'])[1 + m.n % 3]))
) AS p (at, name, value)
WHERE m.onboarded
ORDER BY m.n, p.at;

INSERT INTO public.user_images (id, profile_id, storage_path, sort_order, created_at)
SELECT pg_temp.id('image', name || k), id, 'members/' || name || '/' || k || '.jpg', k, joined_at + k * interval '2 minutes'
FROM member CROSS JOIN LATERAL generate_series(1, n % 4) AS k
ORDER BY n, k;

INSERT INTO public.user_dealbreakers (profile_id, dealbreaker_slug, created_at)
SELECT m.id, d.slug, m.joined_at + interval '45 minutes'
FROM member m JOIN public.dealbreakers d ON (m.n + d.sort_order) % 5 = 0
WHERE m.onboarded
ORDER BY m.n, d.sort_order;

-- The first conversation, and games.

INSERT INTO public.user_conversations (id, profile_id, flow_id, started_at, finished_at)
SELECT pg_temp.id('conversation', name), id, md5('flow:welcome')::uuid, joined_at,
       CASE WHEN onboarded THEN joined_at + interval '48 minutes' END
FROM member
ORDER BY n;

INSERT INTO public.conversation_responses (id, conversation_id, question_id, body, created_at)
SELECT pg_temp.id('response', m.name || q.sort_order), pg_temp.id('conversation', m.name), q.id,
       'Answer ' || q.sort_order || ' of member ' || m.name, m.joined_at + q.sort_order * interval '7 minutes'
FROM member m JOIN public.conversation_questions q ON m.onboarded OR q.sort_order <= 2
ORDER BY m.n, q.sort_order;

CREATE TEMPORARY TABLE play ON COMMIT PRESERVE ROWS AS
SELECT m.n, m.name || '/' || g.slug AS name, m.id AS profile_id, g.id AS game_id, g.kind,
       m.joined_at + length(g.slug) * interval '1 day' AS started_at, (m.n + length(g.slug)) % 9 <> 0 AS finished
FROM member m JOIN public.games g ON (m.n + length(g.slug)) % 3 = 0
WHERE m.onboarded;

INSERT INTO public.user_game_sessions (id, profile_id, game_id, started_at, finished_at)
SELECT pg_temp.id('play', name), profile_id, game_id, started_at,
       CASE WHEN finished THEN started_at + interval '6 minutes' END
FROM play
ORDER BY started_at, name COLLATE "C";

INSERT INTO public.user_game_responses (id, session_id, question_id, answer, created_at)
SELECT pg_temp.id('answer', p.name || q.sort_order), pg_temp.id('play', p.name), q.id,
       CASE WHEN jsonb_array_length(q.options) > 0 THEN q.options -> (p.n % jsonb_array_length(q.options))
            ELSE coalesce(q.solution, '"something that takes an evening to tell"') END,
       p.started_at + q.sort_order * interval '1 minute'
FROM play p JOIN public.game_questions q USING (game_id)
WHERE p.finished OR q.sort_order = 1
ORDER BY p.started_at, p.name COLLATE "C", q.sort_order;

INSERT INTO public.engagement_sessions (profile_id, day, minutes, games_played, streak_days)
SELECT m.id, (m.joined_at AT TIME ZONE 'UTC')::date + k, 5 + (m.n * 7 + k * 11) % 50, (m.n + k) % 3, k + 1
FROM member m CROSS JOIN LATERAL generate_series(0, m.n % 9) AS k
ORDER BY m.n, k;

INSERT INTO public.user_badges (profile_id, badge_slug, earned_at)
SELECT m.id, b.slug, m.joined_at + b.sort_order * interval '3 days'
FROM member m JOIN public.badges b ON b.sort_order = 1 OR (m.n + b.sort_order) % 6 = 0
WHERE m.onboarded
ORDER BY m.n, b.sort_order;

-- What they write and read.

INSERT INTO public.community_posts (id, author_id, topic_id, body, status, extracted_at, created_at, updated_at)
SELECT pg_temp.id('post', m.name), m.id, t.id, 'Member ' || m.name || ' on ' || lower(t.title),
       CASE WHEN m.n % 29 = 0 THEN 'hidden' ELSE 'visible' END,
       CASE WHEN m.n % 5 <> 0 THEN m.joined_at + interval '21 days' END,
       m.joined_at + interval '20 days', m.joined_at + interval '20 days'
FROM member m JOIN public.content_topics t ON t.sort_order = 1 + m.n % 4
WHERE m.n % 2 = 0
ORDER BY m.n;

INSERT INTO public.post_comments (id, post_id, author_id, body, created_at)
SELECT pg_temp.id('comment', p.name || '/' || c.name), pg_temp.id('post', p.name), c.id, 'So it is, says ' || c.name,
       p.joined_at + interval '22 days'
FROM member p JOIN member c ON c.n IN (p.n - 1, p.n - 3)
WHERE p.n % 2 = 0
ORDER BY p.n, c.n;

-- Every third comment is answered.
INSERT INTO public.post_comments (id, post_id, author_id, parent_id, body, created_at)
SELECT pg_temp.id('comment', 'answer to ' || p.name), pg_temp.id('post', p.name), p.id,
       pg_temp.id('comment', p.name || '/' || c.name), 'Thank you, ' || c.name, p.joined_at + interval '23 days'
FROM member p JOIN member c ON c.n = p.n - 1
WHERE p.n % 6 = 0
ORDER BY p.n;

INSERT INTO public.post_reactions (post_id, profile_id, reaction, created_at)
SELECT pg_temp.id('post', p.name), r.id, (ARRAY['like', 'laugh', 'hug'])[1 + r.n % 3], p.joined_at + interval '22 days'
FROM member p JOIN member r ON r.n BETWEEN p.n + 1 AND p.n + 3
WHERE p.n % 2 = 0
ORDER BY p.n, r.n;

INSERT INTO public.user_content_interactions (profile_id, article_id, opened_at, read_at, saved_at)
SELECT m.id, a.id, a.published_at + m.n * interval '1 hour',
       CASE WHEN m.n % 4 <> 0 THEN a.published_at + m.n * interval '1 hour' + a.minutes * interval '1 minute' END,
       CASE WHEN m.n % 6 = 0 THEN a.published_at + m.n * interval '1 hour' END
FROM member m JOIN public.content_articles a ON (m.n + a.minutes) % 3 = 0
ORDER BY m.n, a.slug COLLATE "C";

-- Matches: each member with two who came later.

CREATE TEMPORARY TABLE pair ON COMMIT PRESERVE ROWS AS
SELECT p.n, p.name || '+' || q.name AS name, least(p.id, q.id) AS a, greatest(p.id, q.id) AS b,
       private.match_score(x.traits, y.traits) AS score, q.joined_at + interval '14 days' AS made_at,
       (ARRAY['proposed', 'accepted', 'declined', 'met'])[1 + (p.n + q.n / 2) % 4] AS status
FROM member p
JOIN member q ON q.n IN (p.n + 1, p.n + 5)
JOIN public.profiles x ON x.id = p.id
JOIN public.profiles y ON y.id = q.id
WHERE p.onboarded AND q.onboarded;

INSERT INTO public.matches (id, profile_a_id, profile_b_id, score, status, created_at, updated_at)
SELECT pg_temp.id('match', name), a, b, score, status, made_at, made_at
FROM pair
ORDER BY made_at, name COLLATE "C";

INSERT INTO public.introduction_reports (id, match_id, summary, sections, generated_at)
SELECT pg_temp.id('report', name), pg_temp.id('match', name), 'Alike to ' || round(100 * score) || ' per cent',
       jsonb_build_object('begin with', 'a walk'), made_at + interval '1 hour'
FROM pair
WHERE status IN ('accepted', 'met')
ORDER BY made_at, name COLLATE "C";

INSERT INTO public.match_feedback (id, match_id, profile_id, rating, comment, created_at)
SELECT pg_temp.id('feedback', name || side), pg_temp.id('match', name), who, 1 + (n + side * 2) % 5,
       CASE WHEN n % 2 = 0 THEN 'We talked until they closed' END, made_at + interval '9 days'
FROM pair CROSS JOIN LATERAL (VALUES (1, a), (2, b)) AS s (side, who)
WHERE status = 'met'
ORDER BY made_at, name COLLATE "C", side;

-- Leads, of each source that is visited first.

INSERT INTO public.scrape_runs (id, source_id, started_at, finished_at, found, error)
SELECT pg_temp.id('run', slug || k), id, at, at + interval '4 minutes', CASE WHEN k = 2 AND priority = 5 THEN 0 ELSE 3 END,
       CASE WHEN k = 2 AND priority = 5 THEN 'the page has changed' END
FROM public.lead_sources
CROSS JOIN generate_series(1, 2) AS k
CROSS JOIN LATERAL (SELECT timestamptz '2025-11-10 02:00:00+00' + k * interval '7 days' + priority * interval '1 hour' AS at) AS t
ORDER BY at, slug COLLATE "C";

CREATE TEMPORARY TABLE found ON COMMIT PRESERVE ROWS AS
SELECT s.slug || '/' || k AS name, s.id AS source_id, k, s.priority,
       (ARRAY['new', 'contacted', 'answered', 'joined', 'refused'])[1 + (length(s.slug) + k) % 5] AS status,
       timestamptz '2025-11-17 03:00:00+00' + (length(s.slug) * 3 + k) * interval '10 minutes' AS found_at
FROM public.lead_sources s
JOIN (VALUES ('local', 1), ('staging', 3), ('production', 9)) AS size (env, leads) ON env = current_setting('introalignment.env')
CROSS JOIN LATERAL generate_series(1, leads) AS k
WHERE s.priority <= 2;

INSERT INTO public.leads (id, source_id, handle, contact, status, found_at, updated_at)
SELECT pg_temp.id('lead', name), source_id, 'somebody-' || k, 'lead-' || substr(md5(name), 1, 6) || '@example.com', status,
       found_at, found_at
FROM found
ORDER BY name COLLATE "C";

INSERT INTO public.sequence_enrollments (id, sequence_id, lead_id, status, enrolled_at)
SELECT pg_temp.id('enrollment', name), md5('sequence:hello')::uuid, pg_temp.id('lead', name),
       CASE status WHEN 'contacted' THEN 'active' WHEN 'refused' THEN 'stopped' ELSE 'finished' END,
       found_at + interval '1 day'
FROM found
WHERE status <> 'new'
ORDER BY name COLLATE "C";

INSERT INTO public.email_sends (id, lead_id, enrollment_id, email_id, status, sent_at, written_by_bot, approved_at, created_at)
SELECT pg_temp.id('send', name), pg_temp.id('lead', name), pg_temp.id('enrollment', name), md5('hello:1')::uuid,
       CASE WHEN k % 3 = 0 THEN 'bounced' ELSE 'sent' END, found_at + interval '2 days', 'writer', found_at + interval '30 hours',
       found_at + interval '1 day'
FROM found
WHERE status <> 'new'
ORDER BY name COLLATE "C";

INSERT INTO public.outreach_responses (id, lead_id, send_id, body, sentiment, received_at)
SELECT pg_temp.id('reply', name), pg_temp.id('lead', name), pg_temp.id('send', name),
       CASE status WHEN 'refused' THEN 'Please do not write again' ELSE 'Tell me more' END,
       CASE status WHEN 'refused' THEN 'annoyed' WHEN 'joined' THEN 'glad' ELSE 'neutral' END, found_at + interval '3 days'
FROM found
WHERE status IN ('answered', 'joined', 'refused')
ORDER BY name COLLATE "C";

-- Bots.

INSERT INTO public.ai_bot_health (id, bot_name, status, latency_ms, error, checked_at)
SELECT pg_temp.id('health', bot || k), bot, CASE WHEN k % 9 = 0 THEN 'degraded' ELSE 'healthy' END, 80 + k * 13 % 400,
       CASE WHEN k % 9 = 0 THEN 'slow answers' END, timestamptz '2025-12-29 00:00:00+00' + k * interval '15 minutes'
FROM unnest(ARRAY['writer', 'listener', 'moderator']) AS bot CROSS JOIN generate_series(1, 24) AS k
ORDER BY k, bot COLLATE "C";

INSERT INTO public.bot_actions_log (bot_name, action, target_table, target_id, happened_at)
SELECT bot_name, action, target_table, target_id, happened_at
FROM (
  SELECT 'writer' AS bot_name, 'wrote a letter' AS action, 'email_sends' AS target_table, id AS target_id, created_at AS happened_at
  FROM public.email_sends
  UNION ALL
  SELECT 'moderator', 'hid a post', 'community_posts', id, created_at + interval '5 minutes'
  FROM public.community_posts WHERE status = 'hidden'
) AS done
ORDER BY happened_at, target_id;
