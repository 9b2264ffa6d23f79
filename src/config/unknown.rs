//! Finds keys that the schema of `book.toml` doesn't have.

use std::ops::Range;

use serde_json::Value;
use toml::de::{DeTable, DeValue};

use super::Config;
use crate::base::nearest;
use crate::diag::{Diagnostic, Span};

/// Settings of mdBook that are read and have no effect, by their path.
const UNUSED: &[&str] = &[
    "build.create-missing",
    "build.extra-watch-dirs",
    "build.use-default-preprocessors",
    "output.html.default-theme",
    "output.html.preferred-dark-theme",
    "output.html.mathjax-support",
    "output.html.no-section-label",
    "output.html.git-repository-icon",
    "output.html.input-404",
    "output.html.hash-files",
    "output.html.sidebar-header-nav",
    "output.html.copy-fonts",
    "output.html.curly-quotes",
    "output.html.google-analytics",
    "output.html.fold",
    "output.html.search.boost-hierarchy",
    "output.html.search.boost-paragraph",
    "output.html.search.boost-title",
    "output.html.search.chapter",
    "output.html.search.copy-js",
    "output.html.search.expand",
    "output.html.search.heading-split-level",
    "output.html.search.limit-results",
    "output.html.search.teaser-word-count",
    "output.html.search.use-boolean-and",
    "output.html.playground",
    "output.html.playpen",
    "output.html.code",
    "book.multilingual",
    "rust",
];

/// All keys of a table that its schema doesn't name.
pub(super) fn unknown(table: &DeTable, schema: &Value) -> Vec<Diagnostic> {
    let mut search = Search { root: schema, found: Vec::new() };
    search.table(table, schema, "");
    search.found
}

struct Search<'s> {
    root: &'s Value,
    found: Vec<Diagnostic>,
}

impl<'s> Search<'s> {
    fn table(&mut self, table: &DeTable, schema: &'s Value, above: &str) {
        let schema = self.resolve(schema);
        for (key, value) in table {
            let name: &str = key.get_ref();
            let path = if above.is_empty() { name.to_string() } else { format!("{above}.{name}") };
            match below(schema, name) {
                Some(inner) => self.value(value.get_ref(), inner, &path),
                None => self.found.push(report(name, &path, key.span(), schema)),
            }
        }
    }

    fn value(&mut self, value: &DeValue, schema: &'s Value, path: &str) {
        match value {
            DeValue::Table(table) => self.table(table, schema, path),
            DeValue::Array(items) => {
                let Some(inner) = self.resolve(schema).get("items") else { return };
                for item in items {
                    self.value(item.get_ref(), inner, path);
                }
            }
            _ => {}
        }
    }

    /// Follows references, and the one that is meant among `anyOf` with null.
    fn resolve(&self, schema: &'s Value) -> &'s Value {
        let mut schema = schema;
        loop {
            schema = schema.get("anyOf").and_then(|any| any.get(0)).unwrap_or(schema);
            let Some(name) = schema.get("$ref").and_then(Value::as_str) else { return schema };
            let Some(next) = self.root.pointer(name.trim_start_matches('#')) else { return schema };
            schema = next;
        }
    }
}

/// The schema of a key; none when the table doesn't have it.
fn below<'s>(schema: &'s Value, name: &str) -> Option<&'s Value> {
    let own = schema.get("properties").and_then(|properties| properties.get(name));
    own.or_else(|| schema.get("additionalProperties").filter(|any| any.is_object()))
}

fn report(name: &str, path: &str, place: Range<usize>, schema: &Value) -> Diagnostic {
    let span = Some(Span::new(&Config::path(), place));
    let properties = schema.get("properties").and_then(Value::as_object);
    let names: Vec<&str> =
        properties.map(|keys| keys.keys().map(String::as_str).collect()).unwrap_or_default();
    if is_unused(path) {
        let message = format!("`{path}` has no effect: Lacuna doesn't have this part of mdBook");
        // `[output.htlm]` looks like another program's table, and is more likely a slip.
        let near = nearest(name, names).filter(|_| !UNUSED.contains(&path));
        let help = near.map(|near| format!("did you mean `{near}`? If not, remove it"));
        return Diagnostic::new("C004", span, message).help(help.as_deref().unwrap_or("remove it"));
    }
    let unknown = Diagnostic::new("C001", span, format!("unknown setting `{path}`"));
    unknown.suggest(name, names.iter().copied())
}

/// True for what mdBook reads and Lacuna doesn't, and for other programs' tables.
fn is_unused(path: &str) -> bool {
    let below = |folder: &str| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('.'));
    let foreign = below("output") && !below("output.html") && path != "output.html";
    UNUSED.contains(&path) || path == "preprocessor" || below("preprocessor") || foreign
}
