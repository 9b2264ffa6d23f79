//! G001 below-required, G002 too-many-overdue, G003 too-many-unowned, G004 condition-met,
//! G005 reapproval-due, G006 waiver-expired.

use jiff::ToSpan;
use jiff::civil::Date;

use super::Side;
use crate::base::plural;
use crate::checklist::Gap;
use crate::config::{Check, Config};
use crate::diag::{Diagnostic, Span};
use crate::status::{GapStatus, Status};

/// Why gaps are looked at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Occasion {
    /// Somebody changes something. What only the calendar changed is no fault of theirs.
    Change,
    /// It is time to look.
    Calendar,
}

/// What gaps are held against.
pub struct Limits<'a> {
    /// `[check]` in `book.toml`.
    pub check: &'a Check,
    /// Why they are looked at.
    pub occasion: Occasion,
    /// Statuses and flags that no gap may have.
    pub fail_on: &'a [String],
    /// The day.
    pub today: Date,
    /// Since when the text of a gap, by its index, isn't the approved one; none when unknown.
    pub changed_on: &'a dyn Fn(usize) -> Option<Date>,
}

/// Holds all gaps against the limits.
pub fn limits(limits: &Limits, side: Side) -> Vec<Diagnostic> {
    let mut found = unknown_tiers(limits, side);
    for (index, (gap, status)) in side.gaps().enumerate() {
        let waits = limits.waits_for_reapproval(index, status);
        found.extend(waits.map(|until| reapproval_due(side, gap, until)));
        found.extend(limits.below(side, gap, limits.counted(status, waits.is_some())));
        found.extend(limits.conditions(side, gap, status));
        if limits.occasion == Occasion::Calendar && status.flags.contains(&"waiver-expired") {
            let message = format!("the waiver of `{}` has ended", gap.id);
            let fault = Diagnostic::new("G006", Some(side.span(gap)), message);
            found.push(fault.help("close the gap, or decide about it again"));
        }
    }
    found.extend(limits.totals(side));
    found
}

impl Limits<'_> {
    /// The last day on which a gap whose text has changed may wait for another approval.
    fn waits_for_reapproval(&self, gap: usize, status: &GapStatus) -> Option<Date> {
        if !awaits_reapproval(status) {
            return None;
        }
        let since = (self.changed_on)(gap).unwrap_or(self.today);
        let until = since.saturating_add(i32::from(self.check.reapproval_days).days());
        (self.today <= until).then_some(until)
    }

    /// The status that a gap is held against its tier with.
    fn counted(&self, status: &GapStatus, waits: bool) -> Status {
        let by_change = self.occasion == Occasion::Change;
        match status.status {
            Status::Stale if by_change => Status::Complete,
            _ if waits => Status::Complete,
            _ if by_change && status.flags.contains(&"waiver-expired") => Status::Waived,
            status => status,
        }
    }

    fn below(&self, side: Side, gap: &Gap, counted: Status) -> Option<Diagnostic> {
        let tier = side.list.tier_of(gap);
        let required = Status::parse(self.check.require.get(&tier.id)?)?;
        if counted >= required {
            return None;
        }
        let (id, is, asked) = (&gap.id, counted.word(), required.word());
        let message = format!("`{id}` is {is}, and gaps of the tier `{}` must be {asked}", tier.id);
        let fault = Diagnostic::new("G001", Some(side.span(gap)), message);
        Some(fault.help(format!("`lacuna status {id}` shows what is missing")))
    }

    fn conditions(&self, side: Side, gap: &Gap, status: &GapStatus) -> Vec<Diagnostic> {
        let has = |word: &&String| {
            status.status.id() == word.as_str() || status.flags.contains(&word.as_str())
        };
        let report = |word: &String| {
            let message = format!("`{}` is {}", gap.id, word.replace('-', " "));
            Diagnostic::new("G004", Some(side.span(gap)), message)
        };
        self.fail_on.iter().filter(has).map(report).collect()
    }

    fn totals(&self, side: Side) -> Vec<Diagnostic> {
        let overdue = side.statuses.iter().filter(|gap| gap.status == Status::Stale).count();
        let unowned = |gap: &&GapStatus| gap.is_applicable() && gap.flags.contains(&"unowned");
        let unowned = side.statuses.iter().filter(unowned).count();
        let mut found = Vec::new();
        let calendar = self.occasion == Occasion::Calendar;
        if let Some(most) = self.check.max_overdue.filter(|most| calendar && overdue > *most) {
            let reviews = plural(overdue, "review");
            found.push(too_many("G002", format!("{reviews} overdue; `max-overdue` is {most}")));
        }
        if let Some(most) = self.check.max_unowned.filter(|most| unowned > *most) {
            let gaps = plural(unowned, "gap");
            found.push(too_many("G003", format!("{gaps} without owner; `max-unowned` is {most}")));
        }
        found
    }
}

/// True when all that stands between a gap and its approval is that the text has changed since.
pub(super) fn awaits_reapproval(status: &GapStatus) -> bool {
    let changed = |flag: &&str| matches!(*flag, "changed-since-review" | "reference-changed");
    status.status == Status::InReview && status.flags.iter().any(changed)
}

fn reapproval_due(side: Side, gap: &Gap, until: Date) -> Diagnostic {
    let message = format!("the text of `{}` has changed since it was approved", gap.id);
    Diagnostic::new("G005", Some(side.span(gap)), message)
        .help(format!("somebody else approves it by {until}"))
}

fn too_many(code: &str, message: String) -> Diagnostic {
    Diagnostic::new(code, Some(Span::file(&Config::path())), message)
}

fn unknown_tiers(limits: &Limits, side: Side) -> Vec<Diagnostic> {
    let ids = side.list.tiers.iter().map(|tier| tier.id.as_str());
    let is_known = |id: &str| ids.clone().any(|known| known == id);
    let unknown = limits.check.require.keys().filter(|id| !is_known(id));
    let report = |id: &String| {
        let message = format!("`[check] require` names the tier `{id}`, which the checklist lacks");
        Diagnostic::new("C002", Some(Span::file(&Config::path())), message).suggest(id, ids.clone())
    };
    unknown.map(report).collect()
}
