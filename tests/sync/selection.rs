//! What the operator chose is what arrives, and nothing else.

use pgdeck::core::sync::{diff::Change, select::Selection};

use crate::support::{Pair, at, row, set, show};

const SCHEMA: &str = "
    CREATE TABLE shelves (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text UNIQUE NOT NULL, note text);
    CREATE TABLE books (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, isbn text UNIQUE NOT NULL, title text,
                        price numeric, shelf_id int REFERENCES shelves)";

fn sets() -> String {
    set(r#"{ table = "shelves", key = ["name"] }, { table = "books", key = ["isbn"] }"#)
}

async fn library() -> Pair {
    let source = "INSERT INTO shelves (name, note) VALUES ('old', 'n'), ('new', 'n');
        INSERT INTO books (isbn, title, price, shelf_id) VALUES ('1', 'One', 10, 1), ('2', 'Two', 20, 1), ('3', 'Three', 30, 2)";
    let target = "INSERT INTO shelves (name, note) VALUES ('gone', 'n'), ('old', 'o');
        INSERT INTO books (isbn, title, price, shelf_id) VALUES ('1', 'Uno', 1, 2), ('2', 'Dos', 2, 2), ('9', 'Nine', 9, 1)";
    Pair::new(&sets(), SCHEMA, source, target).await
}

const BOOKS: &str =
    "SELECT b.isbn, b.title, b.price, s.name FROM books b LEFT JOIN shelves s ON s.id = shelf_id ORDER BY 1";

#[tokio::test]
async fn exactly_the_chosen_rows_and_columns_arrive() {
    let pair = library().await;
    let review = pair.review().await;
    let mut selection = Selection::default();
    let one = at(&review, "public.books", "1");
    assert_eq!(selection.toggle(&review, one), 0);
    selection.toggle_column(&review, one, "price");
    assert_eq!((selection.len(), selection.count(&review, Change::Update)), (1, 1));
    pair.apply(&pair.plan(&review, &selection)).await.unwrap();
    assert_eq!(pair.target.rows(BOOKS).await, ["1|One|1|old", "2|Dos|2|old", "9|Nine|9|gone"]);
    assert_eq!(pair.target.rows("SELECT name, note FROM shelves ORDER BY 1").await, ["gone|n", "old|o"]);
}

#[tokio::test]
async fn a_child_brings_its_new_parent_and_goes_with_it() {
    let pair = library().await;
    let review = pair.review().await;
    let (child, parent) = (at(&review, "public.books", "3"), at(&review, "public.shelves", "new"));
    let mut selection = Selection::default();
    assert_eq!(selection.toggle(&review, child), 1, "the parent comes along");
    assert!(selection.contains(parent));
    assert_eq!(selection.toggle(&review, parent), 1, "the child goes along");
    assert!(selection.is_empty());
    selection.toggle(&review, child);
    pair.apply(&pair.plan(&review, &selection)).await.unwrap();
    assert_eq!(pair.target.rows(BOOKS).await, ["1|Uno|1|old", "2|Dos|2|old", "3|Three|30|new", "9|Nine|9|gone"]);
    assert_eq!(pair.target.rows("SELECT name, note FROM shelves ORDER BY 1").await, ["gone|n", "new|n", "old|o"]);
}

#[tokio::test]
async fn a_delete_brings_the_deletes_of_its_children_and_goes_with_them() {
    let pair = library().await;
    let review = pair.review_deletes().await;
    let (child, parent) = (at(&review, "public.books", "9"), at(&review, "public.shelves", "gone"));
    let mut selection = Selection::default();
    assert_eq!(selection.toggle(&review, parent), 1, "the child comes along");
    assert!(selection.contains(child));
    assert_eq!(selection.toggle(&review, child), 1, "a parent with a child left cannot go");
    assert!(selection.is_empty());
    assert_eq!(selection.toggle(&review, child), 0, "a child goes alone");
    assert!(Selection::all(&review).contains(parent), "{}", show(&review));
    selection.toggle(&review, parent);
    pair.apply(&pair.plan(&review, &selection)).await.unwrap();
    assert_eq!(pair.target.rows("SELECT name FROM shelves").await, ["old"]);
    assert_eq!(pair.target.rows(BOOKS).await, ["1|Uno|1|old", "2|Dos|2|old"]);
}

#[tokio::test]
async fn a_delete_is_blocked_while_any_row_below_it_is() {
    let schema = "CREATE TABLE a (id int PRIMARY KEY, k text UNIQUE NOT NULL);
        CREATE TABLE b (id int PRIMARY KEY, k text UNIQUE NOT NULL, a_id int REFERENCES a ON DELETE CASCADE);
        CREATE TABLE c (id int PRIMARY KEY, b_id int REFERENCES b ON DELETE CASCADE)";
    let sets = set(r#"{ table = "a", key = ["k"] }, { table = "b", key = ["k"] }"#);
    let target = "INSERT INTO a VALUES (1, 'a1'), (2, 'a2'); INSERT INTO b VALUES (1, 'b1', 1), (2, 'b2', 2);
        INSERT INTO c VALUES (1, 1)";
    let pair = Pair::new(&sets, schema, "", target).await;
    let review = pair.review_deletes().await;
    let why = |table, key| row(&review, table, key).blocked.clone();
    assert_eq!(why("public.b", "b1").as_deref(), Some("1 row of public.c (1) points to it (CASCADE)"));
    assert_eq!(why("public.a", "a1").as_deref(), Some("1 row of public.b (1) points to it (CASCADE)"));
    assert_eq!((why("public.b", "b2"), why("public.a", "a2")), (None, None));
    pair.apply(&pair.all(&review)).await.unwrap();
    assert_eq!(pair.target.rows("SELECT k FROM a UNION ALL SELECT k FROM b ORDER BY 1").await, ["a1", "b1"]);
    assert_eq!(pair.target.rows("SELECT id FROM c").await, ["1"]);
}

#[tokio::test]
async fn a_column_left_out_needs_no_parent_for_its_value() {
    let source =
        "INSERT INTO shelves (name) VALUES ('new'); INSERT INTO books (isbn, title, shelf_id) VALUES ('1', 'One', 1)";
    let target = "INSERT INTO books (isbn, title) VALUES ('1', 'Uno')";
    let pair = Pair::new(&sets(), SCHEMA, source, target).await;
    let review = pair.review().await;
    let mut selection = Selection::all(&review);
    selection.toggle_column(&review, at(&review, "public.books", "1"), "shelf_id");
    selection.toggle(&review, at(&review, "public.shelves", "new"));
    assert_eq!(selection.len(), 1, "the book stays");
    pair.apply(&pair.plan(&review, &selection)).await.unwrap();
    assert_eq!(pair.target.rows(BOOKS).await, ["1|One|∅|∅"]);
}
