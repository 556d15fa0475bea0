-- Row level security on every table, the policies, and who may do what.
--
-- Configuration: the public catalogue is readable by anybody, the rest by members
-- who are signed in; only admins write. Member data: a member's own rows.

ALTER TABLE public.programs                        ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.program_modules                 ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.module_types                    ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.plans                           ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.plan_features                   ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.features                        ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.feature_categories              ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.tracks                          ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.track_features                  ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.add_ons                         ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.add_on_features                 ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.program_plans                   ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.program_plan_features           ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.credit_topup_packages           ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.org_credit_packages             ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.org_platform_tiers              ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.platform_terms                  ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.session_types                   ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.wheel_categories                ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.assessment_categories           ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.assessment_families             ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.skills                          ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.skill_categories                ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.resource_categories             ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.capability_assessments          ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.capability_domains              ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.capability_domain_questions     ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.psychometric_assessments        ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.session_type_roles              ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.credit_services                 ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.notification_categories         ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.notification_types              ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.guided_path_template_families   ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.guided_path_templates           ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.guided_path_template_goals      ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.guided_path_template_milestones ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.scenario_categories             ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.scenario_templates              ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.scenario_sections               ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.resource_library                ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.status_markers                  ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.system_settings                 ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.email_templates                 ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.profiles                        ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.user_roles                      ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.program_enrollments             ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.module_progress                 ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.credit_balances                 ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.credit_transactions             ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.notification_preferences        ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.session_bookings                ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.oauth_tokens                    ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.consent_records                 ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.audit_logs                      ENABLE ROW LEVEL SECURITY;

-- The public catalogue: what the web site shows before anybody signs in.

CREATE POLICY public_catalogue ON public.programs
  FOR SELECT TO anon, authenticated USING (is_active);
CREATE POLICY public_catalogue ON public.program_modules
  FOR SELECT TO anon, authenticated USING (EXISTS (SELECT FROM public.programs p WHERE p.id = program_id AND p.is_active));
CREATE POLICY public_catalogue ON public.module_types
  FOR SELECT TO anon, authenticated USING (true);
CREATE POLICY public_catalogue ON public.plans
  FOR SELECT TO anon, authenticated USING (true);
CREATE POLICY public_catalogue ON public.plan_features
  FOR SELECT TO anon, authenticated USING (true);
CREATE POLICY public_catalogue ON public.features
  FOR SELECT TO anon, authenticated USING (is_active);
CREATE POLICY public_catalogue ON public.feature_categories
  FOR SELECT TO anon, authenticated USING (true);
CREATE POLICY public_catalogue ON public.tracks
  FOR SELECT TO anon, authenticated USING (true);
CREATE POLICY public_catalogue ON public.track_features
  FOR SELECT TO anon, authenticated USING (true);
CREATE POLICY public_catalogue ON public.add_ons
  FOR SELECT TO anon, authenticated USING (is_active);
CREATE POLICY public_catalogue ON public.add_on_features
  FOR SELECT TO anon, authenticated USING (true);
CREATE POLICY public_catalogue ON public.program_plans
  FOR SELECT TO anon, authenticated USING (is_active);
CREATE POLICY public_catalogue ON public.program_plan_features
  FOR SELECT TO anon, authenticated USING (true);
CREATE POLICY public_catalogue ON public.credit_topup_packages
  FOR SELECT TO anon, authenticated USING (is_active);
CREATE POLICY public_catalogue ON public.org_credit_packages
  FOR SELECT TO anon, authenticated USING (is_active);
CREATE POLICY public_catalogue ON public.org_platform_tiers
  FOR SELECT TO anon, authenticated USING (is_active);
CREATE POLICY public_catalogue ON public.platform_terms
  FOR SELECT TO anon, authenticated USING (is_current);
CREATE POLICY public_catalogue ON public.session_types
  FOR SELECT TO anon, authenticated USING (is_active);
CREATE POLICY public_catalogue ON public.wheel_categories
  FOR SELECT TO anon, authenticated USING (is_active);
CREATE POLICY public_catalogue ON public.assessment_categories
  FOR SELECT TO anon, authenticated USING (is_active);
CREATE POLICY public_catalogue ON public.assessment_families
  FOR SELECT TO anon, authenticated USING (is_active);
