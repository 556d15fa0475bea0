//! The XML of `JUnit`, which every build server shows: a suite for each family, a case for each finding, and one for each
//! check that found nothing.

use quick_xml::{
    Writer,
    events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event},
};

use super::{
    super::{Audit, Check, Family, Finding, Severity, Unseen, checks},
    place, release,
};
use crate::core::text::printable_lines;

/// How a case ended.
enum End<'a> {
    Passed,
    /// Nothing that makes the run fail, but worth reading.
    Noted(String),
    Failed {
        kind: &'a str,
        message: String,
        text: String,
    },
    /// It could not be looked at.
    Error(String),
    Skipped(String),
}

struct Case<'a> {
    name: String,
    end: End<'a>,
}

/// The audit; what is at or above `limit` counts as failed, nothing where there is none.
pub(super) fn junit(environment: &str, audit: &Audit, limit: Option<Severity>) -> String {
    let mut out = Writer::new_with_indent(Vec::new(), b' ', 2);
    // Writing to memory does not fail, and what is written is text.
    let _ = write(&mut out, environment, audit, limit);
    String::from_utf8(out.into_inner()).unwrap_or_default() + "\n"
}

fn write(out: &mut Writer<Vec<u8>>, environment: &str, audit: &Audit, limit: Option<Severity>) -> std::io::Result<()> {
    out.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let suites: Vec<(Family, Vec<Case<'_>>)> =
        Family::ALL.iter().map(|family| (*family, cases(*family, audit, limit))).collect();
    let all: Vec<&Case<'_>> = suites.iter().flat_map(|(_, cases)| cases).collect();
    out.write_event(Event::Start(counted(BytesStart::new("testsuites"), &format!("audit of {environment}"), &all)))?;
    for (family, cases) in &suites {
        let refs: Vec<&Case<'_>> = cases.iter().collect();
        out.write_event(Event::Start(counted(BytesStart::new("testsuite"), family.title(), &refs)))?;
        for case in cases {
            write_case(out, environment, *family, case)?;
        }
        out.write_event(Event::End(BytesEnd::new("testsuite")))?;
    }
    out.write_event(Event::End(BytesEnd::new("testsuites")))
}

fn counted<'a>(mut tag: BytesStart<'a>, name: &str, cases: &[&Case<'_>]) -> BytesStart<'a> {
    let count = |wanted: fn(&End<'_>) -> bool| cases.iter().filter(|case| wanted(&case.end)).count().to_string();
    tag.push_attribute(("name", xml(name).as_str()));
    tag.push_attribute(("tests", cases.len().to_string().as_str()));
    tag.push_attribute(("failures", count(|end| matches!(end, End::Failed { .. })).as_str()));
    tag.push_attribute(("errors", count(|end| matches!(end, End::Error(_))).as_str()));
    tag.push_attribute(("skipped", count(|end| matches!(end, End::Skipped(_))).as_str()));
    tag
}

fn write_case(out: &mut Writer<Vec<u8>>, environment: &str, family: Family, case: &Case<'_>) -> std::io::Result<()> {
    let mut tag = BytesStart::new("testcase");
    tag.push_attribute(("classname", xml(&format!("{environment}.{}", family.title())).as_str()));
    tag.push_attribute(("name", xml(&case.name).as_str()));
    let inner = match &case.end {
        End::Passed => return out.write_event(Event::Empty(tag)),
        End::Noted(text) => ("system-out", None, text.as_str()),
        End::Failed { kind, message, text } => ("failure", Some((message.as_str(), *kind)), text.as_str()),
        End::Error(message) => ("error", Some((message.as_str(), "cannot see")), ""),
        End::Skipped(message) => ("skipped", Some((message.as_str(), "")), ""),
    };
    out.write_event(Event::Start(tag))?;
    let (name, attributes, text) = inner;
    let mut tag = BytesStart::new(name);
    if let Some((message, kind)) = attributes {
        tag.push_attribute(("message", xml(message).as_str()));
        if !kind.is_empty() {
            tag.push_attribute(("type", kind));
        }
    }
    if text.is_empty() {
        out.write_event(Event::Empty(tag))?;
    } else {
        out.write_event(Event::Start(tag))?;
        out.write_event(Event::Text(BytesText::new(&xml(text))))?;
        out.write_event(Event::End(BytesEnd::new(name)))?;
    }
    out.write_event(Event::End(BytesEnd::new("testcase")))
}

/// Text without the characters that XML 1.0 has no way to write (W3C, section 2.2).
fn xml(text: &str) -> String {
    printable_lines(text).into_owned()
}

fn cases(family: Family, audit: &Audit, limit: Option<Severity>) -> Vec<Case<'_>> {
    let mut cases = Vec::new();
    for check in checks().filter(|check| check.family == family) {
        let findings = audit.findings.iter().filter(|finding| finding.check == check.id);
        let unseen = audit.unseen.iter().filter(|unseen| unseen.id == check.id);
        let before = cases.len();
        cases.extend(findings.map(|finding| case(finding, limit)));
        cases.extend(unseen.map(|unseen| hidden(unseen, limit)));
        if cases.len() == before {
            cases.push(Case { name: format!("{} {}", check.id, check.title), end: quiet(check, audit) });
        }
    }
    cases
}

/// The end of a check without a finding.
fn quiet<'a>(check: &Check, audit: &Audit) -> End<'a> {
    if audit.skipped.iter().any(|skipped| skipped.id == check.id) {
        End::Skipped(format!("needs PostgreSQL {}", release(check.since)))
    } else if audit.asked.iter().any(|asked| asked.id == check.id) {
        End::Passed
    } else {
        End::Skipped("not asked for".into())
    }
}

fn case(finding: &Finding, limit: Option<Severity>) -> Case<'_> {
    let text = format!("{}\n{}\n\n{}", finding.detail, finding.evidence.join("\n"), finding.fix);
    let fails = limit.is_some_and(|limit| finding.severity <= limit);
    let end = match &finding.accepted {
        Some(accepted) => End::Skipped(format!("accepted: {}", accepted.reason)),
        None if fails => End::Failed { kind: finding.severity.word(), message: finding.detail.clone(), text },
        None => End::Noted(text),
    };
    Case { name: format!("{} {}", finding.check, place(finding)), end }
}

fn hidden(unseen: &Unseen, limit: Option<Severity>) -> Case<'_> {
    let object = unseen.object.as_ref().map(|object| format!(" {object}")).unwrap_or_default();
    let reason = format!("cannot be seen: {}", unseen.reason);
    let end = if limit.is_some_and(|limit| unseen.severity <= limit) { End::Error(reason) } else { End::Noted(reason) };
    Case { name: format!("{}{object}", unseen.id), end }
}
