use super::*;

fn candidate(table: &str, columns: &str) -> Candidate {
    let columns = columns.split_whitespace().filter_map(|column| column.split_once(':'));
    Candidate {
        table: QName::parse(table).unwrap_or_else(|| QName::new("public", table)),
        columns: columns.map(|(name, kind)| (name.to_owned(), kind.to_owned())).collect(),
        rails: false,
    }
}

fn tool(table: &str, columns: &str) -> Recognised {
    recognise(&candidate(table, columns))
}

#[test]
fn several_tools_share_a_name() {
    use Recognised::History;
    let shared = "schema_migrations";
    assert_eq!(tool(shared, "version:varchar"), History(Tool::Dbmate));
    assert_eq!(recognise(&Candidate { rails: true, ..candidate(shared, "version:varchar") }), History(Tool::Rails));
    assert_eq!(tool(shared, "version:int8 dirty:bool"), History(Tool::Golang));
    assert_eq!(
        tool("supabase_migrations.schema_migrations", "version:text statements:_text name:text"),
        History(Tool::Supabase)
    );
    assert_eq!(tool("supabase_migrations.schema_migrations", "version:text"), History(Tool::Supabase));
}

#[test]
fn a_column_more_or_of_another_type_makes_another_table() {
    // Ecto's.
    let told = "named as a history of dbmate is, but has version of another type and inserted_at of its own";
    assert_eq!(tool("schema_migrations", "version:int8 inserted_at:timestamp"), Recognised::Lookalike(told.into()));
    let told = "named as a history of goose is, but has is_applied of another type";
    assert_eq!(
        tool("goose_db_version", "id:int4 version_id:int8 is_applied:int4 tstamp:timestamp"),
        Recognised::Lookalike(told.into())
    );
    assert_eq!(tool("releases", "version:text"), Recognised::Other);
    assert_eq!(tool("assets", "id:int4 hash:text created_at:int8"), Recognised::Other);
}

#[test]
fn a_name_of_the_teams_own_is_no_hindrance_where_the_columns_say_enough() {
    assert_eq!(tool("ops.versions", "version:int8 dirty:bool"), Recognised::History(Tool::Golang));
    assert_eq!(
        tool("ops.ledger", "version:int4 name:varchar applied_on:varchar checksum:varchar"),
        Recognised::History(Tool::Refinery)
    );
}

#[test]
fn no_two_signatures_admit_the_same_table() {
    for signature in SIGNATURES {
        for other in SIGNATURES.iter().filter(|other| other.tool != signature.tool) {
            let same = signature.required == other.required;
            assert!(!same || signature.tool == Tool::Supabase || other.tool == Tool::Supabase);
        }
    }
}
