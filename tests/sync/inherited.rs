//! Foreign keys that the catalogue does not show as one row of one table: those of a parent by INHERITS, and those with a
//! PERIOD.

use crate::support::{Pair, set};

const SCHEMA: &str = "CREATE TABLE people (id int PRIMARY KEY, name text UNIQUE);
    CREATE TABLE pay (k text PRIMARY KEY, who int REFERENCES people, v text);
    CREATE TABLE pay_2024 (PRIMARY KEY (k)) INHERITS (pay);";

fn people(first: &str, second: &str) -> String {
    format!(
        "INSERT INTO people VALUES (1, '{first}'), (2, '{second}');
         INSERT INTO pay_2024 SELECT 'of ' || name, id, 'x' FROM people"
    )
}

async fn pair(more: &str) -> Pair {
    let tables =
        format!(r#"{{ table = "people", key = ["name"] }}, {{ table = "pay" }}, {{ table = "pay_2024"{more} }}"#);
    Pair::new(&set(&tables), SCHEMA, &people("alice", "bob"), &people("bob", "alice")).await
}

#[tokio::test]
async fn a_column_that_is_a_foreign_key_in_the_parent_is_not_taken_for_a_value() {
    let review = pair("").await.review().await;
    let blocked = review.tables[2].blocked.clone().unwrap();
    assert!(
        blocked.contains("(who) → public.people is a foreign key of public.pay, which it inherits from"),
        "{blocked}"
    );
    assert!(blocked.contains(r#"references = { who = "public.people" }"#), "{blocked}");
    // Declared, it is the parent's key that is compared.
    let declared = pair(r#", references = { who = "people" }"#).await;
    let review = declared.review().await;
    assert!(review.is_empty(), "{review:?}");
    // Said to be a plain value, it is one.
    let review = pair(r#", plain = ["who"]"#).await.review().await;
    assert_eq!(review.tables[2].rows.len(), 2);
}
