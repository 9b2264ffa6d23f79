//! What the commands `request`, `approve` and `review` do: they check, compare, and add a record
//! beside the text. They never touch the text itself.

mod compare;

pub use compare::Comparison;

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::base::SitePath;
use crate::build::Analysis;
use crate::config::{Config, Identity, is_same_person, person_key};
use crate::files::{Error, Files};
use crate::history::{self, History, Text, Unknown, text_at};
use crate::source::{Method, Review, Verdict, append_review, reviews_path};
use crate::status::Evidence;

/// Everything that a review is checked against.
pub struct Desk<'a> {
    /// The files of the project.
    pub files: &'a dyn Files,
    /// The settings.
    pub config: &'a Config,
    /// The handbook as it stands.
    pub analysis: &'a Analysis,
}

/// What a reviewer says.
#[derive(Clone, Debug)]
pub struct Opinion {
    /// Who it is.
    pub by: String,
    /// How the text was reviewed.
    pub method: Method,
    /// What came out: approved, or changes requested.
    pub verdict: Verdict,
    /// What else there is to say.
    pub note: Option<String>,
    /// Whether somebody else records it.
    pub on_behalf: bool,
    /// Whether the change since the last approval is so small that its due date stays.
    pub minor: bool,
}

/// Why nothing was recorded.
#[derive(Debug)]
pub enum Refusal {
    /// It isn't allowed: what, and what to do.
    No(String, String),
    /// The text isn't ready; this stands against it.
    Unready(Vec<Evidence>),
    /// The history is needed, and absent: what, and what to do.
    CannotTell(String, String),
    /// The machine.
    Failed(Error),
}

/// What was recorded.
#[derive(Debug)]
pub struct Recorded {
    /// In which file.
    pub path: SitePath,
    /// The record.
    pub review: Review,
}

type Refused<T> = Result<T, Refusal>;

