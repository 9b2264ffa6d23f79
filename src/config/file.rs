//! `book.toml` as written.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use toml::de::DeTable;

use super::examples::ExamplesTable;
use super::{Config, unknown};
use crate::diag::{Diagnostic, Span};

/// The settings of a handbook.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case")]
#[schemars(title = "book.toml")]
pub(super) struct ConfigFile {
    /// What the book is.
    pub book: BookTable,
    /// Where the output goes.
    pub build: BuildTable,
    /// How the output is written.
    pub output: OutputTable,
    /// Texts for `{{#var name}}`.
    pub variables: BTreeMap<String, Scalar>,
    /// Who keeps pages true; `owner` in front matter names one.
    pub owners: BTreeMap<String, OwnerTable>,
    /// Who reviews; `by` in a review names one.
    pub people: BTreeMap<String, PersonTable>,
    /// What a tier asks for, by the id of the tier.
    pub tiers: BTreeMap<String, TierTable>,
    /// Kinds of pages and the sections that they ask for.
    pub kinds: BTreeMap<String, KindTable>,
    /// What a review must be to count.
    pub review: ReviewTable,
    /// What may stop a change.
    pub check: CheckTable,
    /// How statuses are judged.
    pub status: StatusTable,
    /// Levels of rules by name: `error`, `warning`, `note` or `off`.
    pub rules: BTreeMap<String, String>,
    /// The home page.
    pub home: HomeTable,
    /// Which examples of the content are run, and by what.
    pub examples: ExamplesTable,
}

#[derive(Default, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case")]
pub(super) struct BookTable {
    /// The title of the handbook.
    pub title: Option<String>,
    /// Who wrote it.
    pub authors: Vec<String>,
    /// What it is about, for search engines.
    pub description: Option<String>,
    /// The folder of the content; `content` unless set.
    pub src: Option<String>,
    /// A BCP 47 language tag; `en` unless set.
    pub language: Option<String>,
    /// `ltr` or `rtl`; by the language unless set.
    pub text_direction: Option<String>,
}

#[derive(Default, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case")]
pub(super) struct BuildTable {
    /// The output folder; `book` unless set.
    pub build_dir: Option<String>,
}

#[derive(Default, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case")]
pub(super) struct OutputTable {
    /// The site.
    pub html: HtmlTable,
}

#[derive(Default, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case")]
pub(super) struct HtmlTable {
    /// The name of a folder below `themes/`; the theme inside the program unless set.
    pub theme: Option<String>,
    /// The absolute address of the site, for the sitemap, the feed and canonical links.
    pub site_url: Option<String>,
    /// Whether search engines are invited; false unless set.
    pub indexable: Option<bool>,
    /// Whether HTML in Markdown is passed through; true unless set.
    pub raw_html: Option<bool>,
    /// Whether straight quotes become typographic ones; true unless set.
    pub smart_punctuation: Option<bool>,
    /// Whether definition lists are read; true unless set.
    pub definition_lists: Option<bool>,
    /// Whether GitHub alerts are read; true unless set.
    pub admonitions: Option<bool>,
    /// Whether `$…$` and `$$…$$` are formulas in LaTeX, as blocks of the language `math` always are;
    /// false unless set.
    pub math: Option<bool>,
    /// Whether Mermaid diagrams are drawn; true unless set.
    pub diagrams: Option<bool>,
    /// The address of the repository, for a link on each page.
    pub git_repository_url: Option<String>,
    /// The address where a page is edited; `{path}` stands for its path.
    pub edit_url_template: Option<String>,
    /// The address where the source of a page is seen; `{path}` stands for its path.
    pub source_url_template: Option<String>,
    /// The address where a mistake is reported; `{title}`, `{url}` and `{path}` stand for the page's.
    pub report_url_template: Option<String>,
    /// Style sheets linked after the theme's.
    pub additional_css: Vec<String>,
    /// Scripts linked after the theme's.
    pub additional_js: Vec<String>,
    /// How blocks of code are shown.
    pub code: CodeTable,
    /// Custom properties of the theme by name, such as `link`: a value of CSS, or one for light
    /// and one for dark.
    pub tokens: BTreeMap<String, TokenValue>,
    /// Many pages as one, for paper.
    pub print: PrintTable,
    /// Old paths and where they lead now.
    pub redirect: BTreeMap<String, String>,
    /// Whether each page has a twin in Markdown, and `llms.txt` lists them; true unless set.
    pub markdown: Option<bool>,
    /// The content of the file `CNAME`.
    pub cname: Option<String>,
    /// The search.
    pub search: SearchTable,
}

#[derive(Default, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case")]
pub(super) struct SearchTable {
    /// Whether there is a search; true unless set.
    pub enable: Option<bool>,
    /// Whether `/` and Ctrl-K open it; true unless set.
    pub keys: Option<bool>,
}

/// `[output.html.code]`.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case")]
pub(super) struct CodeTable {
    /// How lines of code begin that are run and not shown, by language: `python = "~"`.
    pub hidelines: BTreeMap<String, String>,
}

#[derive(Default, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case")]
pub(super) struct PrintTable {
    /// Whether there are pages that hold an area, and the whole handbook; true unless set.
    pub enable: Option<bool>,
    /// Whether each chapter begins on a new sheet; true unless set.
    pub page_break: Option<bool>,
}