CREATE POLICY public_catalogue ON public.skills
  FOR SELECT TO anon, authenticated USING (true);
CREATE POLICY public_catalogue ON public.skill_categories
  FOR SELECT TO anon, authenticated USING (true);
CREATE POLICY public_catalogue ON public.resource_categories
  FOR SELECT TO anon, authenticated USING (true);

-- Configuration for members who are signed in.

CREATE POLICY members_read ON public.capability_assessments
  FOR SELECT TO authenticated USING (is_active);
CREATE POLICY members_read ON public.capability_domains
  FOR SELECT TO authenticated USING (true);
CREATE POLICY members_read ON public.capability_domain_questions
  FOR SELECT TO authenticated USING (true);
CREATE POLICY members_read ON public.psychometric_assessments
  FOR SELECT TO authenticated USING (true);
CREATE POLICY members_read ON public.session_type_roles
  FOR SELECT TO authenticated USING (true);
CREATE POLICY members_read ON public.credit_services
  FOR SELECT TO authenticated USING (true);
CREATE POLICY members_read ON public.notification_categories
  FOR SELECT TO authenticated USING (true);
CREATE POLICY members_read ON public.notification_types
  FOR SELECT TO authenticated USING (true);
CREATE POLICY members_read ON public.guided_path_template_families
  FOR SELECT TO authenticated USING (true);
CREATE POLICY members_read ON public.guided_path_templates
  FOR SELECT TO authenticated USING (true);
CREATE POLICY members_read ON public.guided_path_template_goals
  FOR SELECT TO authenticated USING (true);
CREATE POLICY members_read ON public.guided_path_template_milestones
  FOR SELECT TO authenticated USING (true);
CREATE POLICY members_read ON public.scenario_categories
  FOR SELECT TO authenticated USING (true);
CREATE POLICY members_read ON public.scenario_templates
  FOR SELECT TO authenticated USING (is_active);
CREATE POLICY members_read ON public.scenario_sections
  FOR SELECT TO authenticated USING (true);
CREATE POLICY members_read ON public.resource_library
  FOR SELECT TO authenticated USING (is_active);
CREATE POLICY members_read ON public.status_markers
  FOR SELECT TO authenticated USING (true);
CREATE POLICY visitors_read_public_resources ON public.resource_library
  FOR SELECT TO anon USING (is_active AND is_public);
CREATE POLICY visitors_read_public_assessments ON public.capability_assessments
  FOR SELECT TO anon USING (is_active AND is_public);

-- Admins write configuration, and read what nobody else reads.

CREATE POLICY admins_manage ON public.programs
  FOR ALL TO authenticated USING ((SELECT public.is_admin())) WITH CHECK ((SELECT public.is_admin()));
CREATE POLICY admins_manage ON public.program_modules
  FOR ALL TO authenticated USING ((SELECT public.is_admin())) WITH CHECK ((SELECT public.is_admin()));
CREATE POLICY admins_manage ON public.module_types
  FOR ALL TO authenticated USING ((SELECT public.is_admin())) WITH CHECK ((SELECT public.is_admin()));
CREATE POLICY admins_manage ON public.plans
  FOR ALL TO authenticated USING ((SELECT public.is_admin())) WITH CHECK ((SELECT public.is_admin()));
CREATE POLICY admins_manage ON public.plan_features
  FOR ALL TO authenticated USING ((SELECT public.is_admin())) WITH CHECK ((SELECT public.is_admin()));
CREATE POLICY admins_manage ON public.features
  FOR ALL TO authenticated USING ((SELECT public.is_admin())) WITH CHECK ((SELECT public.is_admin()));
CREATE POLICY admins_manage ON public.feature_categories
  FOR ALL TO authenticated USING ((SELECT public.is_admin())) WITH CHECK ((SELECT public.is_admin()));
CREATE POLICY admins_manage ON public.tracks
  FOR ALL TO authenticated USING ((SELECT public.is_admin())) WITH CHECK ((SELECT public.is_admin()));
CREATE POLICY admins_manage ON public.track_features
  FOR ALL TO authenticated USING ((SELECT public.is_admin())) WITH CHECK ((SELECT public.is_admin()));
