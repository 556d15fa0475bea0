//! One fixture folder per style.

use std::path::{Path, PathBuf};

use pgdeck::{
    app::migrations::read,
    core::migrations::{
        file::{File, Kind},
        folder::Folder,
        risk::risks,
        style::Style,
    },
};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/migrations/fixtures").join(name)
}

/// Each file as `version name kind`.
fn shown(folder: &Folder) -> Vec<String> {
    let file = |file: &File| format!("{} {} {:?}", file.version.as_deref().unwrap_or("-"), file.name, file.kind);
    folder.files.iter().map(file).collect()
}

fn expected(style: Style) -> &'static [&'static str] {
    match style {
        Style::Supabase => &["001 profiles Up", "002 profile_policies Up", "20240301090000 profile_city Up"],
        Style::Golang => {
            &["000001 orders Up", "000001 orders Down", "000002 order_total Up", "000002 order_total Down"]
        }
        Style::Dbmate => &["20240105100000 create_lessons UpAndDown", "20240106100000 index_lessons UpAndDown"],
        Style::Refinery => &["1 sensors Up", "2 readings Up", "3 sensor_place Up"],
        Style::Flyway => &[
            "1 rooms Up",
            "1.1 room_seats Up",
            "1.1 room_seats Undo",
            "1_2 room_floor Up",
            "1.10 bookings Up",
            "- room_list Repeatable",
        ],
        Style::Prisma => &["20240110080000 init Up", "20240111080000 title Up"],
        Style::Drizzle => &["0000 first_tables Up", "0001 task_note Up"],
        Style::Sqlx => &["20240201070000 parcels Up", "20240202070000 parcel_index Up"],
        Style::Sqitch => &["- books Up", "- books Down", "- authors Up", "- authors Down"],
        Style::Plain => &["001 ideas Up", "002 add-usage Up"],
    }
}

#[test]
fn every_style_is_recognised_ordered_and_clean() {
    for style in Style::ALL {
        let folder = read(&fixture(style.word()), None).unwrap();
        assert_eq!(folder.style, style);
        assert_eq!(shown(&folder), expected(style), "{}", style.word());
        assert_eq!(folder.problems, [], "{}", style.word());
        assert!(
            folder.files.iter().all(|file| file.exact && !file.statements().list.is_empty() || file.kind == Kind::Down)
        );
    }
}

#[test]
fn a_style_that_is_forced_is_kept() {
    for style in Style::ALL {
        let folder = read(&fixture(style.word()), Some(style)).unwrap();
        assert_eq!(shown(&folder), expected(style), "{}", style.word());
    }
    let folder = read(&fixture("plain"), Some(Style::Sqlx)).unwrap();
    assert_eq!(shown(&folder), ["001 ideas Up"]);
    assert_eq!(
        folder.problems[0].to_string(),
        "002-add-usage.sql:1: sqlx passes it over: its name is not \
         NUMBER_NAME.sql — name it as in 1_name.sql, or move it out of the folder"
    );
}

#[test]
fn a_wish_for_no_transaction_is_honoured_in_each_form() {
    for style in [Style::Dbmate, Style::Sqlx] {
        let folder = read(&fixture(style.word()), None).unwrap();
        let wishes: Vec<bool> = folder.files.iter().map(File::no_transaction).collect();
        assert_eq!(wishes, [false, true], "{}", style.word());
        assert_eq!(risks(&folder.files[1]), []);
    }
}