/// A value of CSS.
#[derive(Deserialize, JsonSchema)]
#[serde(untagged)]
pub(super) enum TokenValue {
    /// For light and for dark colours.
    Pair(TokenPair),
    /// For both.
    One(String),
}

#[derive(Deserialize, JsonSchema)]
pub(super) struct TokenPair {
    /// Where colours are light.
    pub light: String,
    /// Where colours are dark.
    pub dark: String,
}

/// A text, a number or a truth value.
#[derive(Deserialize, JsonSchema)]
#[serde(untagged)]
pub(super) enum Scalar {
    Text(String),
    Integer(i64),
    Float(f64),
    Truth(bool),
}

impl Scalar {
    pub(super) fn text(self) -> String {
        match self {
            Self::Text(text) => text,
            Self::Integer(number) => number.to_string(),
            Self::Float(number) => number.to_string(),
            Self::Truth(truth) => truth.to_string(),
        }
    }
}

#[derive(Default, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case")]
pub(super) struct OwnerTable {
    /// The name that people read; the key unless set.
    pub name: Option<String>,
    /// How to reach them: `mailto:` or `https://`.
    pub contact: Option<String>,
    /// What CODEOWNERS calls them: `@org/team`, `@name` or an address.
    pub handles: Vec<String>,
}

#[derive(Default, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case")]
pub(super) struct PersonTable {
    /// The name that people read; the key unless set.
    pub name: Option<String>,
    /// Addresses that the person commits with.
    pub emails: Vec<String>,
    /// The groups that the person belongs to.
    pub groups: Vec<String>,
}

#[derive(Default, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case")]
pub(super) struct TierTable {
    /// `must`, `should` or `may`.
    pub obligation: Option<String>,
    /// The status that its gaps should reach.
    pub target: Option<String>,
    /// How long an approval lasts: `6 months`.
    pub review_every: Option<String>,
    /// Who may approve: keys or groups of `[people]`; anybody unless set.
    pub approvers: Vec<String>,
}

#[derive(Default, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case")]
pub(super) struct KindTable {
    /// Headings of level 2; `Template|Example` for either.
    pub sections: Vec<String>,
}

#[derive(Default, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case")]
pub(super) struct ReviewTable {
    /// Whether authors may approve their own text; false unless set.
    pub solo: Option<bool>,
    /// What a record must prove: `record` (that it was written), `commit` (that the reviewer
    /// committed it) or `signature` (that the reviewer signed that commit); `record` unless set.
    pub attest: Option<String>,
}

#[derive(Default, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case")]
pub(super) struct CheckTable {
    /// The status that all gaps of a tier must have reached: `critical = "complete"`.
    pub require: BTreeMap<String, String>,
    /// How many reviews may be overdue; looked at by `lacuna check --calendar`.
    pub max_overdue: Option<usize>,
    /// How many gaps may be without owner.
    pub max_unowned: Option<usize>,
    /// How many days a changed text may wait for another approval; 14 unless set.
    pub reapproval_days: Option<u16>,
    /// Links to other sites, which `lacuna check --external` follows.
    pub external: ExternalTable,
}

/// `[check.external]`.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case")]
pub(super) struct ExternalTable {
    /// Patterns of addresses that aren't asked for: `https://intranet.example.com/*`.
    pub allow: Vec<String>,
    /// Seconds that an answer may take; 20 unless set.
    pub timeout: Option<u64>,
    /// For how many days an address that led somewhere isn't asked for again; 7 unless set.
    pub cache_days: Option<u16>,
}

#[derive(Default, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case")]
pub(super) struct StatusTable {
    /// Whether a page whose examples aren't recorded as they stand is a draft; false unless set.
    pub require_examples: Option<bool>,
}

#[derive(Default, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case")]
pub(super) struct HomeTable {
    /// Links at the top of the home page.
    pub links: Vec<HomeLink>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) struct HomeLink {
    /// The text of the link.
    pub title: String,
    /// A page, by its path below the content folder, or an address.
    pub page: String,
}

/// The JSON Schema of `book.toml`.
pub fn schema() -> Value {
    schemars::schema_for!(ConfigFile).to_value()
}

/// Reads what was written. What can't be read is taken as not written.
pub(super) fn parse(text: &str) -> (ConfigFile, Vec<Diagnostic>) {
    let table = match DeTable::parse(text) {
        Ok(table) => table,
        Err(error) => return (ConfigFile::default(), vec![fault("C003", &error)]),
    };
    let mut found = unknown::unknown(table.get_ref(), &schema());
    let file = toml::from_str(text).unwrap_or_else(|error| {
        found.push(fault("C002", &error));
        ConfigFile::default()
    });
    (file, found)
}

/// What is wrong with a text as TOML, with its line; none when nothing is.
pub fn check_toml(text: &str) -> Option<(usize, String)> {
    let error = DeTable::parse(text).err()?;
    let start = error.span().map_or(0, |range| range.start.min(text.len()));
    let line = text.as_bytes()[..start].iter().filter(|byte| **byte == b'\n').count() + 1;
    Some((line, crate::base::one_line(error.message())))
}

fn fault(code: &str, error: &toml::de::Error) -> Diagnostic {
    let span = error.span().map(|range| Span::new(&Config::path(), range));
    let message = crate::base::one_line(error.message());
    Diagnostic::new(code, span.or_else(|| Some(Span::file(&Config::path()))), message)
}
