//! The reference handbook that the program carries: 60 gaps with their guidance, for an invented
//! organisation, to be taken over by a real one.
//!
//! Its files are those of this repository (`build.rs`), without reviews and waivers: a text that
//! somebody takes over is one that nobody there has read yet.

use std::collections::BTreeMap;

use crate::base::nearest;

include!(concat!(env!("OUT_DIR"), "/handbook.rs"));

/// Where the variables stand, and the one that pages of the law include beside them.
const BOOK: &str = "book.toml";
const ORGANISATION: &str = "content/reference/organisation.yaml";

/// Who takes the handbook over: a value for each variable of its `book.toml`.
///
/// What isn't given follows from what is: `portal_url` from `domain`, `legal_name` from
/// `organisation`.
pub struct Identity {
    /// The title of the handbook; else it is made of the organisation's name.
    title: Option<String>,
    given: BTreeMap<String, String>,
    invented: Vec<(String, String)>,
}

impl Identity {
    /// The invented organisation, until values are set.
    pub fn new(title: Option<String>) -> Self {
        Self { title, given: BTreeMap::new(), invented: invented() }
    }

    /// The variables, in the order of `book.toml`.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.invented.iter().map(|(name, _)| name.as_str())
    }

    /// Gives a variable its value. The fault says what is wrong with one of the two.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        if !self.names().any(|known| known == name) {
            let near = nearest(name, self.names());
            let help = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            return Err(format!("the handbook has no variable `{name}`{help}"));
        }
        if value.trim().is_empty() || value.contains(char::is_control) {
            return Err(format!("`{name}` takes a text on one line"));
        }
        self.given.insert(name.to_string(), value.trim().to_string());
        Ok(())
    }

    /// The value of a variable: the one given, else the invented one with the organisation's own
    /// name and domain in it.
    pub fn value(&self, name: &str) -> String {
        let invented = self.invented(name);
        match (self.given.get(name), name) {
            (Some(given), _) => given.clone(),
            (None, "organisation" | "domain") => invented.to_string(),
            (None, _) => self.renamed(invented),
        }
    }

    /// The files of the handbook, with the values in place.
    pub fn files(&self) -> Vec<(&'static str, Vec<u8>)> {
        let file = |(name, bytes): &(&'static str, &'static [u8])| match *name {
            BOOK => (BOOK, self.book().into_bytes()),
            ORGANISATION => (ORGANISATION, self.organisation().into_bytes()),
            name => (name, bytes.to_vec()),
        };
        FILES.iter().map(file).collect()
    }

    fn invented(&self, name: &str) -> &str {
        let found = self.invented.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value)
    }

    /// A text about the invented organisation, told of the one that takes the handbook over.
    fn renamed(&self, text: &str) -> String {
        let name =
            |text: &str| text.replace(self.invented("organisation"), &self.value("organisation"));
        let parts: Vec<String> = text.split(self.invented("domain")).map(name).collect();
        parts.join(&self.value("domain"))
    }

    /// The same for a value of `book.toml`.
    fn told(&self, value: toml::Value) -> toml::Value {
        match value {
            toml::Value::String(text) => self.renamed(&text).into(),
            toml::Value::Array(values) => {
                values.into_iter().map(|value| self.told(value)).collect::<Vec<_>>().into()
            }
            other => other,
        }
    }

    fn book(&self) -> String {
        lines(BOOK, |line| {
            let Some((key, value)) = line.split_once(" = ") else { return line.to_string() };
            let Ok(value) = value.parse() else { return line.to_string() };
            let value = match (key, &self.title) {
                ("title", Some(title)) => toml::Value::from(title.as_str()),
                _ if self.names().any(|name| name == key) => toml::Value::from(self.value(key)),
                _ => self.told(value),
            };
            format!("{key} = {value}")
        })
    }

    fn organisation(&self) -> String {
        lines(ORGANISATION, |line| match line.strip_prefix("legal_name: ") {
            // A string of JSON is one of YAML.
            Some(_) => format!("legal_name: {}", serde_json::Value::from(self.value("legal_name"))),
            None => line.to_string(),
        })
    }
}

/// A file of the handbook, line by line.
fn lines(name: &str, line: impl Fn(&str) -> String) -> String {
    text(name).lines().map(|text| line(text) + "\n").collect()
}

fn text(name: &str) -> &'static str {
    let found = FILES.iter().find(|(known, _)| *known == name);
    let (_, bytes) = found.expect("the handbook has these files");
    std::str::from_utf8(bytes).expect("the handbook is UTF-8")
}

/// The variables of the handbook's `book.toml`, with their values.
fn invented() -> Vec<(String, String)> {
    let book: toml::Table = toml::from_str(text(BOOK)).expect("the handbook's book.toml is read");
    let variables = book.get("variables").and_then(toml::Value::as_table);
    let value = |(name, value): (&String, &toml::Value)| {
        (name.clone(), value.as_str().unwrap_or_default().to_string())
    };
    variables.into_iter().flatten().map(value).collect()
}
