//! `book.toml`: as written, then as meant.
//!
//! mdBook's keys where mdBook has one.

mod check;
mod examples;
mod file;
mod interval;
mod kinds;
mod open;
mod people;
mod tier;
mod tokens;
mod unknown;

pub use check::{Check, External};
pub use examples::{Examples, Format, Runner, Service};
pub use file::{check_toml, schema};
pub use interval::Interval;
pub use kinds::{Kind, SectionRule, is_tip};
pub use people::{Identity, is_same_person, person_key};
pub use tier::TierSettings;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use serde::Serialize;

use crate::base::SitePath;
use crate::diag::{Diagnostic, Level, Span, rule, rules};
use file::{ConfigFile, HtmlTable};

/// The settings of a project, with all defaults filled in.
#[derive(Clone, Debug)]
pub struct Config {
    /// The folder of `book.toml`.
    pub root: PathBuf,
    /// The folder of the content, relative to the root.
    pub src: String,
    /// The output folder.
    pub output: PathBuf,
    /// What is the same on all pages.
    pub book: Book,
    /// How the site is written.
    pub html: Html,
    /// What directives may fill in.
    pub variables: BTreeMap<String, String>,
    /// Who keeps pages true.
    pub owners: BTreeMap<String, Owner>,
    /// Who reviews, by key.
    pub people: BTreeMap<String, Person>,
    /// Settings of tiers by id, where they differ from the defaults.
    pub tiers: BTreeMap<String, TierSettings>,
    /// The kinds of pages.
    pub kinds: BTreeMap<String, Kind>,
    /// What a review must be to count.
    pub review: Review,
    /// What may stop a change.
    pub check: Check,
    /// Levels of rules, by name.
    pub levels: BTreeMap<&'static str, Level>,
    /// First links of the home page: title and page.
    pub home_links: Vec<(String, String)>,
    /// Whether a page is a draft as long as its examples aren't recorded as they stand.
    pub require_examples: bool,
    /// Which examples are run, and by what.
    pub examples: Examples,
    /// The day for which statuses are judged.
    pub today: Date,
}

/// What is the same on all pages.
#[derive(Clone, Debug)]
pub struct Book {
    /// The title.
    pub title: String,
    /// What it is about; may be empty.
    pub description: String,
    /// A BCP 47 language tag.
    pub language: String,
    /// True for right-to-left scripts.
    pub right_to_left: bool,
    /// The authors; may be empty.
    pub authors: Vec<String>,
}

/// How the site is written.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Html {
    /// The theme's folder below `themes/`; none for the one inside the program.
    pub theme: Option<String>,
    /// The absolute address of the site, with a slash at the end.
    pub site_url: Option<String>,
    /// The path of the site on its host: it begins and ends with a slash.
    pub base_path: String,
    /// Whether search engines are invited.
    pub indexable: bool,
    /// Whether HTML in Markdown is passed through.
    pub raw_html: bool,
    /// Whether straight quotes become typographic ones.
    pub smart_punctuation: bool,
    /// Whether definition lists are read.
    pub definition_lists: bool,
    /// Whether GitHub alerts are read.
    pub admonitions: bool,
    /// Whether formulas in LaTeX stand between dollar signs.
    pub math: bool,
    /// Whether Mermaid diagrams are drawn.
    pub diagrams: bool,
    /// How lines of code begin that are run and not shown, by language.
    pub hidelines: BTreeMap<String, String>,
    /// Where the repository is.
    pub repository: Option<String>,
    /// Where a page is edited; `{path}` stands for its path below the root.
    pub edit_url: Option<String>,
    /// Where the source of a page is seen; `{path}` likewise.
    pub source_url: Option<String>,
    /// Where a mistake is reported; `{title}` and `{url}` stand for those of the page, too.
    pub report_url: Option<String>,
    /// Style sheets linked after the theme's, relative to the root.
    pub styles: Vec<String>,
    /// Scripts linked after the theme's, relative to the root.
    pub scripts: Vec<String>,
    /// Custom properties of the theme: name without `--` → value of CSS.
    pub tokens: BTreeMap<String, String>,
    /// Whether there are pages for paper, of an area and of the whole handbook.
    pub print: bool,
    /// Whether each chapter of them begins on a new sheet.
    pub print_breaks: bool,
    /// Whether each page has a twin in Markdown.
    pub markdown: bool,
    /// Old paths → where they lead now.
    pub redirects: BTreeMap<String, String>,
    /// The content of the file `CNAME`.
    pub cname: Option<String>,
    /// The search.
    pub search: Search,
}

/// The search of the site.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Search {
    /// Whether there is one.
    pub enable: bool,
    /// Whether `/` and Ctrl-K open it.
    pub keys: bool,
}

