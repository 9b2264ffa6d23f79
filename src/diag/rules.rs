//! The table of rules. Codes and names never change their meaning; a rule that goes leaves its
//! code unused.

mod gaps;
mod input;
mod site;
mod text;

use super::{Level, Severity};

/// One rule that content, theme or configuration can break.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// For machines: a letter for the part, three digits.
    pub code: &'static str,
    /// For people, and for `[rules]` in `book.toml`.
    pub name: &'static str,
    /// Unless `book.toml` sets another.
    pub level: Level,
    /// What it checks, in one sentence.
    pub what: &'static str,
    /// Why it matters, in one sentence.
    pub why: &'static str,
    /// What breaks it.
    pub bad: &'static str,
    /// What mends it.
    pub good: &'static str,
}

const ERROR: Level = Level::At(Severity::Error);
const WARNING: Level = Level::At(Severity::Warning);
const NOTE: Level = Level::At(Severity::Note);
const OFF: Level = Level::Off;

/// All rules, in the order of their codes.
pub fn rules() -> impl Iterator<Item = &'static Rule> + Clone {
    [input::RULES, gaps::RULES, text::RULES, site::RULES].into_iter().flatten()
}

/// The rule of a code or a name, if there is one.
pub fn rule(code_or_name: &str) -> Option<&'static Rule> {
    rules().find(|rule| rule.code.eq_ignore_ascii_case(code_or_name) || rule.name == code_or_name)
}

/// For serde: a rule is written as its code.
pub(super) mod as_code {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    use super::{Rule, rule};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
    pub(in crate::diag) fn serialize<S: Serializer>(
        rule: &&'static Rule,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(rule.code)
    }

    pub(in crate::diag) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<&'static Rule, D::Error> {
        let code = <&str>::deserialize(deserializer)?;
        rule(code).ok_or_else(|| D::Error::custom("there is no such rule"))
    }
}

/// The rule of a code that this program itself names.
pub(super) fn by_code(code: &str) -> &'static Rule {
    rule(code).expect("a test looks up every code that the sources name")
}
