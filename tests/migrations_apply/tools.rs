//! Each tool's own history is written as the tool would, and read again as applied.

use crate::support::Place;

/// Runs two files into an empty database, then a third: each time the table shows what the tool would have written.
async fn recorded(files: [(&str, &str); 3], query: &str, wanted: [&str; 3]) {
    let place = Place::new("", &files[..2]).await;
    place.apply().await.unwrap();
    place.write(files[2].0, files[2].1);
    place.apply().await.unwrap();
    let rows = place.rows(query).await;
    let last = wanted.iter().filter(|row| !row.is_empty()).copied().collect::<Vec<_>>();
    assert_eq!(rows, last, "{query}");
    let statuses = place.statuses().await;
    assert!(statuses.iter().all(|status| status.ends_with(" applied")), "{statuses:?}");
    assert!(place.plan().await.unwrap().steps.is_empty());
}

const SQL: [&str; 3] = ["CREATE TABLE a (id int);\n", "CREATE TABLE b (id int);\n", "CREATE TABLE c (id int);\n"];

#[tokio::test(flavor = "multi_thread")]
async fn dbmate() {
    let texts = SQL.map(|sql| format!("-- migrate:up\n{sql}-- migrate:down\nSELECT 1/0;\n"));
    let files = [("1_a.sql", &*texts[0]), ("2_b.sql", &*texts[1]), ("3_c.sql", &*texts[2])];
    recorded(files, "SELECT version FROM schema_migrations ORDER BY 1", ["1", "2", "3"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn golang_migrate() {
    let files = [("1_a.up.sql", SQL[0]), ("2_b.up.sql", SQL[1]), ("3_c.up.sql", SQL[2])];
    recorded(files, "SELECT version, dirty FROM schema_migrations", ["", "", "3|f"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn flyway() {
    let files = [("V1__a_b.sql", SQL[0]), ("V1_1__b.sql", SQL[1]), ("R__c.sql", SQL[2])];
    let query = "SELECT installed_rank, version, description, type, script, checksum, installed_by, success FROM \
                 flyway_schema_history ORDER BY 1";
    let sums = SQL.map(|sql| crc(sql).to_string());
    let wanted = [
        format!("1|1|a b|SQL|V1__a_b.sql|{}|postgres|t", sums[0]),
        format!("2|1.1|b|SQL|V1_1__b.sql|{}|postgres|t", sums[1]),
        format!("3|NULL|c|SQL|R__c.sql|{}|postgres|t", sums[2]),
    ];
    recorded(files, query, [&wanted[0], &wanted[1], &wanted[2]]).await;
}

/// CRC-32 (ISO 3309), bit by bit, of the one line.
fn crc(text: &str) -> i32 {
    let step = |crc: u32| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
    let byte = |crc: u32, byte: u8| (0..8).fold(crc ^ u32::from(byte), |crc, _| step(crc));
    (!text.trim_end().bytes().fold(!0, byte)).cast_signed()
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlx() {
    let files = [("1_a_b.sql", SQL[0]), ("2_b.sql", SQL[1]), ("3_c.sql", SQL[2])];
    let table = "CREATE TABLE _sqlx_migrations (version bigint PRIMARY KEY, description text NOT NULL, installed_on timestamptz \
                 NOT NULL DEFAULT now(), success boolean NOT NULL, checksum bytea NOT NULL, execution_time bigint NOT NULL)";
    let place = Place::new(table, &files).await;
    place.apply().await.unwrap();
    let query = "SELECT version, description, success, checksum = sha384(description_file.text::bytea), execution_time > 0 \
                 FROM _sqlx_migrations JOIN (VALUES (1, E'CREATE TABLE a (id int);\\n'), (2, E'CREATE TABLE b (id int);\\n'), \
                 (3, E'CREATE TABLE c (id int);\\n')) AS description_file(v, text) ON v = version ORDER BY 1";
    assert_eq!(place.rows(query).await, ["1|a b|t|t|t", "2|b|t|t|t", "3|c|t|t|t"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn refinery() {
    let files = [("V1__initial.sql", SQL[0]), ("V2__b.sql", SQL[1]), ("V3__c.sql", SQL[2])];
    let query = "SELECT version, name, checksum <> '', applied_on::timestamptz <= now() FROM refinery_schema_history ORDER BY 1";
    let place = Place::new(
        "CREATE TABLE refinery_schema_history (version int4 PRIMARY KEY, name varchar(255), applied_on varchar(255), \
         checksum varchar(255))",
        &files,
    )
    .await;
    place.write("U1__initial.sql", "DROP TABLE a;");
    place.apply().await.unwrap();
    assert_eq!(place.rows(query).await, ["1|initial|t|t", "2|b|t|t", "3|c|t|t"]);
    assert_eq!(place.tables().await, ["a", "b", "c", "refinery_schema_history"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn prisma() {
    let files = [
        ("20240101000000_a/migration.sql", SQL[0]),
        ("20240102000000_b/migration.sql", SQL[1]),
        ("20240103000000_c/migration.sql", SQL[2]),
    ];
    let query = "SELECT migration_name, length(id), finished_at >= started_at, rolled_back_at, applied_steps_count FROM \
                 _prisma_migrations ORDER BY 1";
    let wanted = ["20240101000000_a|36|t|NULL|1", "20240102000000_b|36|t|NULL|1", "20240103000000_c|36|t|NULL|1"];
    recorded(files, query, wanted).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn drizzle() {
    let entries = |count: usize| {
        let entry = |at: usize| {
            format!(
                r#"{{"idx": {at}, "version": "7", "when": 17000000000{at}0, "tag": "000{at}_x", "breakpoints": true}}"#
            )
        };
        let entries: Vec<String> = (0..count).map(entry).collect();
        format!(r#"{{"version": "7", "dialect": "postgresql", "entries": [{}]}}"#, entries.join(", "))
    };
    let place =
        Place::new("", &[("0000_x.sql", SQL[0]), ("0001_x.sql", SQL[1]), ("meta/_journal.json", &entries(2))]).await;
    place.apply().await.unwrap();
    place.write("0002_x.sql", SQL[2]);
    place.write("meta/_journal.json", &entries(3));
    place.apply().await.unwrap();
    let query = "SELECT id, length(hash), created_at FROM drizzle.__drizzle_migrations ORDER BY 1";
    assert_eq!(place.rows(query).await, ["1|64|1700000000000", "2|64|1700000000010", "3|64|1700000000020"]);
    assert_eq!(place.tables().await, ["a", "b", "c"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn goose() {
    let table = "CREATE TABLE goose_db_version (id int PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY, version_id bigint NOT NULL, \
                 is_applied boolean NOT NULL, tstamp timestamp NOT NULL DEFAULT now()); \
                 INSERT INTO goose_db_version (version_id, is_applied) VALUES (0, true)";
    let place = Place::new(table, &[("00001_a.sql", SQL[0]), ("00002_b.sql", SQL[1])]).await;
    place.apply().await.unwrap();
    assert_eq!(
        place.rows("SELECT version_id, is_applied FROM goose_db_version ORDER BY id").await,
        ["0|t", "1|t", "2|t"]
    );
    assert_eq!(place.statuses().await, ["00001 applied", "00002 applied"]);
}

/// A history that only its own tool can write is left to it.
#[tokio::test(flavor = "multi_thread")]
async fn what_only_the_tool_can_write_is_refused() {
    let table = "CREATE TABLE alembic_version (version_num varchar(32) NOT NULL PRIMARY KEY)";
    let place = Place::new(table, &[("001_a.sql", SQL[0])]).await;
    let error = place.fails().await.to_string();
    assert!(error.contains("Alembic"), "{error}");
    assert!(place.tables().await == ["alembic_version"]);
}
