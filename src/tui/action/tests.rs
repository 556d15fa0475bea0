use super::*;

#[test]
fn the_tables_follow_their_enums() {
    for (at, entry) in Action::all().iter().enumerate() {
        let first = Action::all().iter().position(|other| other.action == entry.action);
        assert_eq!(first, Some(at), "{} stands in the table twice", entry.id);
    }
    for (at, entry) in Pane::ALL.iter().enumerate() {
        assert_eq!(entry.pane as usize, at, "{}", entry.title);
    }
    for (at, (context, name, _)) in Context::ALL.iter().enumerate() {
        assert_eq!(*context as usize, at, "{name}");
    }
}

#[test]
fn every_entry_is_complete_and_every_id_is_one_of_a_kind() {
    for entry in Action::all() {
        let kebab = entry.id.chars().all(|c| c.is_ascii_lowercase() || c == '-');
        assert!(kebab && !entry.contexts.is_empty() && entry.description.ends_with('.'), "{}", entry.id);
        assert_eq!(Action::named(entry.id), Some(entry.action));
    }
}
