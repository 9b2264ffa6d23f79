//! Themes: templates in two layers, and static files.

mod directives;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use tera::{Context, ErrorKind, Tera};

use self::directives::{directives, frame_digest};
use super::view::{Content, PageView};
use crate::base::{Digest, SitePath, encode_path, nearest, one_line};
use crate::diag::{Diagnostic, Span};

/// A file of a theme.
#[derive(Clone, Debug)]
pub struct ThemeFile {
    /// Below the theme's folder: `templates/page.html`.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// A theme, ready to render.
pub struct Theme {
    tera: Tera,
    /// Static files by name, those of the project over those of the program.
    pub statics: BTreeMap<String, Vec<u8>>,
    /// The folder of the project's theme, for places in diagnostics.
    folder: Option<SitePath>,
    /// Of the project's templates, without those of directives alone.
    pub digest: Digest,
    /// The directives that the project defines, each with the digest of all that it is made from.
    directives: BTreeMap<String, Digest>,
}

/// The style sheet of `[output.html.tokens]`.
const TOKENS: &str = "tokens.css";
/// The prefix of templates that the project has.
const USER: &str = "user/";
/// The prefix of templates inside the program.
const DEFAULT: &str = "default/";

macro_rules! embedded {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_bytes!(concat!("../../themes/handbook/", $name)))),*]
    };
}

/// The default theme. A test compares this list with the folder.
const EMBEDDED: &[(&str, &[u8])] = embedded![
    "static/favicon.svg",
    "static/filters.js",
    "static/script.js",
    "static/search.css",
    "static/search.js",
    "static/style.css",
    "templates/404.html",
    "templates/area.html",
    "templates/article.html",
    "templates/base.html",
    "templates/components.html",
    "templates/controls.html",
    "templates/difference.html",
    "templates/feed.xml",
    "templates/gap.html",
    "templates/home.html",
    "templates/inject/footer.html",
    "templates/inject/head.html",
    "templates/inject/header.html",
    "templates/list.html",
    "templates/page.html",
    "templates/print.html",
    "templates/redirect.html",
    "templates/sitemap.xml",
    "templates/status.html",
    "theme.toml",
];

/// The names of the files of the default theme.
pub fn default_files() -> impl Iterator<Item = &'static str> {
    EMBEDDED.iter().map(|(name, _)| *name)
}

impl Theme {
    /// Puts the files of a project's theme over the default theme. A template with a fault is
    /// reported, and the default's takes its place.
    pub fn load(folder: Option<SitePath>, files: &[ThemeFile]) -> (Self, Vec<Diagnostic>) {
        let mut found = Vec::new();
        let mut user = templates(files, folder.as_ref(), &mut found);
        let tera = loop {
            match compile(&user) {
                Ok(tera) => break tera,
                Err(error) => {
                    let culprit = culprit(&error, &user);
                    found.push(template_error(&error, folder.as_ref(), culprit.as_deref()));
                    match culprit {
                        Some(name) => user.retain(|(known, _)| *known != name),
                        None if user.is_empty() => {
                            panic!("the default theme is tested with each build: {error}")
                        }
                        // Nothing to blame alone: the project's templates don't fit together.
                        None => user.clear(),
                    }
                }
            }
        };
        let mut statics: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        let embedded = EMBEDDED.iter().map(|(name, bytes)| (*name, bytes.to_vec()));
        let own = files.iter().map(|file| (file.name.as_str(), file.bytes.clone()));
        for (name, bytes) in embedded.chain(own) {
            if let Some(name) = name.strip_prefix("static/") {
                statics.insert(name.to_string(), bytes);
            }
        }
        let (digest, directives) = (frame_digest(&user), directives(&user));
        (Self { tera, statics, folder, digest, directives }, found)
    }

    /// The custom properties that its style sheets name, without `--`.
    pub fn properties(&self) -> BTreeSet<String> {
        let sheets = self.statics.iter().filter(|(name, _)| name.ends_with(".css"));
        let texts = sheets.map(|(_, bytes)| String::from_utf8_lossy(bytes));
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        let mut names = BTreeSet::new();
        for text in texts {
            for (at, _) in text.match_indices("--") {
                let name = &text[at + 2..];
                let end = name.find(|c| !plain(c)).unwrap_or(name.len());
                names.insert(name[..end].to_string());
            }
        }
        names
    }

    /// Sets custom properties in a style sheet of their own, behind the theme's.
    pub fn set_tokens(&mut self, tokens: &BTreeMap<String, String>) {
        if tokens.is_empty() {
            return;
        }
        let lines = tokens.iter().map(|(name, value)| format!("  --{name}: {value};\n"));
        let sheet = format!(":root {{\n{}}}\n", lines.collect::<String>());
        self.statics.insert(TOKENS.to_string(), sheet.into_bytes());
    }

    /// Static file → URL with a version, so that browsers fetch what has changed.
    pub fn assets(&self) -> BTreeMap<String, String> {
        let url = |(name, bytes): (&String, &Vec<u8>)| {
            (
                name.clone(),
                format!("{}?v={}", encode_path(&asset_url(name)), Digest::of(bytes).short()),
            )
        };
        self.statics.iter().map(url).collect()
    }

