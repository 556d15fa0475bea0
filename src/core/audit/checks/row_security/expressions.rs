//! RL06, RL10 and RL11: what the conditions of policies say.

use std::collections::BTreeSet;

use super::common::{alter, any_row, drop, filled, listed, written};
use crate::core::{
    audit::{
        check::{Context, Report},
        exposure::{Rights, role_shown},
        expression::{Call, Expression, Truth},
        facts::{Command, Policy, Relation, Volatility},
        matrix::policies_for,
    },
    text::sql_comment,
};

/// Each policy of a table whose row security is on, with the table.
fn in_force<'a>(context: &Context<'a>) -> impl Iterator<Item = (&'a Relation, &'a Policy)> + use<'a> {
    let lookup = context.lookup;
    let policies = context.facts.policies.iter();
    policies.filter_map(move |policy| Some((lookup.relation(policy.relation)?, policy))).filter(|(table, _)| table.rls)
}

/// Who reaches the rows of `table` from outside. The storage service serves its files whatever schemas the API has.
pub fn served<'a>(context: &Context<'a>, table: &'a Relation) -> Vec<(&'a str, Rights<'a>)> {
    let storage = table.name.schema == "storage" && table.name.name == "objects";
    if storage { context.holders(table) } else { context.reached_by(table) }
}

/// A clause of a policy that is true for every row, and what for.
struct Open {
    word: &'static str,
    clause: String,
    /// The columns that have to be not NULL for that.
    filled: BTreeSet<String>,
    commands: Vec<Command>,
}

pub fn rl06(context: &Context<'_>, report: &mut Report<'_>) {
    for (table, policy) in in_force(context).filter(|(_, policy)| policy.permissive) {
        let reach = served(context, table);
        let (mut roles, mut open) = (Vec::new(), Vec::<Open>::new());
        for (role, rights) in &reach {
            let clauses = open_clauses(context, table, policy, role, rights);
            if !clauses.is_empty() {
                roles.push(role_shown(role));
                open.extend(clauses);
            }
        }
        if open.is_empty() {
            continue;
        }
        let mut said = Vec::new();
        for word in ["USING", "WITH CHECK"] {
            let same: Vec<&Open> = open.iter().filter(|clause| clause.word == word).collect();
            let Some(first) = same.first() else { continue };
            let held = |command: &Command| same.iter().any(|clause| clause.commands.contains(command));
            let commands: Vec<Command> = Command::EACH.into_iter().filter(held).collect();
            let mut what = format!("{} for {} is always true", first.clause, listed(&commands));
            if !first.filled.is_empty() {
                let columns = first.filled.iter().map(String::as_str).collect::<Vec<_>>().join(" and ");
                what = format!("{what} where {columns} is not NULL");
            }
            said.push(what);
        }
        let to = roles.join(", ");
        let mut draft = report.found_at(table, format!("{}, for {to}", said.join("; ")));
        draft = draft.part(&policy.name).evidence(written(policy));
        draft.fix(if is_spare(context, table, policy) {
            format!("-- others say which rows are meant\n{}", drop(table, &policy.name))
        } else {
            advice(table, policy, &open)
        });
    }
}

/// The clauses of `policy` that let `role` do what it holds a right for, whatever the row.
fn open_clauses(
    context: &Context<'_>,
    table: &Relation,
    policy: &Policy,
    role: &str,
    rights: &Rights<'_>,
) -> Vec<Open> {
    if !policy.roles.iter().any(|of| context.lookup.has_rights_of(role, of)) {
        return Vec::new();
    }
    let granted = |command: &Command| policy.command.covers(*command) && rights.contains_key(command.word());
    let commands: Vec<Command> = Command::EACH.into_iter().filter(granted).collect();
    let mut out = Vec::new();
    for (word, clause, check) in [("USING", &policy.using, false), ("WITH CHECK", &policy.check, true)] {
        let Some((clause, filled)) = clause.as_deref().and_then(|text| Some((text, always(table, text)?))) else {
            continue;
        };
        let held = |command: &Command| {
            (if check { checks(*command) } else { uses(*command, policy) })
                && !narrowed(context, table, role, *command, check)
        };
        let commands: Vec<Command> = commands.iter().copied().filter(held).collect();
        if !commands.is_empty() {
            let clause = format!("{word} ({})", super::common::unbracketed(clause));
            out.push(Open { word, clause, filled, commands });
        }
    }
    out
}

/// The columns that have to be not NULL for `text` to be true of every row; `None` where it is not.
fn always(table: &Relation, text: &str) -> Option<BTreeSet<String>> {
    let filled = filled(table);
    match Expression::read(text)?.truth(any_row(&filled)) {
        Truth::Always(open) => Some(open),
        Truth::Never | Truth::Unknown => None,
    }
}

/// Whether USING says something of `command`: not of INSERT, but where it stands for WITH CHECK too.
fn uses(command: Command, policy: &Policy) -> bool {
    command != Command::Insert || policy.check.is_none()
}

fn checks(command: Command) -> bool {
    matches!(command, Command::Insert | Command::Update)
}

