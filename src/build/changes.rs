//! What has changed between two analyses.

use std::collections::BTreeSet;

use crate::base::SitePath;

/// What has changed since the last time.
#[derive(Clone, Debug)]
pub enum Changes {
    /// Anything may have.
    All,
    /// These files have, and no others; a path that doesn't exist any more is one, too.
    Files(BTreeSet<SitePath>),
}

impl Changes {
    pub(super) fn any(&self, wanted: impl Fn(&SitePath) -> bool) -> bool {
        self.files().is_none_or(|paths| paths.iter().any(wanted))
    }

    /// The files, unless anything may have changed.
    pub(super) fn files(&self) -> Option<&BTreeSet<SitePath>> {
        if let Self::Files(paths) = self { Some(paths) } else { None }
    }
}