/// Who keeps a page true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The name that people read.
    pub name: String,
    /// `mailto:` or `https:`.
    pub contact: Option<String>,
    /// What CODEOWNERS calls them.
    pub handles: Vec<String>,
}

/// Somebody who reviews.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Person {
    /// The name that people read.
    pub name: String,
    /// The addresses that the person commits with.
    pub emails: Vec<String>,
    /// The groups that the person belongs to.
    pub groups: Vec<String>,
}

/// What a review must be to count.
#[derive(Clone, Debug, Default)]
pub struct Review {
    /// Whether authors may approve their own text.
    pub solo: bool,
    /// What a record must prove.
    pub attest: Attest,
}

/// What the record of a review must prove to count, the least first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub enum Attest {
    /// Nothing: what `approve` wrote counts.
    #[default]
    Record,
    /// That it was committed by the reviewer.
    Commit,
    /// That the reviewer signed that commit with an SSH key.
    Signature,
}

impl Config {
    /// Reads the text of `book.toml`. With an error among the diagnostics nothing should be built.
    pub fn read(root: &Path, text: &str, today: Date) -> (Self, Vec<Diagnostic>) {
        let (file, mut diagnostics) = file::parse(text);
        let mut reader = Reader { text, diagnostics: &mut diagnostics };
        let config = reader.config(file, root, today);
        (config, diagnostics)
    }

    /// Applies the levels of `[rules]`; what is switched off is dropped.
    pub fn leveled(&self, diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
        let level = |mut found: Diagnostic| {
            match self.levels.get(found.rule.name).copied().unwrap_or(found.rule.level) {
                Level::Off => return None,
                Level::At(severity) => found.severity = severity,
            }
            Some(found)
        };
        diagnostics.into_iter().filter_map(level).collect()
    }

    /// These settings with the rules of earlier ones: who approves what, and what is asked for.
    #[must_use]
    pub fn judged_by(&self, earlier: &Self) -> Self {
        let mut kinds = self.kinds.clone();
        kinds.extend(earlier.kinds.clone());
        Self {
            check: earlier.check.clone(),
            review: earlier.review.clone(),
            tiers: earlier.tiers.clone(),
            people: earlier.people.clone(),
            levels: earlier.levels.clone(),
            kinds,
            ..self.clone()
        }
    }

    /// The path of `book.toml` in diagnostics.
    pub fn path() -> SitePath {
        SitePath::new("book.toml").expect("a plain name is a path")
    }
}