CREATE POLICY admins_manage ON public.add_ons
  FOR ALL TO authenticated USING ((SELECT public.is_admin())) WITH CHECK ((SELECT public.is_admin()));
CREATE POLICY admins_manage ON public.add_on_features
  FOR ALL TO authenticated USING ((SELECT public.is_admin())) WITH CHECK ((SELECT public.is_admin()));
CREATE POLICY admins_manage ON public.program_plans
  FOR ALL TO authenticated USING ((SELECT public.is_admin())) WITH CHECK ((SELECT public.is_admin()));
CREATE POLICY admins_manage ON public.program_plan_features
  FOR ALL TO authenticated USING ((SELECT public.is_admin())) WITH CHECK ((SELECT public.is_admin()));
CREATE POLICY admins_manage ON public.credit_topup_packages
  FOR ALL TO authenticated USING ((SELECT public.is_admin())) WITH CHECK ((SELECT public.is_admin()));
CREATE POLICY admins_manage ON public.org_credit_packages
  FOR ALL TO authenticated USING ((SELECT public.is_admin())) WITH CHECK ((SELECT public.is_admin()));
CREATE POLICY admins_manage ON public.org_platform_tiers
  FOR ALL TO authenticated USING ((SELECT public.is_admin())) WITH CHECK ((SELECT public.is_admin()));
CREATE POLICY admins_manage ON public.platform_terms
  FOR ALL TO authenticated USING ((SELECT public.is_admin())) WITH CHECK ((SELECT public.is_admin()));
CREATE POLICY admins_manage ON public.session_types
  FOR ALL TO authenticated USING ((SELECT public.is_admin())) WITH CHECK ((SELECT public.is_admin()));
CREATE POLICY admins_manage ON public.wheel_categories
  FOR ALL TO authenticated USING ((SELECT public.is_admin())) WITH CHECK ((SELECT public.is_admin()));
CREATE POLICY admins_manage ON public.assessment_categories
  FOR ALL TO authenticated USING ((SELECT public.is_admin())) WITH CHECK ((SELECT public.is_admin()));
CREATE POLICY admins_manage ON public.assessment_families
  FOR ALL TO authenticated USING ((SELECT public.is_admin())) WITH CHECK ((SELECT public.is_admin()));
CREATE POLICY admins_manage ON public.skills
  FOR ALL TO authenticated USING ((SELECT public.is_admin())) WITH CHECK ((SELECT public.is_admin()));
CREATE POLICY admins_manage ON public.skill_categories
  FOR ALL TO authenticated USING ((SELECT public.is_admin())) WITH CHECK ((SELECT public.is_admin()));
CREATE POLICY admins_manage ON public.resource_categories
  FOR ALL TO authenticated USING ((SELECT public.is_admin())) WITH CHECK ((SELECT public.is_admin()));
CREATE POLICY admins_manage ON public.capability_assessments
  FOR ALL TO authenticated USING ((SELECT public.is_admin())) WITH CHECK ((SELECT public.is_admin()));
CREATE POLICY admins_manage ON public.capability_domains
  FOR ALL TO authenticated USING ((SELECT public.is_admin())) WITH CHECK ((SELECT public.is_admin()));
CREATE POLICY admins_manage ON public.capability_domain_questions
  FOR ALL TO authenticated USING ((SELECT public.is_admin())) WITH CHECK ((SELECT public.is_admin()));
CREATE POLICY admins_manage ON public.psychometric_assessments
  FOR ALL TO authenticated USING ((SELECT public.is_admin())) WITH CHECK ((SELECT public.is_admin()));
CREATE POLICY admins_manage ON public.session_type_roles
  FOR ALL TO authenticated USING ((SELECT public.is_admin())) WITH CHECK ((SELECT public.is_admin()));
CREATE POLICY admins_manage ON public.credit_services
  FOR ALL TO authenticated USING ((SELECT public.is_admin())) WITH CHECK ((SELECT public.is_admin()));
CREATE POLICY admins_manage ON public.notification_categories
  FOR ALL TO authenticated USING ((SELECT public.is_admin())) WITH CHECK ((SELECT public.is_admin()));
