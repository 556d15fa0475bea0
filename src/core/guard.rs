//! The only authority for writes.
//!
//! A writing connection is opened with a [`Permit`] and with nothing else, and only [`permit`] makes
//! one. Console, verbs and runbooks all come through here.

use super::{
    env::Environment,
    error::{Error, Result},
    gate::{Digest, EnvName, Typed},
};

/// Leave to run one plan against one environment. Cannot be built elsewhere, copied or kept.
#[derive(Debug)]
pub struct Permit {
    environment: EnvName,
    digest: Digest,
}

impl Permit {
    /// The environment that may be written.
    pub fn environment(&self) -> &EnvName {
        &self.environment
    }

    /// The digest of the plan that may be run.
    pub fn digest(&self) -> &Digest {
        &self.digest
    }
}

/// Grants leave to run the plan `digest`, made for `planned_for`, against `environment`, if its section
/// allows writing and the operator typed its name.
///
/// The digest, the environment and what was typed are types of their own, so that none stands in for another:
///
/// ```compile_fail
/// # use pgdeck::core::{env::Environment, gate::{Digest, EnvName, Typed}, guard};
/// # fn f(environment: &Environment, digest: &Digest, planned_for: &EnvName, typed: &Typed) {
/// let _ = guard::permit(environment, digest, typed, planned_for);
/// # }
/// ```
pub fn permit(environment: &Environment, digest: &Digest, planned_for: &EnvName, typed: &Typed) -> Result<Permit> {
    let name = &environment.name;
    if digest.is_empty() {
        return Err(Error::refused("there is no reviewed plan").env(name).hint("review first"));
    }
    if planned_for != name {
        return Err(Error::refused(format!("the plan was reviewed for `{planned_for}`"))
            .env(name)
            .hint(format!("confirm `{planned_for}`, or review again with --to {name}")));
    }
    if !environment.writable {
        return Err(Error::refused(format!("this {} environment is read-only", environment.kind.word()))
            .env(name)
            .hint(format!("to allow it, its section [env.{name}] must say `writable = true`")));
    }
    if typed.as_str() != name.as_str() {
        return Err(Error::refused(format!("typed `{typed}`, which is not the environment's name"))
            .env(name)
            .hint(format!("type `{name}` to confirm")));
    }
    Ok(Permit { environment: name.clone(), digest: digest.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::{
        env::{Kind, Target},
        error::Code,
    };

    fn environment(kind: Kind, writable: bool) -> Environment {
        Environment { name: "preprod".into(), kind, writable, target: Target::default() }
    }

    #[test]
    fn a_reviewed_plan_and_the_right_name_open_the_gate() {
        let permit = permit(&environment(Kind::Staging, true), &"abc".into(), &"preprod".into(), &"preprod".into())
            .expect("permit");
        assert_eq!((permit.environment().as_str(), permit.digest().as_str()), ("preprod", "abc"));
    }

    #[test]
    fn everything_else_is_refused() {
        let staging = environment(Kind::Staging, true);
        let locked = environment(Kind::Production, false);
        for (environment, digest, planned_for, typed) in [
            (&staging, "abc", "preprod", "production"),
            (&staging, "abc", "preprod", "Preprod"),
            (&staging, "abc", "preprod", ""),
            (&staging, "abc", "production", "preprod"),
            (&staging, "", "preprod", "preprod"),
            (&locked, "abc", "preprod", "preprod"),
        ] {
            let refusal = permit(environment, &digest.into(), &planned_for.into(), &typed.into()).expect_err("refused");
            assert_eq!(refusal.code, Code::Refused);
        }
    }
}
