//! The only authority for writes.
//!
//! A writing connection is opened with a [`Permit`] and with nothing else, and only [`permit`] makes
//! one. Console, verbs and runbooks all come through here.

use super::{
    env::Environment,
    error::{Error, Result},
};

/// Leave to run one plan against one environment. Cannot be built elsewhere, copied or kept.
#[derive(Debug)]
pub struct Permit {
    environment: String,
    digest: String,
}

impl Permit {
    /// The environment that may be written.
    pub fn environment(&self) -> &str {
        &self.environment
    }

    /// The digest of the plan that may be run.
    pub fn digest(&self) -> &str {
        &self.digest
    }
}

/// Grants leave to run the plan `digest`, made for `planned_for`, against `environment`, if its section
/// allows writing and the operator typed its name.
pub fn permit(environment: &Environment, digest: &str, planned_for: &str, typed: &str) -> Result<Permit> {
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
    if typed != name {
        return Err(Error::refused(format!("typed `{typed}`, which is not the environment's name"))
            .env(name)
            .hint(format!("type `{name}` to confirm")));
    }
    Ok(Permit { environment: name.clone(), digest: digest.to_owned() })
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
        let permit = permit(&environment(Kind::Staging, true), "abc", "preprod", "preprod").expect("permit");
        assert_eq!((permit.environment(), permit.digest()), ("preprod", "abc"));
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
            let refusal = permit(environment, digest, planned_for, typed).expect_err("refused");
            assert_eq!(refusal.code, Code::Refused);
        }
    }
}