/// Turns what was written into what is meant, and says what can't be meant.
struct Reader<'a> {
    text: &'a str,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl Reader<'_> {
    fn config(&mut self, file: ConfigFile, root: &Path, today: Date) -> Config {
        let src = self.folder("src", file.book.src.as_deref().unwrap_or("content"));
        let output = root.join(file.build.build_dir.as_deref().unwrap_or("book"));
        let levels = self.levels(file.rules);
        let tiers = file.tiers.into_iter().map(|(id, tier)| (id, self.tier(tier))).collect();
        let mut kinds = kinds::defaults();
        for (id, kind) in file.kinds {
            kinds.insert(id, Kind::new(&kind.sections));
        }
        Config {
            root: root.to_path_buf(),
            src,
            output,
            book: book(file.book),
            html: self.html(file.output.html),
            variables: file.variables.into_iter().map(|(key, value)| (key, value.text())).collect(),
            owners: file.owners.into_iter().map(|entry| self.owner(entry)).collect(),
            people: file.people.into_iter().map(person).collect(),
            tiers,
            kinds,
            review: self.review(&file.review),
            check: self.check(file.check),
            levels,
            home_links: file.home.links.into_iter().map(|link| (link.title, link.page)).collect(),
            require_examples: file.status.require_examples.unwrap_or(false),
            examples: file.examples.meant(),
            today,
        }
    }

    /// A folder below the root.
    fn folder(&mut self, key: &str, written: &str) -> String {
        if let Some(path) = SitePath::new(written).filter(|path| !path.as_str().is_empty()) {
            return path.as_str().to_string();
        }
        self.bad(key, written, "must be a folder below that of `book.toml`");
        "content".to_string()
    }

    fn html(&mut self, html: HtmlTable) -> Html {
        Html {
            theme: html.theme.filter(|name| !name.is_empty()).map(|name| self.theme(&name)),
            base_path: base_path(html.site_url.as_deref().unwrap_or_default()),
            site_url: html.site_url.and_then(|url| self.site_url(&url)),
            indexable: html.indexable.unwrap_or(false),
            raw_html: html.raw_html.unwrap_or(true),
            smart_punctuation: html.smart_punctuation.unwrap_or(true),
            definition_lists: html.definition_lists.unwrap_or(true),
            admonitions: html.admonitions.unwrap_or(true),
            math: html.math.unwrap_or(false),
            diagrams: html.diagrams.unwrap_or(true),
            hidelines: html.code.hidelines,
            repository: html.git_repository_url,
            edit_url: html.edit_url_template,
            source_url: html.source_url_template,
            report_url: html.report_url_template,
            styles: html.additional_css,
            scripts: html.additional_js,
            tokens: self.tokens(html.tokens),
            print: html.print.enable.unwrap_or(true),
            print_breaks: html.print.page_break.unwrap_or(true),
            markdown: html.markdown.unwrap_or(true),
            redirects: html.redirect,
            cname: html.cname,
            search: Search {
                enable: html.search.enable.unwrap_or(true),
                keys: html.search.keys.unwrap_or(true),
            },
        }
    }

    /// The name of a theme; mdBook's form, a path, is taken by its last part.
    fn theme(&mut self, written: &str) -> String {
        let name = written.trim_end_matches('/').trim_start_matches("themes/").to_string();
        if name.contains(['/', '\\']) || name.starts_with('.') {
            self.bad("theme", written, "must be the name of a folder below `themes/`");
            return "handbook".to_string();
        }
        name
    }

    fn site_url(&mut self, written: &str) -> Option<String> {
        // mdBook takes a path, too; without a host nothing absolute can be written from it.
        if written.starts_with('/') {
            return None;
        }
        if !written.starts_with("https://") && !written.starts_with("http://") {
            self.bad("site-url", written, "must begin with `https://` or `http://`");
            return None;
        }
        Some(format!("{}/", written.trim_end_matches('/')))
    }

    fn tier(&mut self, tier: file::TierTable) -> TierSettings {
        let review_every = tier.review_every.and_then(|written| {
            let interval = Interval::parse(&written);
            if interval.is_none() {
                self.bad("review-every", &written, "must read like `6 months`");
            }
            interval
        });
        TierSettings {
            obligation: tier.obligation,
            target: tier.target,
            review_every,
            approvers: tier.approvers,
        }
    }

    fn review(&mut self, review: &file::ReviewTable) -> Review {
        let attest = match review.attest.as_deref() {
            None | Some("record") => Attest::Record,
            Some("commit") => Attest::Commit,
            Some("signature") => Attest::Signature,
            Some(other) => {
                self.bad("attest", other, "must be `record`, `commit` or `signature`");
                Attest::Signature
            }
        };
        Review { solo: review.solo.unwrap_or(false), attest }
    }

    fn owner(&mut self, (id, owner): (String, file::OwnerTable)) -> (String, Owner) {
        let name = owner.name.unwrap_or_else(|| id.clone());
        if let Some(contact) = owner.contact.as_deref().filter(|url| !is_contact(url)) {
            self.bad("contact", contact, "must begin with `mailto:` or `https://`");
        }
        let contact = owner.contact.filter(|url| is_contact(url));
        (id, Owner { name, contact, handles: owner.handles })
    }

    fn levels(&mut self, written: BTreeMap<String, String>) -> BTreeMap<&'static str, Level> {
        let mut levels = BTreeMap::new();
        for (name, level) in written {
            let Some(rule) = rule(&name) else {
                let names = rules().map(|rule| rule.name);
                let unknown = self.place(&name).suggest(&name, names);
                self.diagnostics.push(unknown);
                continue;
            };
            match Level::parse(&level) {
                Some(level) => drop(levels.insert(rule.name, level)),
                None => self.bad(&name, &level, "must be `error`, `warning`, `note` or `off`"),
            }
        }
        levels
    }

    fn place(&self, name: &str) -> Diagnostic {
        let start = self.text.find(name).unwrap_or(0);
        let span = Span::new(&Config::path(), start..start + name.len());
        Diagnostic::new("C001", Some(span), format!("there is no rule `{name}`"))
    }

    fn bad(&mut self, key: &str, written: &str, rule: &str) {
        let start = self.text.find(written).unwrap_or(0);
        let span = Span::new(&Config::path(), start..start + written.len());
        self.diagnostics.push(Diagnostic::new("C002", Some(span), format!("`{key}` {rule}")));
    }
}

/// The path of an address, or of mdBook's form of `site-url`, which is a path alone.
fn base_path(site_url: &str) -> String {
    let path = match site_url.split_once("://") {
        Some((_, rest)) => rest.split_once('/').map_or("", |(_, path)| path),
        None => site_url,
    };
    match path.trim_matches('/') {
        "" => "/".to_string(),
        path => format!("/{path}/"),
    }
}

