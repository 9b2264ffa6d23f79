//! Asks other sites whether the links to them still lead somewhere, for `lacuna check --external`
//! alone.
//!
//! The only room that calls other machines. It stands below all that builds and previews a site,
//! so that neither can name it. Each address is asked for once, whatever the number of links, and
//! each machine one question at a time.

mod ask;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use jiff::civil::Date;

use crate::base::{matches, one_line};
use crate::build::Analysis;
use crate::config::External;
use crate::diag::{Diagnostic, Span};
use crate::resolve::Outcome;
use ask::{Answer, Visitor};

/// The addresses that pages lead to, without what is behind `#`, and where they stand.
pub type Addresses = BTreeMap<String, Vec<Span>>;

/// When an address led somewhere.
pub type Known = BTreeMap<String, Date>;

/// What came out.
pub struct Found {
    /// A finding for each link that leads nowhere.
    pub diagnostics: Vec<Diagnostic>,
    /// What leads somewhere, with the day on which it was asked for.
    pub alive: Known,
    /// How many were asked for.
    pub asked: usize,
    /// The addresses whose machine told us to come back later, and in which words.
    pub put_off: Vec<(String, String)>,
}

/// How many machines are asked at the same time.
const AT_ONCE: usize = 16;
/// A machine is left alone for so long between two questions.
const PAUSE: Duration = Duration::from_millis(100);
/// Names that are never anybody's (RFC 2606, RFC 6761).
const RESERVED: &[&str] =
    &["example", "invalid", "test", "example.com", "example.net", "example.org"];

/// The addresses of other sites that pages of the book lead to and that may be asked for.
pub fn addresses(analysis: &Analysis, settings: &External) -> Addresses {
    let mut found = Addresses::new();
    for (facts, targets) in analysis.facts().iter().zip(&analysis.site.links) {
        let external =
            |(_, target): &(_, &crate::resolve::LinkTarget)| target.outcome == Outcome::External;
        for (link, target) in facts.links.iter().zip(&**targets).filter(external) {
            let url = target.url.split('#').next().unwrap_or_default();
            let url = if url.starts_with("//") { format!("https:{url}") } else { url.to_string() };
            if machine(&url).is_some_and(|host| !is_reserved(host)) && !settings.allows(&url) {
                found.entry(url).or_default().push(link.span.clone());
            }
        }
    }
    found
}

/// The machine of an address that is asked for by HTTP, with its port.
fn machine(url: &str) -> Option<&str> {
    let lower = url.get(..8)?.to_ascii_lowercase();
    let start = ["https://", "http://"].into_iter().find(|scheme| lower.starts_with(scheme))?.len();
    let rest = &url[start..];
    let authority = &rest[..rest.find(['/', '?']).unwrap_or(rest.len())];
    let machine = authority.rsplit('@').next().unwrap_or(authority);
    (!machine.is_empty()).then_some(machine)
}

fn is_reserved(machine: &str) -> bool {
    let name = machine.split(':').next().unwrap_or(machine).to_ascii_lowercase();
    RESERVED.iter().any(|reserved| {
        name.strip_suffix(reserved).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    })
}

impl External {
    fn allows(&self, url: &str) -> bool {
        self.allow.iter().any(|pattern| matches(pattern, url))
    }
}

/// Asks for addresses, but for those that led somewhere in the last days.
pub fn visit(
    addresses: &Addresses,
    known: &Known,
    settings: &External,
    today: Date,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> Found {
    let is_fresh = |url: &str| {
        known.get(url).is_some_and(|on| {
            let age = (today - *on).get_days();
            (0..=i32::from(settings.cache_days)).contains(&age)
        })
    };
    let (fresh, open): (Vec<&String>, Vec<&String>) =
        addresses.keys().partition(|url| is_fresh(url));
    let mut found = Found {
        diagnostics: Vec::new(),
        alive: fresh.iter().map(|url| ((*url).clone(), known[*url])).collect(),
        asked: open.len(),
        put_off: Vec::new(),
    };
    for (url, answer) in ask_all(&open, settings, progress) {
        match answer {
            Answer::Alive => drop(found.alive.insert(url.to_string(), today)),
            Answer::PutOff(words) => found.put_off.push((url.to_string(), words)),
            Answer::Dead(words) => {
                let spans = addresses[url].iter();
                found.diagnostics.extend(spans.map(|span| dead_link(url, &words, span)));
            }
        }
    }
    found
}

fn dead_link(url: &str, words: &str, span: &Span) -> Diagnostic {
    let message = format!("`{}` {}", one_line(url), one_line(words));
    Diagnostic::new("L006", Some(span.clone()), message).help(
        "correct it or take it out; `[check.external] allow` names addresses that aren't asked for",
    )
}

/// Asks several machines at once, and each one question after the other.
fn ask_all<'a>(
    urls: &[&'a String],
    settings: &External,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> Vec<(&'a str, Answer)> {
    let mut machines: BTreeMap<&str, Vec<&'a str>> = BTreeMap::new();
    for url in urls {
        machines.entry(machine(url).unwrap_or_default()).or_default().push(url.as_str());
    }
    let (total, count) = (urls.len(), machines.len());
    let queue = Mutex::new(machines.into_values().collect::<VecDeque<_>>());
    let answers = Mutex::new(Vec::new());
    let done = AtomicUsize::new(0);
    let visitor = Visitor::new(settings);
    let next = || queue.lock().expect("no one panics with it").pop_front();
    let work = || {
        while let Some(urls) = next() {
            for (index, url) in urls.into_iter().enumerate() {
                if index > 0 {
                    thread::sleep(PAUSE);
                }
                let answer = visitor.ask(url);
                answers.lock().expect("no one panics with it").push((url, answer));
                progress(done.fetch_add(1, Ordering::Relaxed) + 1, total);
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..count.min(AT_ONCE) {
            scope.spawn(work);
        }
    });
    let mut answers = answers.into_inner().expect("no one panicked with it");
    answers.sort_by(|a, b| a.0.cmp(b.0));
    answers
}
