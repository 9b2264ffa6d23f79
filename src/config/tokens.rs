//! `[output.html.tokens]`: values of custom properties, which stay values.

use std::collections::BTreeMap;

use super::Reader;
use super::file::TokenValue;

impl Reader<'_> {
    pub(super) fn tokens(
        &mut self,
        written: BTreeMap<String, TokenValue>,
    ) -> BTreeMap<String, String> {
        let mut tokens = BTreeMap::new();
        for (name, value) in written {
            let parts = match value {
                TokenValue::One(value) => vec![value],
                TokenValue::Pair(pair) => vec![pair.light, pair.dark],
            };
            let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
            if name.is_empty() || !name.chars().all(plain) {
                self.bad("tokens", &name, "must have names of letters, digits and hyphens");
            } else if let Some(part) = parts.iter().find(|part| !is_css_value(part)) {
                self.bad(&format!("tokens.{name}"), part, "must be one value of CSS");
            } else {
                tokens.insert(name, css_value(&parts));
            }
        }
        tokens
    }
}

/// True for what can stand between `--name:` and `;`, and can't end the rule, begin another or
/// load a file.
fn is_css_value(text: &str) -> bool {
    let evil = [';', '{', '}', '<', '\\', '@', '!', '\n', '\r'];
    let lower = text.to_ascii_lowercase();
    !text.trim().is_empty()
        && !text.contains(evil)
        && !["/*", "*/", "url(", "image("].iter().any(|part| lower.contains(part))
        && is_balanced(text)
}

/// True when all brackets and quotes of a value are closed.
fn is_balanced(text: &str) -> bool {
    let mut depth = 0_usize;
    let mut quote = None;
    for c in text.chars() {
        match (quote, c) {
            (Some(open), _) if open == c => quote = None,
            (None, '"' | '\'') => quote = Some(c),
            (None, '(' | '[') => depth += 1,
            (None, ')' | ']') if depth == 0 => return false,
            (None, ')' | ']') => depth -= 1,
            _ => {}
        }
    }
    depth == 0 && quote.is_none()
}

/// One value, or the light and the dark one.
fn css_value(parts: &[String]) -> String {
    match parts {
        [light, dark] => format!("light-dark({}, {})", light.trim(), dark.trim()),
        parts => parts.concat().trim().to_string(),
    }
}