fn book(book: file::BookTable) -> Book {
    let language = book.language.unwrap_or_else(|| "en".to_string());
    let right_to_left = match book.text_direction.as_deref() {
        Some(direction) => direction == "rtl",
        None => is_right_to_left(&language),
    };
    Book {
        title: book.title.unwrap_or_else(|| "Handbook".to_string()),
        description: book.description.unwrap_or_default(),
        language,
        right_to_left,
        authors: book.authors,
    }
}

/// Languages written from right to left, by the list of mdBook.
fn is_right_to_left(language: &str) -> bool {
    let tag = language.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
    let tags = "ar ara arc ae ave egy he heb nqo pal phn sam syc syr fa per fas ku kur ur urd pus \
                ps yi yid";
    tags.split_whitespace().any(|known| known == tag)
}

fn is_contact(url: &str) -> bool {
    ["mailto:", "https://", "http://"].iter().any(|scheme| url.starts_with(scheme))
}

fn person((id, person): (String, file::PersonTable)) -> (String, Person) {
    let name = person.name.unwrap_or_else(|| id.clone());
    (id, Person { name, emails: person.emails, groups: person.groups })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Config, Vec<String>) {
        let today = jiff::civil::date(2026, 11, 22);
        let (config, found) = Config::read(Path::new("/book"), text, today);
        let show = |found: &Diagnostic| {
            let help = found.help.as_deref().unwrap_or_default();
            format!("{} {}; {help}", found.rule.code, found.message)
        };
        (config, found.iter().map(show).collect())
    }

    #[test]
    fn an_empty_file_means_all_defaults() {
        let (config, found) = read("");
        assert_eq!(found, Vec::<String>::new());
        assert_eq!((config.src.as_str(), config.book.language.as_str()), ("content", "en"));
        assert_eq!(config.output, Path::new("/book/book"));
    }

    #[test]
    fn an_unknown_key_suggests_the_nearest() {
        let (_, found) = read("[output.html]\nsite-ulr = \"https://example.org\"\n");
        assert_eq!(
            found,
            ["C001 unknown setting `output.html.site-ulr`; did you mean `site-url`?"]
        );
    }

    #[test]
    fn every_unknown_key_is_found_at_once() {
        let (_, found) = read("[bok]\n[book]\ntitel = 1\n[owners.a]\nnam = \"x\"\n");
        assert_eq!(found.len(), 3, "{found:?}");
    }

    #[test]
    fn a_key_of_mdbook_without_effect_is_a_warning() {
        let (_, found) = read("[preprocessor.toc]\ncommand = \"x\"\n");
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("C004 `preprocessor` has no effect"), "{found:?}");
    }

    #[test]
    fn a_slip_in_the_name_of_the_output_suggests_the_right_one() {
        let (_, found) = read("[output.htlm]\ntheme = \"handbook\"\n");
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].ends_with("; did you mean `html`? If not, remove it"), "{found:?}");
    }

    #[test]
    fn a_token_is_one_value_or_a_light_and_a_dark_one() {
        let (config, found) = read(
            "[output.html.tokens]\nlink = { light = \"#123\", dark = \"#def\" }\nmeasure = \"44rem\"\n",
        );
        assert_eq!(found, [""; 0]);
        assert_eq!(config.html.tokens["link"], "light-dark(#123, #def)");
        assert_eq!(config.html.tokens["measure"], "44rem");
    }

    #[test]
    fn a_token_stays_one_value() {
        for value in [
            "red; } body { display: none",
            "url(https://example.org/x.png)",
            "URL(x)",
            "red } @import 'x'",
            "</style><script>",
            "r\\\\65 d",
            "red /* ",
            "rgb(1 2 3",
            "'open",
            " ",
        ] {
            let (config, found) = read(&format!("[output.html.tokens]\nlink = \"{value}\"\n"));
            assert_eq!(found.len(), 1, "{value}: {found:?}");
            assert!(config.html.tokens.is_empty(), "{value}");
        }
    }

    #[test]
    fn a_wrong_type_is_shown_in_place() {
        let (_, found) = read("[book]\ntitle = 3\n");
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("C002 invalid type: integer `3`"), "{found:?}");
    }

    #[test]
    fn the_base_path_is_that_of_the_address() {
        for (url, path) in [
            ("https://example.org", "/"),
            ("https://example.org/docs", "/docs/"),
            ("/sub/", "/sub/"),
            ("", "/"),
        ] {
            assert_eq!(base_path(url), path, "{url}");
        }
    }

    #[test]
    fn the_content_folder_stays_below_the_root() {
        let (_, found) = read("[book]\nsrc = \"../secrets\"\n");
        assert_eq!(found, ["C002 `src` must be a folder below that of `book.toml`; "]);
    }
}