impl Desk<'_> {
    /// Records that somebody was asked to review a text.
    pub fn request(&self, path: &SitePath, from: &str) -> Refused<Recorded> {
        let who = self.known_person(from)?;
        let text = self.text(path)?;
        self.check_ready(path)?;
        let reviews = self.analysis.reviews(path);
        let last = reviews.iter().rfind(|review| self.is_same(&review.by, who));
        let waiting = |review: &&Review| {
            review.verdict == Verdict::Requested && review.digest.as_ref() == Some(&text.digest)
        };
        if let Some(asked) = last.filter(waiting) {
            let message = format!("{who} was asked to review this text on {} already", asked.on);
            return Err(no(message, "nothing was recorded; the request stands"));
        }
        if self.author(path, &text).is_some_and(|author| self.is_same(&author, who)) {
            self.check_solo(who, "ask somebody else")?;
        }
        let record = Review { digest: Some(text.digest), ..self.record(who, Verdict::Requested) };
        self.add(path, record)
    }

    /// Records what a reviewer says of a text.
    pub fn approve(&self, path: &SitePath, opinion: &Opinion) -> Refused<Recorded> {
        let approves = opinion.verdict == Verdict::Approved;
        let who = self.reviewer(opinion)?;
        let text = self.text(path)?;
        if approves {
            self.check_ready(path)?;
        }
        self.check_committed(&text)?;
        let Some(author) = self.author(path, &text) else {
            let message = format!("the history of `{path}` doesn't tell who wrote it");
            return Err(cannot_tell(message, "commit it, then approve it"));
        };
        if approves && self.authors(path, &text).iter().any(|author| self.is_same(author, who)) {
            self.check_solo(who, "let somebody else approve it")?;
        }
        if opinion.minor {
            self.check_minor(path, &text)?;
        }
        let record = Review {
            method: Some(opinion.method),
            author: Some(author),
            digest: Some(text.digest),
            note: opinion.note.clone().filter(|note| !note.trim().is_empty()),
            on_behalf: opinion.on_behalf,
            minor: opinion.minor,
            ..self.record(who, opinion.verdict)
        };
        self.add(path, record)
    }

    /// What has changed since a text was approved.
    pub fn compare(&self, path: &SitePath) -> Refused<Comparison> {
        let text = self.text(path)?;
        let Some(approval) = self.last_approval(path) else {
            return Ok(Comparison::new(None, "", &text.words));
        };
        let digest = approval.digest.clone().unwrap_or_default();
        if digest == text.digest {
            return Ok(Comparison::same(approval));
        }
        let history = self.history()?;
        let Some(approved) = history.text_with(self.config, path, &text, &digest) else {
            let message = format!("no commit has the text of `{path}` that was approved");
            let help = "its history was rewritten, or the record was written by hand";
            return Err(cannot_tell(message, help));
        };
        let changed = |file: &&SitePath| approved.beside.get(*file) != text.beside.get(*file);
        let files: BTreeSet<&SitePath> =
            approved.beside.keys().chain(text.beside.keys()).filter(changed).collect();
        Ok(Comparison::new(Some(approval), &approved.words, &text.words)
            .beside(files.into_iter().cloned().collect()))
    }

    fn text(&self, path: &SitePath) -> Refused<Text> {
        let text = text_at(self.files, self.config, path);
        text.ok_or_else(|| no(format!("there is no file `{path}`"), "name a gap or a page"))
    }

    fn last_approval(&self, path: &SitePath) -> Option<&Review> {
        let approved = |review: &&Review| review.verdict == Verdict::Approved;
        self.analysis.reviews(path).iter().filter(approved).max_by_key(|review| review.on)
    }

    fn history(&self) -> Refused<&History> {
        let history = self.analysis.history();
        match history.unknown {
            None => Ok(history),
            Some(Unknown::NoRepository | Unknown::Past) => Err(cannot_tell(
                "there is no git repository, so nobody can tell who wrote the text".to_string(),
                "a review needs the history; commit the handbook",
            )),
            Some(Unknown::Shallow) => Err(cannot_tell(
                "this clone has only a part of the history".to_string(),
                "fetch the rest: git fetch --unshallow",
            )),
        }
    }

    fn is_same(&self, one: &str, other: &str) -> bool {
        is_same_person(&self.config.people, one, other)
    }

    /// Somebody of `[people]`, by key; anybody where the table is empty.
    fn known_person<'b>(&'b self, written: &'b str) -> Refused<&'b str> {
        let people = &self.config.people;
        let key = person_key(people, written.trim());
        if key.is_empty() {
            return Err(no("a person needs a name".to_string(), "name a key of `[people]`"));
        }
        if people.is_empty() || people.contains_key(key) {
            return Ok(key);
        }
        let keys = || people.keys().map(String::as_str);
        let help = match crate::base::nearest(key, keys()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("known are {}", keys().collect::<Vec<_>>().join(", ")),
        };
        Err(Refusal::No(format!("`[people]` in book.toml has no `{key}`"), help))
    }

    /// The reviewer, who is at work here, unless somebody else records it.
    fn reviewer<'b>(&'b self, opinion: &'b Opinion) -> Refused<&'b str> {
        self.history()?;
        let who = self.known_person(&opinion.by)?;
        if opinion.on_behalf {
            return Ok(who);
        }
        let Some(identity) = history::identity(&self.config.root) else {
            let help = "git config user.name NAME; git config user.email ADDRESS";
            return Err(no("git doesn't know who you are".to_string(), help));
        };
        match self.is_same(who, &identity.to_string()) {
            true => Ok(who),
            false => Err(other_identity(who, &identity)),
        }
    }

    fn check_ready(&self, path: &SitePath) -> Refused<()> {
        match self.analysis.unready(path) {
            [] => Ok(()),
            found => Err(Refusal::Unready(found.to_vec())),
        }
    }

    fn check_committed(&self, text: &Text) -> Refused<()> {
        let changed = self.history()?.uncommitted(&text.files).unwrap_or_default();
        match changed.first() {
            None => Ok(()),
            Some(path) => Err(no(
                format!("`{path}` has changes that aren't committed"),
                "commit them first: a review is of a text that others can find again",
            )),
        }
    }

    /// Authors may not review their own text, unless the handbook says so.
    fn check_solo(&self, who: &str, help: &str) -> Refused<()> {
        match self.config.review.solo {
            true => Ok(()),
            false => Err(no(format!("{who} changed this text last"), help)),
        }
    }

    fn check_minor(&self, path: &SitePath, text: &Text) -> Refused<()> {
        let Some(approval) = self.last_approval(path) else {
            let message = format!("`{path}` was never approved, so there is no due date to keep");
            return Err(no(message, "leave `--minor` out"));
        };
        match approval.digest.as_ref() == Some(&text.digest) {
            false => Ok(()),
            true => Err(no(
                "the text is the one that was approved".to_string(),
                "leave `--minor` out: it would keep the due date of a text that didn't change",
            )),
        }
    }

    fn authors(&self, path: &SitePath, text: &Text) -> Vec<String> {
        let history = self.analysis.history();
        let authors = history.authors(self.config, path, text).unwrap_or_default();
        authors.iter().map(|author| self.as_recorded(author)).collect()
    }

    /// Who wrote the text, as it is recorded.
    fn author(&self, path: &SitePath, text: &Text) -> Option<String> {
        self.authors(path, text).pop()
    }

    /// The key of `[people]`, else what git says.
    fn as_recorded(&self, author: &Identity) -> String {
        let written = author.to_string();
        person_key(&self.config.people, &written).to_string()
    }

    fn record(&self, by: &str, verdict: Verdict) -> Review {
        Review {
            by: by.to_string(),
            on: self.config.today,
            verdict,
            method: None,
            author: None,
            digest: None,
            note: None,
            on_behalf: false,
            minor: false,
            range: crate::base::TextRange::default(),
        }
    }

    fn add(&self, path: &SitePath, review: Review) -> Refused<Recorded> {
        let beside = reviews_path(path);
        let on_disk: PathBuf = beside.on_disk(&self.config.root);
        let text = match self.files.read(&on_disk) {
            Ok(bytes) => String::from_utf8(bytes).ok(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Some(String::new()),
            Err(error) => return Err(Refusal::Failed(Error::at("read", &on_disk)(error))),
        };
        let Some(added) = text.and_then(|text| append_review(&beside, &text, &review)) else {
            let message = format!("can't add to `{beside}`");
            return Err(no(message, "its records must be a list, each begun by `- by:`"));
        };
        self.files
            .write(&on_disk, added.as_bytes())
            .map_err(|error| Refusal::Failed(Error::at("write", &on_disk)(error)))?;
        Ok(Recorded { path: beside, review })
    }
}

fn no(message: String, help: &str) -> Refusal {
    Refusal::No(message, help.to_string())
}

fn cannot_tell(message: String, help: &str) -> Refusal {
    Refusal::CannotTell(message, help.to_string())
}

fn other_identity(who: &str, identity: &Identity) -> Refusal {
    let message = format!("git knows you as {identity}, which isn't {who}");
    let help = "let them record it themselves, add your address to `emails` of that person in \
                `[people]`, or use `--on-behalf`, which lifts nothing above in review";
    no(message, help)
}
