//! Review intervals: `6 months`, `1 year`.

use jiff::civil::Date;
use jiff::{Span, ToSpan};
use serde::{Deserialize, Serialize};

/// How long an approval lasts, in calendar units.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Interval(Span);

impl Interval {
    /// So many calendar months.
    pub fn months(months: i32) -> Self {
        Self(months.months())
    }

    /// How long approvals last in a tier by its place, unless `book.toml` says otherwise.
    pub fn of_rank(rank: usize) -> Self {
        Self::months(if rank == 0 { 6 } else { 12 })
    }

    /// Reads `6 months`, `1 year`, `90 days`, `2 weeks`; none for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let span: Span = text.trim().parse().ok()?;
        let calendar = span.get_years() != 0
            || span.get_months() != 0
            || span.get_weeks() != 0
            || span.get_days() != 0;
        (calendar && span.is_positive()).then_some(Self(span))
    }

    /// The day on which an approval of a day ends, less a share of the interval in per mille.
    ///
    /// The end of a month is kept: a month after January 31 is February 28. Dates beyond the
    /// year 9999 are cut to it.
    pub fn after(self, day: Date, less: u16) -> Date {
        let end = day.saturating_add(self.0);
        let days = day.until(end).map_or(0, |span| span.get_days());
        end.saturating_sub((days * i32::from(less.min(1000)) / 1000).days())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn an_interval_counts_calendar_months() {
        let six = Interval::parse("6 months").unwrap();
        assert_eq!(six.after(date(2026, 8, 31), 0), date(2027, 2, 28));
        assert_eq!(
            Interval::parse("1 year").unwrap().after(date(2024, 2, 29), 0),
            date(2025, 2, 28)
        );
    }

    #[test]
    fn a_share_brings_the_day_forward() {
        let year = Interval::months(12);
        assert_eq!(year.after(date(2026, 1, 1), 200), date(2026, 10, 20));
    }

    #[test]
    fn what_is_not_a_length_of_days_is_refused() {
        for text in ["", "6", "months", "-3 months", "4 hours", "0 days", "<b>"] {
            assert!(Interval::parse(text).is_none(), "{text}");
        }
    }
}
