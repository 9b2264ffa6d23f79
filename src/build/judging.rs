//! Gathers what gaps are judged by, and where the evidence stands.

use std::collections::{BTreeMap, HashMap};

use super::analyse::Parts;
use super::texts::Texts;
use crate::base::{Digest, SitePath};
use crate::config::Config;
use crate::diag::{Diagnostic, Span};
use crate::examples::Book;
use crate::files::Files;
use crate::parse;
use crate::resolve::Site;
use crate::status::{self, Evidence, GapStatus};

/// What was found of the gaps.
#[derive(Default)]
pub(super) struct Judged {
    pub statuses: Vec<GapStatus>,
    pub digests: BTreeMap<SitePath, String>,
    pub unready: BTreeMap<SitePath, Vec<Evidence>>,
}

/// Judges all gaps.
pub(super) fn judge(
    files: &dyn Files,
    config: &Config,
    texts: &Texts,
    pages: &Parts,
    site: &Site,
    examples: &Book,
    found: &mut Vec<Diagnostic>,
) -> Judged {
    let Some(checklist) = &texts.checklist else { return Judged::default() };
    let digests = bound_digests(files, config, pages, site);
    let subject = status::Subject {
        checklist,
        site,
        facts: &pages.facts,
        standings: &pages.standings,
        reviews: &texts.reviews,
        waivers: &texts.waivers,
        findings: found,
        examples,
        digests: &digests,
        tiers: &config.tiers,
        kinds: &config.kinds,
        people: &config.people,
        require_examples: config.require_examples,
        solo: config.review.solo,
        today: config.today,
    };
    let (statuses, faults) = status::judge(&subject);
    let judged = |page: &usize| (pages.facts[*page].path.clone(), status::unready(&subject, *page));
    let unready = site.gaps.iter().flat_map(|gap| &gap.pages).map(judged).collect();
    found.extend(config.leveled(faults));
    Judged { statuses, digests, unready }
}

/// What reviews of the pages that close gaps are bound to.
fn bound_digests(
    files: &dyn Files,
    config: &Config,
    pages: &Parts,
    site: &Site,
) -> BTreeMap<SitePath, String> {
    // Several links lead to one file, which is read once.
    let mut known: HashMap<SitePath, Option<Digest>> = HashMap::new();
    let mut digest_of = |path: &SitePath| {
        let read = || files.read(&path.on_disk(&config.root)).ok();
        *known.entry(path.clone()).or_insert_with(|| read().map(|bytes| Digest::of(&bytes)))
    };
    let mut digests = BTreeMap::new();
    for page in site.gaps.iter().flat_map(|gap| &gap.pages) {
        let (facts, text) = (&pages.facts[*page], pages.standings[*page].digest);
        let digest = parse::bound_digest(facts, text, &config.src, &mut digest_of);
        digests.insert(facts.path.clone(), digest);
    }
    digests
}

/// The lines of all places that evidence names.
pub(super) fn lines(files: &dyn Files, config: &Config, judged: &Judged) -> HashMap<Span, usize> {
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
