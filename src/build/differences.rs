//! What pages said when they were approved, as far as they say something else today.
//!
//! The history is searched once for each approval; what was found never changes, and what wasn't
//! found may be there after the next commit.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Analysis, Changes, Engine};
use crate::base::SitePath;
use crate::config::Config;
use crate::files::Files;
use crate::history::text_at;
use crate::render::{Difference, difference_url};
use crate::source::{Review, Verdict};

/// The differences by the number of their page.
pub(super) type Differences = BTreeMap<usize, Arc<Difference>>;

/// What is kept between builds.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Approved {
    /// The commit up to which the history was searched.
    head: Option<String>,
    /// Texts by the file and the digest of the approval; none for those that weren't found.
    texts: BTreeMap<(SitePath, String), Option<Arc<str>>>,
}

/// The file that keeps it.
const FILE: &str = "approved";

impl Engine {
    /// What has changed since pages were approved.
    pub(super) fn differences(
        &mut self,
        files: &dyn Files,
        config: &Config,
        changes: &Changes,
        analysis: &Analysis,
    ) -> Arc<Differences> {
        let wanted = changed_pages(config, analysis);
        if wanted.is_empty() || analysis.history().unknown.is_some() {
            return Arc::default();
        }
        let cache = self.cache.as_ref();
        let read = || cache.and_then(|cache| Some(cache.read::<Approved>(files, FILE)?.values));
        let known = self.approved.get_or_insert_with(|| read().unwrap_or_default());
        let before = known.texts.len();
        if matches!(changes, Changes::All) {
            known.search_again(analysis.history().head());
        }
        let mut is_new = known.texts.len() != before;
        let mut found = Differences::new();
        for (page, review) in wanted {
            let path = &analysis.facts()[page].path;
            let (Some(digest), Some(entry)) = (&review.digest, analysis.site.entry(page)) else {
                continue;
            };
            let key = (path.clone(), digest.clone());
            let text = known.texts.entry(key).or_insert_with(|| {
                is_new = true;
                let now = text_at(files, config, path)?;
                let text = analysis.history().text_with(config, path, &now, digest)?;
                Some(text.words.into())
            });
            if let Some(approved) = text.clone() {
                let (by, url) = (review.by.clone(), difference_url(&entry.url));
                found.insert(page, Arc::new(Difference { page, url, by, on: review.on, approved }));
            }
        }
        if let Some(cache) = cache.filter(|_| is_new) {
            // Without it the next build searches again.
            cache.write(files, FILE, known, &[]);
        }
        Arc::new(found)
    }
}

impl Approved {
    /// Forgets what wasn't found, if there have been commits since.
    fn search_again(&mut self, head: Option<String>) {
        if self.head != head {
            self.texts.retain(|_, text| text.is_some());
            self.head = head;
        }
    }
}

/// The pages that aren't as they were approved, with their last approval.
fn changed_pages<'a>(config: &Config, analysis: &'a Analysis) -> BTreeMap<usize, &'a Review> {
    let gaps = analysis.site.gaps.iter().zip(&analysis.statuses);
    let changed = gaps.filter(|(_, status)| status.flags.contains(&"changed-since-review"));
    let last = |page: &usize| {
        let path = &analysis.facts()[*page].path;
        let reviews = analysis.reviews(path).iter();
        let approved =
            |review: &&Review| review.verdict == Verdict::Approved && review.on <= config.today;
        let last = reviews.filter(approved).max_by_key(|review| review.on)?;
        (last.digest.as_deref() != analysis.digest(path)).then_some((*page, last))
    };
    changed.flat_map(|(place, _)| &place.pages).filter_map(last).collect()
}
