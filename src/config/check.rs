//! `[check]`: what may stop a change.

use std::collections::BTreeMap;
use std::time::Duration;

use super::Reader;
use super::file::CheckTable;
use crate::base::Status;

/// What may stop a change.
#[derive(Clone, Debug)]
pub struct Check {
    /// The status that all gaps of a tier must have reached, by the id of the tier.
    pub require: BTreeMap<String, String>,
    /// How many reviews may be overdue.
    pub max_overdue: Option<usize>,
    /// How many gaps may be without owner.
    pub max_unowned: Option<usize>,
    /// How many days a changed text may wait for another approval.
    pub reapproval_days: u16,
    /// How links to other sites are followed.
    pub external: External,
}

/// How links to other sites are followed.
#[derive(Clone, Debug)]
pub struct External {
    /// Patterns of addresses that aren't asked for.
    pub allow: Vec<String>,
    /// How long an answer may take.
    pub timeout: Duration,
    /// For how many days an address that led somewhere isn't asked for again.
    pub cache_days: u16,
}

impl Reader<'_> {
    pub(super) fn check(&mut self, table: CheckTable) -> Check {
        let mut require = BTreeMap::new();
        for (tier, status) in table.require {
            let asked = Status::parse(&status);
            match asked.is_some_and(|asked| (Status::Outline..=Status::Complete).contains(&asked)) {
                true => drop(require.insert(tier, status)),
                false => self.bad(
                    "require",
                    &status,
                    "takes `outline`, `draft`, `in-review`, `stale` or `complete`",
                ),
            }
        }
        Check {
            require,
            max_overdue: table.max_overdue,
            max_unowned: table.max_unowned,
            reapproval_days: table.reapproval_days.unwrap_or(14),
            external: External {
                allow: table.external.allow,
                timeout: Duration::from_secs(table.external.timeout.unwrap_or(20)),
                cache_days: table.external.cache_days.unwrap_or(7),
            },
        }
    }
}
