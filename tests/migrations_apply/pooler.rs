//! Through a pooler that gives every transaction another session.

use crate::{bouncer::bouncer, support::Place};

#[tokio::test(flavor = "multi_thread")]
async fn files_run_and_are_recorded() {
    let files = [
        (
            "001_a.sql",
            "DO $$ BEGIN ASSERT current_setting('lock_timeout') = '3s'; END $$;\nSET search_path = pg_catalog, public;\n\
             CREATE TABLE public.a (id int);\n",
        ),
        ("002_i.sql", "CREATE INDEX CONCURRENTLY i ON a (id);"),
        ("003_b.sql", "CREATE TABLE b (id int);"),
    ];
    let mut place = Place::new("", &files).await;
    let Some(bouncer) = bouncer(&place.server) else { return };
    place.go_through(bouncer.port);
    place.apply().await.unwrap();
    assert_eq!((place.tables().await.len(), place.recorded().await.len()), (2, 3));
    assert_eq!(place.rows("SELECT indisvalid FROM pg_index WHERE indexrelid = 'i'::regclass").await, ["t"]);
    assert_eq!(place.statuses().await, ["001 applied", "002 applied", "003 applied"]);
}
