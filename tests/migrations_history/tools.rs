//! Each tool's own table, as the tool makes it, with rows as the tool leaves them.

use pgdeck::core::migrations::history::{Checksum, History, Tool};

use crate::support::{Server, majors, versions};

/// A tool's table with rows, and what has to be read of it.
struct Case {
    tool: Tool,
    sql: &'static str,
    expect: fn(&History),
}

const CASES: &[Case] = &[
    Case {
        tool: Tool::Supabase,
        sql: "CREATE SCHEMA supabase_migrations;
            CREATE TABLE supabase_migrations.schema_migrations (version text NOT NULL PRIMARY KEY);
            ALTER TABLE supabase_migrations.schema_migrations ADD COLUMN statements text[], ADD COLUMN name text,
                ADD COLUMN created_by text, ADD COLUMN idempotency_key text UNIQUE, ADD COLUMN rollback text[];
            INSERT INTO supabase_migrations.schema_migrations (version, name, statements) VALUES
                ('20260301081500', 'plans', ARRAY['CREATE TABLE a ()', E'SELECT ''x\\n''']),
                ('002', NULL, NULL);",
        expect: |history| {
            assert_eq!(versions(&history.applied), ["002", "20260301081500"]);
            assert_eq!(history.applied[0].statements, None);
            let plans = &history.applied[1];
            assert_eq!(plans.name.as_deref(), Some("plans"));
            assert_eq!(plans.statements.as_deref().unwrap(), ["CREATE TABLE a ()", "SELECT 'x\n'"]);
        },
    },
    Case {
        tool: Tool::Dbmate,
        sql: "CREATE TABLE schema_migrations (version varchar(128) PRIMARY KEY);
            INSERT INTO schema_migrations VALUES ('20260301'), ('009'), ('9');",
        expect: |history| assert_eq!(versions(&history.applied), ["009", "20260301", "9"]),
    },
    Case {
        tool: Tool::Golang,
        sql: "CREATE TABLE schema_migrations (version bigint NOT NULL PRIMARY KEY, dirty boolean NOT NULL);
            INSERT INTO schema_migrations VALUES (7, true);",
        expect: |history| {
            assert!(history.current_only);
            assert_eq!(versions(&history.applied), ["7!"]);
        },
    },
    Case {
        tool: Tool::Flyway,
        sql: "CREATE TABLE flyway_schema_history (
                installed_rank integer NOT NULL PRIMARY KEY, version varchar(50), description varchar(200) NOT NULL,
                type varchar(20) NOT NULL, script varchar(1000) NOT NULL, checksum integer,
                installed_by varchar(100) NOT NULL, installed_on timestamp NOT NULL DEFAULT now(),
                execution_time integer NOT NULL, success boolean NOT NULL);
            CREATE INDEX flyway_schema_history_s_idx ON flyway_schema_history (success);
            INSERT INTO flyway_schema_history VALUES
                (1, '1', '<< Flyway Baseline >>', 'BASELINE', '<< Flyway Baseline >>', NULL, 'a', '2026-03-01', 0, true),
                (3, '2.1', 'late', 'SQL', 'V2_1__late.sql', -1996767037, 'a', '2026-03-02 10:00', 5, false),
                (2, '2', 'plans', 'SQL', 'V2__plans.sql', 42, 'a', '2026-03-01 09:08:07', 5, true),
                (4, NULL, 'views', 'SQL', 'R__views.sql', 1, 'a', '2026-03-02', 5, true),
                (5, NULL, 'views', 'SQL', 'R__views.sql', 2, 'a', '2026-03-03', 5, true);",
        expect: |history| {
            assert_eq!(history.baseline.as_deref(), Some("1"));
            assert_eq!(versions(&history.applied), ["2", "2.1!", "views"]);
            assert_eq!(history.applied[0].at.as_deref(), Some("2026-03-01 09:08:07"));
            assert_eq!(history.applied[0].script.as_deref(), Some("V2__plans.sql"));
            assert_eq!(history.applied[1].checksum, Some(Checksum::Crc32(-1_996_767_037)));
            assert_eq!(history.applied[2].checksum, Some(Checksum::Crc32(2)));
        },
    },
    Case {
        tool: Tool::Sqlx,
        sql: r"CREATE TABLE _sqlx_migrations (
                version bigint PRIMARY KEY, description text NOT NULL, installed_on timestamptz NOT NULL DEFAULT now(),
                success boolean NOT NULL, checksum bytea NOT NULL, execution_time bigint NOT NULL);
            INSERT INTO _sqlx_migrations VALUES
                (20260301081500, 'plans', '2026-03-01 08:15:00+02', true, '\x00ff', 1),
                (20260302000000, 'prices', now(), false, '\x01', -1);",
        expect: |history| {
            assert_eq!(versions(&history.applied), ["20260301081500", "20260302000000!"]);
            assert_eq!(history.applied[0].checksum, Some(Checksum::Sha384("00ff".to_owned())));
            assert_eq!(history.applied[0].at.as_deref(), Some("2026-03-01 06:15:00"));
        },
    },
    Case {
        tool: Tool::Refinery,
        sql: "CREATE TABLE refinery_schema_history (
                version int4 PRIMARY KEY, name varchar(255), applied_on varchar(255), checksum varchar(255));
            INSERT INTO refinery_schema_history VALUES
                (1, 'initial', '2026-03-01T08:15:00.1+01:00', '13384621929958573416'), (2, 'odd', NULL, 'none');",
        expect: |history| {
            assert_eq!(versions(&history.applied), ["1", "2"]);
            assert_eq!(history.applied[0].checksum, Some(Checksum::SipHash13(13_384_621_929_958_573_416)));
            assert_eq!(history.applied[1].checksum, Some(Checksum::Other("none".to_owned())));
        },
    },
    Case {
        tool: Tool::Prisma,
        sql: "CREATE TABLE _prisma_migrations (
                id varchar(36) PRIMARY KEY, checksum varchar(64) NOT NULL, finished_at timestamptz,
                migration_name varchar(255) NOT NULL, logs text, rolled_back_at timestamptz,
                started_at timestamptz NOT NULL DEFAULT now(), applied_steps_count integer NOT NULL DEFAULT 0);
            INSERT INTO _prisma_migrations VALUES
                ('a', 'AB', '2026-03-01 08:15Z', '20260301_plans', NULL, NULL, '2026-03-01', 1),
                ('b', 'cd', NULL, '20260302_prices', E'It failed.\\n\\nERROR: no such table\\nDETAIL: secret', '2026-03-02',
                 '2026-03-02', 0),
                ('c', 'ef', NULL, '20260302_prices', E'It failed.\\n\\nERROR: no such table\\nDETAIL: secret', NULL,
                 '2026-03-03', 0),
                ('d', '01', NULL, 'unnumbered', NULL, NULL, '2026-03-04', 0);",
        expect: |history| {
            assert_eq!(versions(&history.applied), ["20260301", "20260302!", "unnumbered!"]);
            assert_eq!(versions(&history.reverted), ["20260302!"]);
            assert_eq!(history.applied[0].name.as_deref(), Some("plans"));
            assert_eq!(history.applied[0].checksum, Some(Checksum::Sha256("ab".to_owned())));
            assert_eq!(history.applied[1].failed.as_deref(), Some("ERROR: no such table"));
            assert_eq!(history.applied[2].failed.as_deref(), Some("begun and not finished"));
        },
    },
    Case {
        tool: Tool::Drizzle,
        sql: "CREATE SCHEMA drizzle;
            CREATE TABLE drizzle.__drizzle_migrations (id serial PRIMARY KEY, hash text NOT NULL, created_at bigint);
            INSERT INTO drizzle.__drizzle_migrations (hash, created_at) VALUES ('0aB', 1734221536864);",
        expect: |history| {
            assert_eq!(versions(&history.applied), ["1734221536864"]);
            assert_eq!(history.applied[0].checksum, Some(Checksum::Sha256("0ab".to_owned())));
            assert_eq!((&history.applied[0].at, &history.applied[0].name), (&None, &None));
        },
    },
    Case {
        tool: Tool::Atlas,
        sql: r#"CREATE SCHEMA atlas_schema_revisions;
            CREATE TABLE atlas_schema_revisions.atlas_schema_revisions (
                version varchar NOT NULL PRIMARY KEY, description varchar NOT NULL, "type" bigint NOT NULL DEFAULT 2,
                applied bigint NOT NULL DEFAULT 0, total bigint NOT NULL DEFAULT 0, executed_at timestamptz NOT NULL,
                execution_time bigint NOT NULL, error text, error_stmt text, hash varchar NOT NULL,
                partial_hashes jsonb, operator_version varchar NOT NULL);
            INSERT INTO atlas_schema_revisions.atlas_schema_revisions VALUES
                ('.atlas_cloud_identifier', 'x', 2, 0, 0, '2026-03-01', 0, NULL, NULL, 'x', NULL, 'v1'),
                ('20260301', 'old', 1, 0, 0, '2026-03-01', 0, NULL, NULL, 'h0=', NULL, 'v1'),
                ('20260302', 'plans', 2, 2, 2, '2026-03-02', 1, '', '', 'h1=', '["h1"]', 'v1'),
                ('20260303', 'prices', 2, 1, 3, '2026-03-03', 1, 'pq: no', 'SELECT secret', 'h2=', NULL, 'v1'),
                ('20260304', 'half', 2, 1, 3, '2026-03-04', 1, NULL, NULL, 'h3=', NULL, 'v1');"#,
        expect: |history| {
            assert_eq!(history.baseline.as_deref(), Some("20260301"));
            assert_eq!(versions(&history.applied), ["20260302", "20260303!", "20260304!"]);
            assert_eq!(history.applied[1].failed.as_deref(), Some("pq: no"));
            assert_eq!(history.applied[2].failed.as_deref(), Some("1 of 3 statements were run"));
            assert_eq!(history.applied[0].checksum, Some(Checksum::Other("h1=".to_owned())));
        },
    },
    Case {
        tool: Tool::Sqitch,
        sql: SQITCH,
        expect: |history| {
            assert_eq!(history.project.as_deref(), Some("shop"));
            assert_eq!(versions(&history.applied), ["appschema", "prices!"]);
            assert_eq!(versions(&history.reverted), ["plans"]);
            assert_eq!(history.applied[0].checksum, Some(Checksum::Sha1("ff00".to_owned())));
        },
    },
    Case {
        tool: Tool::Rails,
        sql: "CREATE TABLE schema_migrations (version varchar NOT NULL PRIMARY KEY);
            CREATE TABLE ar_internal_metadata (key varchar NOT NULL PRIMARY KEY, value varchar,
                created_at timestamp(6) NOT NULL, updated_at timestamp(6) NOT NULL);
            INSERT INTO schema_migrations VALUES ('20260302000000'), ('20260301000000');",
        expect: |history| assert_eq!(versions(&history.applied), ["20260301000000", "20260302000000"]),
    },
    Case {
        tool: Tool::Goose,
        sql: "CREATE TABLE goose_db_version (
                id integer PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY, version_id bigint NOT NULL,
                is_applied boolean NOT NULL, tstamp timestamp NOT NULL DEFAULT now());
            INSERT INTO goose_db_version (version_id, is_applied) VALUES (0, true), (1, true), (2, true), (2, false);",
        expect: |history| {
            assert_eq!(versions(&history.applied), ["1"]);
            assert_eq!(versions(&history.reverted), ["2"]);
        },
    },
    Case {
        tool: Tool::Alembic,
        sql: "CREATE TABLE alembic_version (
                version_num varchar(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num));
            INSERT INTO alembic_version VALUES ('ae1027a6acf');",
        expect: |history| {
            assert!(history.current_only);
            assert_eq!(versions(&history.applied), ["ae1027a6acf"]);
        },
    },
    Case {
        tool: Tool::Liquibase,
        sql: "CREATE TABLE databasechangelog (
                id varchar(255) NOT NULL, author varchar(255) NOT NULL, filename varchar(255) NOT NULL,
                dateexecuted timestamp NOT NULL, orderexecuted integer NOT NULL, exectype varchar(10) NOT NULL,
                md5sum varchar(35), description varchar(255), comments varchar(255), tag varchar(255),
                liquibase varchar(20), contexts varchar(255), labels varchar(255), deployment_id varchar(10));
            INSERT INTO databasechangelog (id, author, filename, dateexecuted, orderexecuted, exectype, md5sum) VALUES
                ('2', 'x', 'two.sql', '2026-03-01', 2, 'FAILED', NULL),
                ('1', 'x', 'one.sql', '2026-03-01', 1, 'EXECUTED', '9:ab'),
                ('3', 'x', 'three.sql', '2026-03-01', 3, 'SKIPPED', NULL);",
        expect: |history| {
            assert_eq!(versions(&history.applied), ["1", "2!"]);
            assert_eq!(history.applied[0].script.as_deref(), Some("one.sql"));
        },
    },
];

