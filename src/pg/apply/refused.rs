//! Why the server refused a statement that writes, where its own words do not say enough.

use tokio_postgres::error::{DbError, SqlState};

use super::{name, rolled_back};
use crate::{
    core::{
        error::{Code, Error},
        sync::{
            fires::{Fires, fires, who},
            plan::{NewValue, Operation, Plan, Step},
            row::Value,
        },
        trigger::TriggerKind,
    },
    pg::connect::Transaction,
};

/// Names that a function of the target does not find: relation, function, column, schema, type.
const NOT_FOUND: [SqlState; 5] = [
    SqlState::UNDEFINED_TABLE,
    SqlState::UNDEFINED_FUNCTION,
    SqlState::UNDEFINED_COLUMN,
    SqlState::INVALID_SCHEMA_NAME,
    SqlState::UNDEFINED_OBJECT,
];

const HINT: &str = "names without a schema are looked up in the role's search_path: write the schema into the function, \
                    or set its search_path (ALTER FUNCTION … SET search_path)";

/// The error of what the server ran because rows were written, with the triggers and the function of the target at fault.
pub(super) async fn refused(tx: &Transaction<'_>, plan: &Plan, error: &tokio_postgres::Error) -> Error {
    let described = described(tx, error).await;
    named(described, &callers(plan, error))
}

fn named(error: Error, triggers: &[String]) -> Error {
    match triggers {
        [] => error,
        triggers => Error { message: format!("{}: {}", who(triggers), error.message), ..error },
    }
}

/// The error, with the function of the target that raised it.
async fn described(tx: &Transaction<'_>, error: &tokio_postgres::Error) -> Error {
    let described = rolled_back(tx.fault(error).await);
    let answer = error.as_db_error();
    if let Some(answer) = answer.filter(|answer| *answer.code() == SqlState::INSUFFICIENT_PRIVILEGE) {
        return not_allowed(&tx.connection().server().role, answer, described);
    }
    let Some(function) = answer.filter(|answer| NOT_FOUND.contains(answer.code())).and_then(function) else {
        return described;
    };
    Error {
        code: Code::RolledBack,
        message: format!("in the function `{function}` of the target: {}", described.message),
        hint: Some(HINT.to_owned()),
        ..described
    }
}

/// A privilege that the role lacks: for the statement itself, or for what a function of the target does, which a trigger
/// calls.
fn not_allowed(role: &str, answer: &DbError, described: Error) -> Error {
    let said = answer.message();
    match function(answer) {
        Some(function) => {
            let message =
                format!("the role `{role}` may not do what the function `{function}` of the target does: {said}");
            Error { message, ..described }.hint(format!(
                "grant the role `{role}` what is missing, or make the function SECURITY DEFINER, with its own search_path"
            ))
        }
        None => Error { message: format!("the role `{role}` may not do this: {said}"), ..described }
            .hint(format!("grant the role `{role}` what is missing")),
    }
}

/// The triggers of the plan's tables, and of those that the server cascades to, that call a function in which `error` was
/// raised: the nearest, for each of these calls the next.
fn callers(plan: &Plan, error: &tokio_postgres::Error) -> Vec<String> {
    let context = error.as_db_error().and_then(DbError::where_).unwrap_or_default();
    let mut called = context.lines().filter_map(called);
    called.find_map(|function| Some(calling(plan, &function)).filter(|names| !names.is_empty())).unwrap_or_default()
}

fn calling(plan: &Plan, function: &str) -> Vec<String> {
    let called = function.split('(').next().unwrap_or_default();
    let is_it = |known: &str| known == called || known.rsplit_once('.').is_some_and(|(_, name)| name == called);
    let mut out = Vec::new();
    for shape in &plan.shapes {
        let own = shape.triggers.iter().map(|trigger| Fires { table: &shape.table, trigger });
        let cascading = shape
            .children
            .iter()
            .flat_map(|child| child.triggers.iter().map(|trigger| Fires { table: &child.table, trigger }));
        for fires in own.chain(cascading).filter(|fires| is_it(&fires.trigger.function)) {
            let name = fires.name();
            if !out.contains(&name) {
                out.push(name);
            }
        }
    }
    out
}

