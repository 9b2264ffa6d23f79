//! What tiers ask for.

use super::Interval;

/// What a tier asks for.
#[derive(Clone, Debug, Default)]
pub struct TierSettings {
    /// `must`, `should`, `may`.
    pub obligation: Option<String>,
    /// The status that its gaps should reach.
    pub target: Option<String>,
    /// How long an approval lasts.
    pub review_every: Option<Interval>,
    /// Who may approve: people or groups; empty for anybody.
    pub approvers: Vec<String>,
}