CREATE POLICY admins_manage ON public.notification_types
  FOR ALL TO authenticated USING ((SELECT public.is_admin())) WITH CHECK ((SELECT public.is_admin()));
CREATE POLICY admins_manage ON public.guided_path_template_families
  FOR ALL TO authenticated USING ((SELECT public.is_admin())) WITH CHECK ((SELECT public.is_admin()));
CREATE POLICY admins_manage ON public.guided_path_templates
  FOR ALL TO authenticated USING ((SELECT public.is_admin())) WITH CHECK ((SELECT public.is_admin()));
CREATE POLICY admins_manage ON public.guided_path_template_goals
  FOR ALL TO authenticated USING ((SELECT public.is_admin())) WITH CHECK ((SELECT public.is_admin()));
CREATE POLICY admins_manage ON public.guided_path_template_milestones
  FOR ALL TO authenticated USING ((SELECT public.is_admin())) WITH CHECK ((SELECT public.is_admin()));
CREATE POLICY admins_manage ON public.scenario_categories
  FOR ALL TO authenticated USING ((SELECT public.is_admin())) WITH CHECK ((SELECT public.is_admin()));
CREATE POLICY admins_manage ON public.scenario_templates
  FOR ALL TO authenticated USING ((SELECT public.is_admin())) WITH CHECK ((SELECT public.is_admin()));
CREATE POLICY admins_manage ON public.scenario_sections
  FOR ALL TO authenticated USING ((SELECT public.is_admin())) WITH CHECK ((SELECT public.is_admin()));
CREATE POLICY admins_manage ON public.resource_library
  FOR ALL TO authenticated USING ((SELECT public.is_admin())) WITH CHECK ((SELECT public.is_admin()));
CREATE POLICY admins_manage ON public.status_markers
  FOR ALL TO authenticated USING ((SELECT public.is_admin())) WITH CHECK ((SELECT public.is_admin()));
CREATE POLICY admins_manage ON public.system_settings
  FOR ALL TO authenticated USING ((SELECT public.is_admin())) WITH CHECK ((SELECT public.is_admin()));
CREATE POLICY admins_manage ON public.email_templates
  FOR ALL TO authenticated USING ((SELECT public.is_admin())) WITH CHECK ((SELECT public.is_admin()));

-- Members and their own rows.

CREATE POLICY own_profile ON public.profiles
  FOR SELECT TO authenticated USING (id = (SELECT auth.uid()));
CREATE POLICY own_profile_update ON public.profiles
  FOR UPDATE TO authenticated USING (id = (SELECT auth.uid())) WITH CHECK (id = (SELECT auth.uid()));
CREATE POLICY own_roles ON public.user_roles
  FOR SELECT TO authenticated USING (user_id = (SELECT auth.uid()));
CREATE POLICY own_enrollments ON public.program_enrollments
  FOR SELECT TO authenticated USING (user_id = (SELECT auth.uid()));
CREATE POLICY own_progress ON public.module_progress
  FOR ALL TO authenticated
  USING      (EXISTS (SELECT FROM public.program_enrollments e WHERE e.id = enrollment_id AND e.user_id = (SELECT auth.uid())))
  WITH CHECK (EXISTS (SELECT FROM public.program_enrollments e WHERE e.id = enrollment_id AND e.user_id = (SELECT auth.uid())));
CREATE POLICY own_balance ON public.credit_balances
  FOR SELECT TO authenticated USING (user_id = (SELECT auth.uid()));
CREATE POLICY own_transactions ON public.credit_transactions
  FOR SELECT TO authenticated USING (user_id = (SELECT auth.uid()));
CREATE POLICY own_preferences ON public.notification_preferences
  FOR ALL TO authenticated USING (user_id = (SELECT auth.uid())) WITH CHECK (user_id = (SELECT auth.uid()));
CREATE POLICY own_bookings ON public.session_bookings
  FOR SELECT TO authenticated USING ((SELECT auth.uid()) IN (client_id, coach_id));