/// A registry with a change that is deployed (and failed before), one that failed, one that was taken back.
pub const SQITCH: &str = "CREATE SCHEMA sqitch;
    CREATE TABLE sqitch.projects (project text PRIMARY KEY, uri text UNIQUE,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(), creator_name text NOT NULL,
        creator_email text NOT NULL);
    CREATE TABLE sqitch.changes (change_id text PRIMARY KEY, script_hash text, change text NOT NULL,
        project text NOT NULL REFERENCES sqitch.projects, note text NOT NULL DEFAULT '',
        committed_at timestamptz NOT NULL DEFAULT clock_timestamp(), committer_name text NOT NULL,
        committer_email text NOT NULL, planned_at timestamptz NOT NULL, planner_name text NOT NULL,
        planner_email text NOT NULL, UNIQUE (project, script_hash));
    CREATE TABLE sqitch.events (event text NOT NULL CHECK (event IN ('deploy', 'revert', 'fail', 'merge')),
        change_id text NOT NULL, change text NOT NULL, project text NOT NULL REFERENCES sqitch.projects,
        note text NOT NULL DEFAULT '', requires text[] NOT NULL DEFAULT '{}', conflicts text[] NOT NULL DEFAULT '{}',
        tags text[] NOT NULL DEFAULT '{}', committed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        committer_name text NOT NULL, committer_email text NOT NULL, planned_at timestamptz NOT NULL,
        planner_name text NOT NULL, planner_email text NOT NULL, PRIMARY KEY (change_id, committed_at));
    INSERT INTO sqitch.projects (project, creator_name, creator_email) VALUES ('shop', 'a', 'a@example.com');
    INSERT INTO sqitch.changes (change_id, script_hash, change, project, committed_at, committer_name,
        committer_email, planned_at, planner_name, planner_email)
        VALUES ('c1', 'FF00', 'appschema', 'shop', '2026-03-02', 'a', 'a', '2026-03-01', 'a', 'a');
    INSERT INTO sqitch.events (event, change_id, change, project, committed_at, committer_name,
        committer_email, planned_at, planner_name, planner_email)
        SELECT event, id, change, 'shop', at::timestamptz, 'a', 'a', '2026-03-01', 'a', 'a' FROM (VALUES
            ('fail', 'c1', 'appschema', '2026-03-01'), ('deploy', 'c1', 'appschema', '2026-03-02'),
            ('deploy', 'c2', 'plans', '2026-03-03'), ('revert', 'c2', 'plans', '2026-03-04'),
            ('fail', 'c3', 'prices', '2026-03-05')) v (event, id, change, at);";

/// The statements of every tool but those whose tables have the same name.
pub fn every_tool() -> String {
    let shared = [Tool::Rails, Tool::Golang];
    CASES.iter().filter(|case| !shared.contains(&case.tool)).map(|case| case.sql).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_tools_history_is_read_by_what_the_tool_means() {
    for server in majors() {
        each(&server).await;
    }
}

async fn each(server: &Server) {
    for case in CASES {
        eprintln!("{} on {}", case.tool, server.version());
        let name = case.tool.name().to_lowercase().replace('-', "_");
        let history = server.database(&name, case.sql).await.history(case.tool).await;
        (case.expect)(&history);
    }
}
