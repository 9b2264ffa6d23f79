//! Gathers what gaps are judged by, and where the evidence stands.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use super::analyse::Parts;
use super::texts::Texts;
use crate::base::{Digest, SitePath};
use crate::config::{Attest, Config, Identity, is_same_person};
use crate::diag::{Diagnostic, Span};
use crate::examples::Book;
use crate::files::Files;
use crate::history::{History, text_at};
use crate::parse::{self, Standing};
use crate::resolve::Site;
use crate::source::Review;
use crate::status::{self, Authors, Evidence, GapStatus, Witness};

/// What was found of the gaps.
#[derive(Default)]
pub(super) struct Judged {
    pub statuses: Vec<GapStatus>,
    pub digests: BTreeMap<SitePath, String>,
    pub unready: BTreeMap<SitePath, Vec<Evidence>>,
}

/// What is known of a handbook before its gaps are judged.
pub(super) struct Known<'a> {
    texts: &'a Texts,
    pages: &'a Parts,
    site: &'a Site,
    /// What is recorded of the examples.
    examples: &'a Book,
    history: &'a History,
}

impl<'a> Known<'a> {
    pub(super) fn new(
        texts: &'a Texts,
        pages: &'a Parts,
        site: &'a Site,
        examples: &'a Book,
        history: &'a History,
    ) -> Self {
        Self { texts, pages, site, examples, history }
    }
}

/// Judges all gaps.
pub(super) fn judge(
    files: &dyn Files,
    config: &Config,
    known: &Known,
    found: &mut Vec<Diagnostic>,
) -> Judged {
    let Known { texts, pages, site, examples, history } = *known;
    let Some(checklist) = &texts.checklist else { return Judged::default() };
    let reference = format!("{}/reference", config.src);
    let standings = standings(pages, site);
    let digests = bound_digests(files, config, (pages, &standings), site);
    let witnesses = witnesses(files, config, texts, history, &digests);
    let subject = status::Subject {
        checklist,
        site,
        facts: &pages.facts,
        standings: &standings,
        reviews: &texts.reviews,
        waivers: &texts.waivers,
        findings: found,
        examples,
        digests: &digests,
        witnesses: &witnesses,
        reference: &reference,
        tiers: &config.tiers,
        kinds: &config.kinds,
        people: &config.people,
        require_examples: config.require_examples,
        solo: config.review.solo,
        today: config.today,
    };
    let (statuses, faults) = status::judge(&subject);
    let judged = |page: &usize| (pages.facts[*page].path.clone(), status::unready(&subject, *page));
    // Nobody is going to review what a page said on an earlier day.
    let reviewable = site.gaps.iter().flat_map(|gap| &gap.pages).filter(|_| !history.is_past());
    let unready = reviewable.map(judged).collect();
    found.extend(config.leveled(faults));
    Judged { statuses, digests, unready }
}

/// The standings of the pages that close a gap or name their kind.
fn standings(pages: &Parts, site: &Site) -> BTreeMap<usize, Standing> {
    let of_gaps = site.gaps.iter().flat_map(|gap| gap.pages.iter().copied());
    let facts = pages.facts.iter().enumerate();
    let of_kinds = facts.filter(|(_, facts)| facts.front.kind.is_some()).map(|(page, _)| page);
    of_gaps.chain(of_kinds).map(|page| (page, pages.standings[page].get())).collect()
}

/// What reviews are bound to: those of the pages that close gaps, and of the references.
fn bound_digests(
    files: &dyn Files,
    config: &Config,
    (pages, standings): (&Parts, &BTreeMap<usize, Standing>),
    site: &Site,
) -> BTreeMap<SitePath, String> {
    // Several links lead to one file, which is read once.
    let mut known: HashMap<SitePath, Option<Digest>> = HashMap::new();
    let read = |path: &SitePath| files.read(&path.on_disk(&config.root)).ok();
    let mut digest_of = |path: &SitePath| {
        let digest = || read(path).map(|bytes| Digest::of(&bytes));
        *known.entry(path.clone()).or_insert_with(digest)
    };
    let reference = format!("{}/reference", config.src);
    let is_reference = |path: &SitePath| path.strip(&reference).is_some();
    let of_gaps = site.gaps.iter().flat_map(|gap| gap.pages.iter().copied());
    let of_references =
        (0..pages.facts.len()).filter(|page| is_reference(&pages.facts[*page].path));
    let mut digests = BTreeMap::new();
    for page in of_gaps.chain(of_references) {
        let known = standings.get(&page).map(Cow::Borrowed);
        let standing = known.unwrap_or_else(|| Cow::Owned(pages.standings[page].get()));
        let digest = parse::bound_digest(&standing, &config.src, &mut digest_of);
        digests.insert(standing.path.clone(), digest);
    }
    for path in site.assets.iter().map(|(path, _)| path).filter(|path| is_reference(path)) {
        digests.extend(read(path).map(|bytes| (path.clone(), parse::data_digest(&bytes))));
    }
    digests
}

/// What git says of the texts that are approved as they stand.
fn witnesses(
    files: &dyn Files,
    config: &Config,
    texts: &Texts,
    history: &History,
    digests: &BTreeMap<SitePath, String>,
) -> BTreeMap<SitePath, Witness> {
    let witness = |(path, digest): (&SitePath, &String)| {
        let approval = status::approval_of(texts.reviews.get(path)?, digest, config.today)?;
        let witness = Witness {
            authors: authors(files, config, history, (path, digest)),
            attested: is_attested(config, history, path, approval),
        };
        Some((path.clone(), witness))
    };
    digests.iter().filter_map(witness).collect()
}

fn authors(
    files: &dyn Files,
    config: &Config,
    history: &History,
    (path, digest): (&SitePath, &str),
) -> Authors {
    if history.unknown.is_some() {
        return Authors::NoHistory;
    }
    let text = || text_at(files, config, path);
    match history.authors_of(config, path, digest, text) {
        Some(authors) => Authors::Known(authors.iter().map(Identity::to_string).collect()),
        None => Authors::Uncommitted,
    }
}

/// True when the record of an approval proves as much as the handbook asks for.
fn is_attested(config: &Config, history: &History, path: &SitePath, approval: &Review) -> bool {
    if config.review.attest == Attest::Record || history.is_past() {
        return true;
    }
    let Some(attestation) = history.attestation(path, approval) else { return false };
    let is_reviewer = |name: &str| is_same_person(&config.people, name, &approval.by);
    match config.review.attest {
        Attest::Signature => attestation.signers().iter().any(|name| is_reviewer(name)),
        _ => is_reviewer(&attestation.author().to_string()),
    }
}

/// The lines of all places that evidence names; none for an earlier day, of which no evidence is
/// shown.
pub(super) fn lines(
    files: &dyn Files,
    config: &Config,
    history: &History,
    judged: &Judged,
) -> HashMap<Span, usize> {
    if history.is_past() {
        return HashMap::new();
    }
    let rows = judged.statuses.iter().flat_map(|status| &status.evidence);
    let rows = rows.chain(judged.unready.values().flatten());
    let spans = rows.filter_map(|row| row.span.as_ref()).filter(|span| span.range.end > 0);
    let mut texts: HashMap<SitePath, Vec<u8>> = HashMap::new();
    let mut lines = HashMap::new();
    for span in spans {
        let read = || files.read(&span.path.on_disk(&config.root)).unwrap_or_default();
        let text = texts.entry(span.path.clone()).or_insert_with(read);
        let head = &text[..(span.range.start as usize).min(text.len())];
        lines.insert(span.clone(), head.iter().filter(|byte| **byte == b'\n').count() + 1);
    }
    lines
}