    /// Renders a page with the HTML of its text.
    pub fn page(&self, view: &PageView, body: &str) -> Result<String, Diagnostic> {
        let mut context = Context::from_serialize(view).expect("a view is a map of plain data");
        context.insert_value("site", view.site.value());
        context.insert_value("nav", view.nav.value());
        context.insert("body", body);
        self.render(template(&view.content), &context)
            .map_err(|found| found.help(format!("while rendering `{}`", view.page.url)))
    }

    /// Renders any other template.
    pub fn other(&self, template: &str, view: &impl Serialize) -> Result<String, Diagnostic> {
        let context = Context::from_serialize(view).expect("a view is a map of plain data");
        self.render(template, &context)
    }

    fn render(&self, template: &str, context: &Context) -> Result<String, Diagnostic> {
        self.tera
            .render(template, context)
            .map_err(|error| template_error(&error, self.folder.as_ref(), None))
    }
}

/// Where a static file of the theme is published.
pub(super) fn asset_url(name: &str) -> String {
    format!("assets/{name}")
}

fn template(content: &Content) -> &'static str {
    match content {
        Content::Page => "page.html",
        Content::Gap(_) | Content::GapPages { .. } => "gap.html",
        Content::Area(_) | Content::Section { .. } => "area.html",
        Content::Home(_) | Content::PlainHome { .. } => "home.html",
        Content::Status(_) => "status.html",
        Content::List(_) => "list.html",
        Content::Controls { .. } => "controls.html",
        Content::Difference(_) => "difference.html",
        Content::Print(_) => "print.html",
        Content::NotFound { .. } => "404.html",
    }
}

/// The templates among the files of a project's theme, by name.
fn templates(
    files: &[ThemeFile],
    folder: Option<&SitePath>,
    found: &mut Vec<Diagnostic>,
) -> Vec<(String, String)> {
    let mut templates = Vec::new();
    for file in files {
        let Some(name) = file.name.strip_prefix("templates/") else { continue };
        match String::from_utf8(file.bytes.clone()) {
            Ok(text) => templates.push((name.to_string(), text)),
            Err(_) => {
                let span = place(folder, name).map(|path| Span::file(&path));
                found.push(Diagnostic::new("T001", span, "this template isn't UTF-8"));
            }
        }
    }
    templates
}

fn compile(user: &[(String, String)]) -> Result<Tera, tera::Error> {
    let mut tera = Tera::new();
    tera.set_fallback_prefixes([USER, DEFAULT])?;
    let default = EMBEDDED.iter().filter_map(|(name, bytes)| {
        let name = name.strip_prefix("templates/")?;
        let text = std::str::from_utf8(bytes).expect("the default theme is UTF-8");
        Some((format!("{DEFAULT}{name}"), text))
    });
    let user = user.iter().map(|(name, text)| (format!("{USER}{name}"), text.as_str()));
    tera.add_raw_templates(default.chain(user).collect::<Vec<_>>())?;
    Ok(tera)
}

/// The template of the project that an error is about.
fn culprit(error: &tera::Error, user: &[(String, String)]) -> Option<String> {
    let named = match error.kind() {
        ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report) => report.filename(),
        ErrorKind::MissingParent { current, .. } => current,
        ErrorKind::CircularExtend { tpl, .. } | ErrorKind::CircularInclude { tpl, .. } => tpl,
        _ => return None,
    };
    let name = named.strip_prefix(USER)?;
    user.iter().find(|(known, _)| known == name).map(|(known, _)| known.clone())
}

fn template_error(
    error: &tera::Error,
    folder: Option<&SitePath>,
    culprit: Option<&str>,
) -> Diagnostic {
    match error.kind() {
        ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report) => {
            let name = report.filename();
            let range = report.span().range.clone();
            let path = name.strip_prefix(USER).and_then(|name| place(folder, name));
            let own = path.is_some();
            let span =
                path.map(|path| Span::new(&path, range.start..range.end.max(range.start + 1)));
            let message = one_line(report.message());
            match own {
                true => Diagnostic::new("T001", span, message),
                false => {
                    Diagnostic::new("T001", None, format!("in the template `{name}`: {message}"))
                }
            }
        }
        ErrorKind::MissingParent { parent, .. } => {
            let path = culprit.and_then(|name| place(folder, name));
            let message = format!("there is no template `{parent}`");
            let known = EMBEDDED.iter().filter_map(|(name, _)| name.strip_prefix("templates/"));
            let mut fault = Diagnostic::new("T001", path.map(|path| Span::file(&path)), message);
            fault.help = nearest(parent, known).map(|near| format!("did you mean `{near}`?"));
            fault
        }
        _ => {
            let path = culprit.and_then(|name| place(folder, name));
            let message = one_line(&error.to_string());
            Diagnostic::new("T001", path.map(|path| Span::file(&path)), message)
        }
    }
}

fn place(folder: Option<&SitePath>, name: &str) -> Option<SitePath> {
    folder?.join(&format!("templates/{name}"))
}
