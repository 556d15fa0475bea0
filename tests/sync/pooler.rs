//! The whole way through PgBouncer in transaction mode, which gives every transaction another server session.

use crate::{
    bouncer::bouncer,
    support::{Pair, server, set},
};

#[tokio::test]
async fn transaction_pooler_in_front() {
    let Some(bouncer) = bouncer(server()) else { return };
    let sets = set(r#"{ table = "p", key = ["k"] }, { table = "t", key = ["p_id", "k"] }"#);
    let schema = "CREATE TABLE p (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), k text UNIQUE, at timestamptz);
        CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, p_id uuid REFERENCES p, k text, pos int, UNIQUE (p_id, k), UNIQUE (p_id, pos))";
    let rows = |pos: [i32; 2], more: &str| {
        format!(
            "INSERT INTO p (k, at) VALUES ('a', '2024-01-01 00:00:00+00'); INSERT INTO p (k) VALUES ('{more}');
             INSERT INTO t (p_id, k, pos) SELECT id, 'one', {} FROM p; INSERT INTO t (p_id, k, pos) SELECT id, 'two', {} FROM p",
            pos[0], pos[1]
        )
    };
    let mut pair = Pair::new(&sets, schema, &rows([1, 2], "there"), &rows([2, 1], "here")).await;
    pair.target.run(&format!("ALTER DATABASE {} SET timezone = 'Asia/Tokyo'", pair.target.name)).await;
    let url = |db: &str| format!("postgresql://postgres@127.0.0.1:{}/{db}?sslmode=disable", bouncer.port);
    pair.deck = pair.deck_through(&sets, url(&pair.source.name), url(&pair.target.name));
    let before = pair.target.dump().await;
    let applied = pair.sync_deletes().await;
    let everything = "SELECT p.k, p.at, t.k, t.pos FROM p JOIN t ON p_id = p.id ORDER BY 1, 3";
    let (there, here) = (pair.source.rows(everything).await.len(), pair.target.rows(everything).await);
    assert_eq!((there, here.len()), (4, 4), "{here:?}");
    assert_eq!(here[0], "a|2024-01-01 09:00:00+09|one|1");
    pair.undo(&applied.run.unwrap()).await.unwrap();
    assert_eq!(pair.target.dump().await, before);
}