/// `described`, with the triggers that run before the row is written where they can have made the server refuse it: they
/// wrote the row themselves, which no function is the context of, or replaced a value of it.
fn blaming(plan: &Plan, step: &Step, error: &tokio_postgres::Error, described: Error) -> Error {
    let Some(code) = error.code() else { return described };
    let fired = fires(plan, std::iter::once((step, false)));
    let before = |fires: &&Fires| fires.trigger.kind == TriggerKind::Before;
    let names: Vec<_> = fired.iter().filter(before).map(Fires::name).collect();
    if *code == SqlState::TRIGGERED_DATA_CHANGE_VIOLATION {
        let all: Vec<_> = fired.iter().map(Fires::name).collect();
        let names = if names.is_empty() { all } else { names };
        let hint = "leave the row out, or let an AFTER trigger do what this one does to other rows";
        return named(described, &[who(&names)]).hint(hint);
    }
    let values = ["22", "23", "44"].contains(&code.code().get(..2).unwrap_or_default());
    if names.is_empty() || !values || described.hint.is_some() || step.operation == Operation::Delete {
        return described;
    }
    described.hint(format!("{} may have changed the row before it was written", who(&names)))
}

/// The same for the statement of a step, whose row is named, with the trigger at fault.
pub(super) async fn refused_step(
    tx: &Transaction<'_>,
    plan: &Plan,
    step: &Step,
    error: &tokio_postgres::Error,
) -> Error {
    let callers = callers(plan, error);
    let mut described = named(Error { object: Some(name(step)), ..described(tx, error).await }, &callers);
    if callers.is_empty() {
        described = blaming(plan, step, error, described);
    }
    let unknown = |answer: &&DbError| *answer.code() == SqlState::UNTRANSLATABLE_CHARACTER;
    let Some(character) = error.as_db_error().filter(unknown).and_then(|answer| character(answer.message())) else {
        return described;
    };
    let holds = |value: &Value| value.as_deref().is_some_and(|text| text.contains(character));
    let column = step.set.iter().find_map(|assignment| match &assignment.value {
        NewValue::Value(value) => holds(value).then(|| assignment.columns.join(", ")),
        NewValue::Parent(key) => key.0.iter().any(holds).then(|| assignment.columns.join(", ")),
    });
    let column = column.map_or_else(|| "its key".to_owned(), |column| format!("`{column}`"));
    let message = format!(
        "{column} holds `{character}` (U+{:04X}), which the target's encoding does not have",
        u32::from(character)
    );
    Error { message, ..described }.all_rolled_back().hint("leave the row out, or change the character in the source")
}

/// The function whose statement failed, by the context of the error: the innermost comes first. A context that cannot be
/// read, because it is in another language or of another kind of function, is shown as it is.
fn function(answer: &DbError) -> Option<String> {
    let context = answer.where_()?;
    context.lines().find_map(called).or_else(|| context.lines().last().map(str::to_owned))
}

/// `public.note()` of `PL/pgSQL function public.note() line 1 at SQL statement`, `note` of `SQL function "note" …` and
/// of `PL/Python function "note"`.
fn called(line: &str) -> Option<String> {
    if line.starts_with("PL/pgSQL") {
        let open = line.find('(')?;
        let from = line[..open].rfind(' ').map_or(0, |at| at + 1);
        let close = open + line[open..].find(')')?;
        return Some(line[from..=close].to_owned());
    }
    let quoted = line.starts_with("SQL function ") || line.contains("PL/");
    let (_, rest) = line.split_once('"').filter(|_| quoted)?;
    rest.split_once('"').map(|(name, _)| name.to_owned())
}

/// The character of `character with byte sequence 0xe4 0xb8 0xad in encoding "UTF8" has no equivalent …`.
fn character(message: &str) -> Option<char> {
    let bytes = message.split_whitespace().filter_map(|word| word.strip_prefix("0x"));
    let bytes: Result<Vec<u8>, _> = bytes.map(|hex| u8::from_str_radix(hex, 16)).collect();
    String::from_utf8(bytes.ok()?).ok()?.chars().next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_function_is_found_in_any_language() {
        let of = |line| called(line).unwrap_or_default();
        assert_eq!(of("PL/pgSQL function public.note() line 1 at SQL statement"), "public.note()");
        assert_eq!(of("PL/pgSQL-Funktion note(integer,text) Zeile 1 bei SQL-Anweisung"), "note(integer,text)");
        assert_eq!(of("SQL function \"count_all\" during startup"), "count_all");
        assert_eq!(of("PL/Python function \"note\""), "note");
        assert_eq!(of("in PL/Tcl function \"note\""), "note");
        assert_eq!(called("SQL statement \"insert into plan_log values (new.key)\""), None);
    }

    #[test]
    fn the_character_is_read_from_its_bytes() {
        let message =
            "character with byte sequence 0xe4 0xb8 0xad in encoding \"UTF8\" has no equivalent in encoding \"LATIN1\"";
        assert_eq!(character(message), Some('中'));
        assert_eq!(character("something else"), None);
    }
}