/// Whether a restrictive policy takes away from what `role` gets by `command`, in the clause that is asked about: a
/// policy that permits all is what one writes before those.
fn narrowed(context: &Context<'_>, table: &Relation, role: &str, command: Command, check: bool) -> bool {
    let restrictive = policies_for(context, table, role, command).filter(|policy| !policy.permissive);
    let clause = |policy: &Policy| {
        let checked = check || command == Command::Insert;
        let first = if checked { policy.check.as_ref() } else { None };
        first.or(policy.using.as_ref()).cloned()
    };
    restrictive.filter_map(clause).any(|text| always(table, &text).is_none())
}

/// Whether `policy` can go and nobody is left without one: for each of its roles and commands there is another that
/// looks at the row.
fn is_spare(context: &Context<'_>, table: &Relation, policy: &Policy) -> bool {
    let another = |role: &str, command: Command| {
        policies_for(context, table, role, command)
            .any(|other| other.permissive && other.name != policy.name && !is_open(table, other, command))
    };
    let commands = Command::EACH.into_iter().filter(|command| policy.command.covers(*command));
    commands.into_iter().all(|command| policy.roles.iter().all(|role| another(role, command)))
}

/// Whether `policy` lets every row through by `command`, whatever is in it.
pub fn is_open(table: &Relation, policy: &Policy, command: Command) -> bool {
    let inserts = command == Command::Insert;
    let clause = if inserts { policy.check.as_ref().or(policy.using.as_ref()) } else { policy.using.as_ref() };
    clause.and_then(|text| always(table, text)).is_some_and(|filled| filled.is_empty())
}

fn advice(table: &Relation, policy: &Policy, open: &[Open]) -> String {
    let has = |word| open.iter().any(|clause| clause.word == word);
    let (using, check) = (has("USING").then_some("…"), has("WITH CHECK").then_some("…"));
    sql_comment(&format!("Say which rows are meant:\n{}", alter(table, policy, using, check)))
}

pub fn rl10(context: &Context<'_>, report: &mut Report<'_>) {
    for (table, policy) in each(context) {
        let mended = |clause: &Option<String>| {
            let read = Expression::read(clause.as_deref()?)?;
            let changes = read.written_by_users();
            (!changes.is_empty()).then(|| read.replaced(&changes))
        };
        let (using, check) = (mended(&policy.using), mended(&policy.check));
        if using.is_none() && check.is_none() {
            continue;
        }
        let detail = format!("policy {} reads what users write about themselves", policy.name);
        let remark =
            sql_comment("app_metadata is written by the server alone: put there what this policy asks for, first");
        let fix = format!("{remark}\n{}", alter(table, policy, using.as_deref(), check.as_deref()));
        report.found_at(table, detail).part(&policy.name).evidence(written(policy)).fix(fix);
    }
}

fn each<'a>(context: &Context<'a>) -> impl Iterator<Item = (&'a Relation, &'a Policy)> + use<'a> {
    let lookup = context.lookup;
    context.facts.policies.iter().filter_map(move |policy| Some((lookup.relation(policy.relation)?, policy)))
}

/// What says the same for a whole statement, and has no dependency that the catalogue would tell of, or may be hidden
/// from whoever looks.
const STEADY: [&str; 5] = ["auth.uid", "auth.jwt", "auth.role", "auth.email", "current_setting"];

pub fn rl11(context: &Context<'_>, report: &mut Report<'_>) {
    for (table, policy) in in_force(context) {
        let steady = steady(context, policy);
        let mut names = BTreeSet::new();
        let mut mended = |clause: &Option<String>| {
            let read = Expression::read(clause.as_deref()?)?;
            let calls = read.calls();
            let per_row = |call: &&Call| !call.once && call.steady && steady.contains(call.name.as_str());
            let calls: Vec<&Call> = calls.iter().filter(per_row).collect();
            names.extend(calls.iter().map(|call| format!("{}()", call.name)));
            (!calls.is_empty()).then(|| read.wrapped(&calls))
        };
        let (using, check) = (mended(&policy.using), mended(&policy.check));
        if using.is_none() && check.is_none() {
            continue;
        }
        let names = names.into_iter().collect::<Vec<_>>().join(", ");
        let detail = format!("policy {} calls {names} for each row", policy.name);
        let fix = alter(table, policy, using.as_deref(), check.as_deref());
        report.found_at(table, detail).part(&policy.name).evidence(written(policy)).fix(fix);
    }
}

/// The functions of `policy` that say the same for a whole statement: those known for it, and the team's own that are
/// declared STABLE. IMMUTABLE ones are called once anyway, VOLATILE ones may mean to be called again.
fn steady<'a>(context: &Context<'a>, policy: &Policy) -> BTreeSet<std::borrow::Cow<'a, str>> {
    let functions: Vec<_> = policy.functions.iter().filter_map(|oid| context.lookup.function(*oid)).collect();
    let name =
        |function: &crate::core::audit::facts::Function| format!("{}.{}", function.name.schema, function.name.name);
    let changing: BTreeSet<String> =
        functions.iter().filter(|function| function.volatility != Volatility::Stable).map(|f| name(f)).collect();
    let stable = functions.iter().map(|function| name(function)).filter(|name| !changing.contains(name));
    STEADY.iter().map(|name| (*name).into()).chain(stable.map(Into::into)).collect()
}
