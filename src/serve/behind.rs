//! Makes behind what nobody has asked for yet, so that the faults of all pages are known.
//!
//! A page is made when it is asked for. Until then its template is run without its text, which no
//! template can fail on: that takes a hundredth of the time, and finds the same faults.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use super::Notice;
use super::preview::Preview;
use crate::build::Snapshot;
use crate::diag::Diagnostic;

/// The page that was saved is asked for first.
const PAUSE: Duration = Duration::from_millis(200);

/// Goes through the pages of each new site, for ever. A newer one ends that, and is gone through in
/// its place.
pub(super) fn rehearse(preview: &Preview, notify: &dyn Fn(Notice)) {
    let mut done: Option<Arc<Snapshot>> = None;
    let mut faults = BTreeMap::new();
    loop {
        let snapshot = preview.wait_for_other(done.as_ref());
        if !preview.is_current(&snapshot, PAUSE)
            || !run(preview, &snapshot, done.as_deref(), &mut faults)
        {
            continue;
        }
        let mut all: Vec<Diagnostic> = faults.values().cloned().collect();
        // One template fails on many pages; the first one stands for them.
        let mut known = HashSet::new();
        all.retain(|fault| known.insert((fault.rule.code, fault.message.clone())));
        let new = preview.set_unseen_faults(&all);
        if !new.is_empty() {
            notify(Notice::Found(new));
        }
        done = Some(snapshot);
    }
}

/// Runs the templates of all pages that may look different from before; false when there is a
/// newer site.
fn run(
    preview: &Preview,
    snapshot: &Arc<Snapshot>,
    earlier: Option<&Snapshot>,
    faults: &mut BTreeMap<String, Diagnostic>,
) -> bool {
    faults.retain(|url, _| snapshot.has(url));
    for url in snapshot.pages_since(earlier) {
        if !preview.is_current(snapshot, Duration::ZERO) {
            return false;
        }
        match preview.rehearse(snapshot, url) {
            Some(fault) => drop(faults.insert(url.to_string(), fault)),
            None => drop(faults.remove(url)),
        }
    }
    true
}