CREATE POLICY own_bookings_insert ON public.session_bookings
  FOR INSERT TO authenticated WITH CHECK (client_id = (SELECT auth.uid()));
CREATE POLICY own_tokens ON public.oauth_tokens
  FOR SELECT TO authenticated USING (user_id = (SELECT auth.uid()));
CREATE POLICY own_tokens_delete ON public.oauth_tokens
  FOR DELETE TO authenticated USING (user_id = (SELECT auth.uid()));
CREATE POLICY own_consents ON public.consent_records
  FOR SELECT TO authenticated USING (user_id = (SELECT auth.uid()));
CREATE POLICY own_consents_insert ON public.consent_records
  FOR INSERT TO authenticated WITH CHECK (user_id = (SELECT auth.uid()));
CREATE POLICY admins_read_audit_logs ON public.audit_logs
  FOR SELECT TO authenticated USING ((SELECT public.is_admin()));

-- Grants. Policies narrow what a role sees; without a grant it sees nothing.

GRANT USAGE ON SCHEMA public TO anon, authenticated, service_role, operator;

GRANT SELECT ON
  public.programs,
  public.program_modules,
  public.module_types,
  public.plans,
  public.plan_features,
  public.features,
  public.feature_categories,
  public.tracks,
  public.track_features,
  public.add_ons,
  public.add_on_features,
  public.program_plans,
  public.program_plan_features,
  public.credit_topup_packages,
  public.org_credit_packages,
  public.org_platform_tiers,
  public.platform_terms,
  public.session_types,
  public.wheel_categories,
  public.assessment_categories,
  public.assessment_families,
  public.skills,
  public.skill_categories,
  public.resource_categories,
  public.resource_library,
  public.capability_assessments
  TO anon;

GRANT SELECT, INSERT, UPDATE, DELETE ON
  public.programs,
  public.program_modules,
  public.module_types,
  public.plans,
  public.plan_features,
  public.features,
  public.feature_categories,
  public.tracks,
  public.track_features,
  public.add_ons,
  public.add_on_features,
  public.program_plans,
  public.program_plan_features,
  public.credit_topup_packages,
  public.org_credit_packages,
  public.org_platform_tiers,
  public.platform_terms,
  public.session_types,
  public.wheel_categories,
  public.assessment_categories,
  public.assessment_families,
  public.skills,
  public.skill_categories,
  public.resource_categories,
  public.capability_assessments,
  public.capability_domains,
  public.capability_domain_questions,
  public.psychometric_assessments,
  public.session_type_roles,
  public.credit_services,
  public.notification_categories,
  public.notification_types,
  public.guided_path_template_families,
  public.guided_path_templates,
  public.guided_path_template_goals,
  public.guided_path_template_milestones,
  public.scenario_categories,
  public.scenario_templates,
  public.scenario_sections,
  public.resource_library,
  public.status_markers,
  public.system_settings,
  public.email_templates
  TO authenticated;

GRANT SELECT                         ON public.profiles                 TO authenticated;
GRANT SELECT                         ON public.user_roles               TO authenticated;
GRANT SELECT                         ON public.program_enrollments      TO authenticated;
GRANT SELECT, INSERT, UPDATE, DELETE ON public.module_progress          TO authenticated;
GRANT SELECT                         ON public.credit_balances          TO authenticated;
GRANT SELECT                         ON public.credit_transactions      TO authenticated;
GRANT SELECT, INSERT, UPDATE, DELETE ON public.notification_preferences TO authenticated;
GRANT SELECT, INSERT                 ON public.session_bookings         TO authenticated;
GRANT DELETE                         ON public.oauth_tokens             TO authenticated;
GRANT SELECT, INSERT                 ON public.consent_records          TO authenticated;
GRANT SELECT                         ON public.audit_logs               TO authenticated;

-- A member may not choose their own plan, nor read a token's digest.
GRANT UPDATE (display_name, locale, timezone)                     ON public.profiles     TO authenticated;
GRANT SELECT (id, user_id, provider, expires_at, created_at)      ON public.oauth_tokens TO authenticated;

GRANT ALL                            ON ALL TABLES IN SCHEMA public TO service_role;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO operator;
