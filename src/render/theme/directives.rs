//! Directives that a theme defines, each by a template in `templates/directives/`.

use std::collections::{BTreeMap, BTreeSet};

use tera::Context;

use super::Theme;
use crate::base::{Digest, escape_html, nearest, one_line};
use crate::diag::Diagnostic;
use crate::parse::DirectiveUse;
use crate::render::prepared::digest;

/// The folder of their templates.
const FOLDER: &str = "directives/";

/// Those that the program fills in itself.
const BUILT_IN: [&str; 4] = ["include", "var", "table", "value"];

impl Theme {
    /// The HTML of a directive; one that the theme doesn't define stays as it was written.
    pub fn directive<'u>(
        &self,
        used: &DirectiveUse,
        root: &str,
        url: impl Fn(usize) -> &'u str,
    ) -> Result<String, Diagnostic> {
        let html = match self.directives.contains_key(&used.name) && used.fault.is_none() {
            true => self.fill_in(used, root, url)?.trim().to_string(),
            false if used.block => format!("<p>{}</p>", escape_html(&used.written)),
            false => escape_html(&used.written),
        };
        Ok(if used.block { html + "\n" } else { html })
    }

    fn fill_in<'u>(
        &self,
        used: &DirectiveUse,
        root: &str,
        url: impl Fn(usize) -> &'u str,
    ) -> Result<String, Diagnostic> {
        let mut context = Context::new();
        for (name, value) in &used.values {
            context.insert(name.clone(), value);
        }
        for (name, link) in &used.links {
            context.insert(name.clone(), url(*link));
        }
        context.insert("root", root);
        let made = self.render(&format!("{FOLDER}{}.html", used.name), &context);
        made.map_err(|found| found.help(format!("while filling in `{}`", one_line(&used.written))))
    }

    /// The digest of all that a directive is made from; the same for all that the theme doesn't
    /// define.
    pub fn directive_digest(&self, name: &str) -> Digest {
        self.directives.get(name).copied().unwrap_or_else(|| Digest::of(b""))
    }

    /// What is wrong with directives that are left to the theme.
    pub fn check_directives(&self, all: &[DirectiveUse]) -> Vec<Diagnostic> {
        all.iter().filter_map(|used| self.check_directive(used)).collect()
    }

    fn check_directive(&self, used: &DirectiveUse) -> Option<Diagnostic> {
        if !self.directives.contains_key(&used.name) {
            return Some(unknown_directive(used, self.directives.keys().map(String::as_str)));
        }
        let message = format!("`{}`: {}", used.name, used.fault.as_ref()?);
        let found = Diagnostic::new("D009", used.span.clone(), message);
        Some(found.help(format!("write it as `{{{{#{} name=\"value\"}}}}`", used.name)))
    }
}

fn unknown_directive<'a>(used: &DirectiveUse, known: impl Iterator<Item = &'a str>) -> Diagnostic {
    let message = format!("there is no directive `{}`; it stays as it is", one_line(&used.name));
    let found = Diagnostic::new("D007", used.span.clone(), message);
    match nearest(&used.name, BUILT_IN.into_iter().chain(known)) {
        Some(known) => found.help(format!("did you mean `{known}`?")),
        None => found.help("put a backslash before it to show it as text"),
    }
}

/// The directives that templates define, each with the digest of its template and of those of
/// other directives that it names.
pub(super) fn directives(user: &[(String, String)]) -> BTreeMap<String, Digest> {
    let defined = user.iter().filter_map(|(template, _)| Some((template, defined_by(template)?)));
    let entry = |(template, name): (&String, &str)| {
        (name.to_string(), digest(&reached(user, BTreeSet::from([template.as_str()]))))
    };
    defined.map(entry).collect()
}

/// The digest of all templates that any page may use. A component takes the place of another one
/// in whatever template it stands.
pub(super) fn frame_digest(user: &[(String, String)]) -> Digest {
    let is_frame = |(template, text): &&(String, String)| {
        defined_by(template).is_none() || text.contains("component")
    };
    digest(&reached(user, user.iter().filter(is_frame).map(|(name, _)| name.as_str()).collect()))
}

/// The name of the directive that a template defines.
fn defined_by(template: &str) -> Option<&str> {
    let name = template.strip_prefix(FOLDER)?.strip_suffix(".html")?;
    (!name.contains('/')).then_some(name)
}

/// Templates with those of directives that they name, that those name, and so on.
fn reached<'a>(
    user: &'a [(String, String)],
    mut names: BTreeSet<&'a str>,
) -> Vec<&'a (String, String)> {
    let mut ahead: Vec<&str> = names.iter().copied().collect();
    while let Some(name) = ahead.pop() {
        let text = user.iter().find(|(known, _)| known == name).map_or("", |(_, text)| text);
        for (other, _) in user.iter().filter(|(other, _)| defined_by(other).is_some()) {
            if text.contains(other.as_str()) && names.insert(other) {
                ahead.push(other);
            }
        }
    }
    user.iter().filter(|(name, _)| names.contains(name.as_str())).collect()
}
