//! `[expect]`, `[[accept]]`, `[audit]` and what is exposed: the audit's part of `pgdeck.toml`.

use jiff::civil::Date;
use serde::Deserialize;
use toml::{Spanned, value::Datetime};

use super::super::source::Source;
use crate::core::{
    audit::{
        self,
        rules::{Acceptance, Expectations, ExpectedFunction, ExpectedKey, Limits, Rules, Written},
    },
    error::{Error, Result},
    schema::OnDelete,
};

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct ExpectSection {
    #[serde(default)]
    tables: Vec<Spanned<String>>,
    #[serde(default)]
    rls: Vec<Spanned<String>>,
    #[serde(default)]
    functions: Vec<Spanned<FunctionSection>>,
    #[serde(default)]
    indexes: Vec<Spanned<String>>,
    #[serde(default)]
    fk: Vec<Spanned<KeySection>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FunctionSection {
    name: String,
    args: Option<String>,
    grant: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KeySection {
    table: String,
    columns: Vec<String>,
    references: String,
    on_delete: RuleWord,
}

#[derive(Deserialize, Clone, Copy)]
enum RuleWord {
    #[serde(rename = "restrict")]
    Restrict,
    #[serde(rename = "cascade")]
    Cascade,
    #[serde(rename = "set null")]
    SetNull,
    #[serde(rename = "set default")]
    SetDefault,
    #[serde(rename = "no action")]
    NoAction,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AcceptSection {
    check: Spanned<String>,
    object: String,
    constraint: Option<String>,
    reason: Spanned<String>,
    until: Option<Spanned<Datetime>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct AuditSection {
    unused_index_days: Option<u32>,
    sequence_used: Option<f64>,
    xid_age: Option<u64>,
    sensitive: Option<Vec<String>>,
}

/// What the file says of what is served to strangers.
pub(super) struct Exposed {
    pub schemas: Option<Vec<String>>,
    pub roles: Option<Vec<String>>,
}

/// The rules that the file declares.
pub(super) fn rules(
    source: &Source,
    exposed: Exposed,
    expect: ExpectSection,
    accept: Vec<Spanned<AcceptSection>>,
    limits: AuditSection,
) -> Result<Rules> {
    let default = Rules::default();
    Ok(Rules {
        exposed_schemas: exposed.schemas.unwrap_or(default.exposed_schemas),
        exposed_roles: exposed.roles.unwrap_or(default.exposed_roles),
        expect: expectations(source, expect),
        accepted: accept.into_iter().map(|section| acceptance(source, section)).collect::<Result<_>>()?,
        limits: limits.into(),
    })
}

fn expectations(source: &Source, section: ExpectSection) -> Expectations {
    Expectations {
        tables: written(source, section.tables, |name| name),
        rls: written(source, section.rls, |name| name),
        functions: written(source, section.functions, |function| ExpectedFunction {
            name: function.name,
            arguments: function.args,
            grant: function.grant,
        }),
        indexes: written(source, section.indexes, |name| name),
        foreign_keys: written(source, section.fk, |key| ExpectedKey {
            table: key.table,
            columns: key.columns,
            references: key.references,
            on_delete: key.on_delete.into(),
        }),
    }
}

fn written<T, U>(source: &Source, values: Vec<Spanned<T>>, into: impl Fn(T) -> U) -> Vec<Written<U>> {
    let one = |value: Spanned<T>| {
        let place = place(source, value.span().start);
        Written { value: into(value.into_inner()), place }
    };
    values.into_iter().map(one).collect()
}

fn place(source: &Source, offset: usize) -> String {
    format!("{}:{}", source.name, source.line(offset))
}

fn acceptance(source: &Source, section: Spanned<AcceptSection>) -> Result<Acceptance> {
    let place = place(source, section.span().start);
    let section = section.into_inner();
    let Some(check) = audit::check(section.check.get_ref()) else {
        return Err(unknown_check(source, &section.check));
    };
    if section.reason.get_ref().trim().is_empty() {
        return Err(source.error(section.reason.span().start, "an acceptance needs a reason").object(check.id));
    }
    let until = section.until.map(|until| day(source, &until)).transpose()?;
    Ok(Acceptance {
        check: check.id.to_owned(),
        object: section.object,
        part: section.constraint,
        reason: section.reason.into_inner(),
        until,
        place,
    })
}

fn unknown_check(source: &Source, check: &Spanned<String>) -> Error {
    let error = source.error(check.span().start, "there is no such check").object(check.get_ref());
    match audit::nearest_id(check.get_ref()) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => error.hint("docs/checks.md lists them"),
    }
}

/// A day; one with a time is refused, because nobody could tell which zone it is in.
fn day(source: &Source, until: &Spanned<Datetime>) -> Result<Date> {
    let wrong = || source.error(until.span().start, "this is no day").hint("write it as until = 2027-01-31");
    let Datetime { date: Some(date), time: None, .. } = *until.get_ref() else { return Err(wrong()) };
    let parts = (i16::try_from(date.year), i8::try_from(date.month), i8::try_from(date.day));
    let (Ok(year), Ok(month), Ok(day)) = parts else { return Err(wrong()) };
    Date::new(year, month, day).map_err(|_| wrong())
}

impl From<AuditSection> for Limits {
    fn from(section: AuditSection) -> Self {
        let default = Limits::default();
        Limits {
            unused_index_days: section.unused_index_days.unwrap_or(default.unused_index_days),
            sequence_used: section.sequence_used.unwrap_or(default.sequence_used),
            xid_age: section.xid_age.unwrap_or(default.xid_age),
            sensitive: section.sensitive.unwrap_or(default.sensitive),
        }
    }
}

impl From<RuleWord> for OnDelete {
    fn from(word: RuleWord) -> Self {
        match word {
            RuleWord::Restrict => OnDelete::Restrict,
            RuleWord::Cascade => OnDelete::Cascade,
            RuleWord::SetNull => OnDelete::SetNull,
            RuleWord::SetDefault => OnDelete::SetDefault,
            RuleWord::NoAction => OnDelete::NoAction,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Project;
    use super::*;

    const HEAD: &str = "[project]\nname = \"x\"\n[env.a]\nkind = \"staging\"\n";

    fn parse(text: &str) -> Result<Rules> {
        Project::parse(Source::new("pgdeck.toml", format!("{HEAD}{text}"))).map(|project| project.audit)
    }

    #[test]
    fn what_is_written_knows_its_line() {
        let rules = parse(
            "[expect]\ntables = [\n  \"a\",\n  \"b\",\n]\n[[expect.fk]]\ntable = \"a\"\ncolumns = [\"b_id\"]\n\
             references = \"b\"\non_delete = \"set null\"\n[[accept]]\ncheck = \"fk03\"\nobject = \"public.a\"\n\
             reason = \"small\"\nuntil = 2027-01-31\n",
        )
        .expect("rules");
        assert_eq!(rules.expect.tables[1], Written { value: "b".into(), place: "pgdeck.toml:8".into() });
        assert_eq!(rules.expect.foreign_keys[0].place, "pgdeck.toml:10");
        assert_eq!(rules.expect.foreign_keys[0].value.on_delete, OnDelete::SetNull);
        assert_eq!((rules.accepted[0].check.as_str(), rules.accepted[0].place.as_str()), ("FK03", "pgdeck.toml:15"));
        assert_eq!(rules.accepted[0].until, Some(jiff::civil::date(2027, 1, 31)));
    }

    #[test]
    fn nothing_set_is_public_exposed_and_not_clean() {
        let rules = parse("").expect("rules");
        assert!(rules.is_exposed("public"));
        assert!(!rules.is_exposed("internal"));
    }

    #[test]
    fn mistakes_name_their_line() {
        for (text, line, says) in [
            ("[[accept]]\ncheck = \"FK30\"\nobject = \"a\"\nreason = \"r\"\n", 6, "did you mean"),
            ("[[accept]]\ncheck = \"FK03\"\nobject = \"a\"\nreason = \" \"\n", 8, "needs a reason"),
            ("[[accept]]\ncheck = \"FK03\"\nobject = \"a\"\n", 5, "missing field `reason`"),
            ("[[accept]]\ncheck = \"FK03\"\nobject = \"a\"\nreason = \"r\"\nuntil = 2027-02-30\n", 9, ""),
            ("[expect]\ntabels = []\n", 6, "did you mean `tables`"),
            (
                "[[expect.fk]]\ntable = \"a\"\ncolumns = []\nreferences = \"b\"\non_delete = \"restrct\"\n",
                9,
                "did you mean `restrict`",
            ),
        ] {
            let error = parse(text).expect_err(text);
            assert_eq!(error.place.as_deref(), Some(format!("pgdeck.toml:{line}").as_str()), "{error}");
            assert!(error.to_string().contains(says), "{error}");
        }
    }
}
