//! How long each stage of a build takes.

use std::time::{Duration, Instant};

/// Measures stages, one after the other.
pub(super) struct Clock {
    last: Instant,
    pub stages: Vec<(&'static str, Duration)>,
}

impl Default for Clock {
    fn default() -> Self {
        Self { last: Instant::now(), stages: Vec::new() }
    }
}

impl Clock {
    /// Ends a stage.
    pub(super) fn mark(&mut self, stage: &'static str) {
        let now = Instant::now();
        self.stages.push((stage, now - self.last));
        self.last = now;
    }
}
