//! Coverage over time, as numbers and as the lines of a picture.

use jiff::civil::Date;
use serde::Serialize;

use crate::status::{Coverage, Point};

/// Coverage over time: numbers, and lines that draw them.
#[derive(Debug, Clone, Serialize)]
pub struct OverTimeView {
    /// The days, the oldest first; at most 24.
    pub days: Vec<DayView>,
    /// The largest scope of all days.
    pub most: usize,
    /// The corners of the line of the scope, in a box of 600 by 150.
    pub scope: String,
    /// The corners of the line of what was written.
    pub written: String,
    /// The corners of the line of what was approved.
    pub approved: String,
}

/// The counts of a day.
#[derive(Debug, Clone, Serialize)]
pub struct DayView {
    /// The day.
    pub date: String,
    /// The gaps that counted.
    pub scope: usize,
    /// Those in review or better.
    pub written: usize,
    /// The complete ones.
    pub approved: usize,
}

/// More days than these are thinned out.
const MOST_DAYS: usize = 24;
/// The box that the lines are drawn in.
const WIDTH: i32 = 600;
const HEIGHT: usize = 150;

/// What pages show of the past, and of today where that differs; none for less than two days.
pub(super) fn over_time(past: &[Point], now: &Coverage, today: Date) -> Option<OverTimeView> {
    let mut all: Vec<(Date, Coverage)> =
        past.iter().map(|point| (point.date, point.coverage.clone())).collect();
    if let Some((last, coverage)) = all.last()
        && coverage != now
    {
        // A clock that runs behind the last commit doesn't turn time back.
        let last = *last;
        all.retain(|(day, _)| *day < today);
        all.push((today.max(last), now.clone()));
    }
    if all.len() < 2 {
        return None;
    }
    let shown = thinned(&all);
    let most = shown.iter().map(|(_, coverage)| coverage.applicable).max()?;
    let line = |of: fn(&Coverage) -> usize| corners(&shown, most, of);
    Some(OverTimeView {
        most,
        scope: line(|coverage| coverage.applicable),
        written: line(|coverage| coverage.written),
        approved: line(|coverage| coverage.approved),
        days: shown.iter().map(|(date, coverage)| day(*date, coverage)).collect(),
    })
}

fn day(date: Date, coverage: &Coverage) -> DayView {
    DayView {
        date: date.to_string(),
        scope: coverage.applicable,
        written: coverage.written,
        approved: coverage.approved,
    }
}

/// The first, the last, and days between them at even steps.
fn thinned(all: &[(Date, Coverage)]) -> Vec<&(Date, Coverage)> {
    let count = all.len().min(MOST_DAYS);
    (0..count).map(|step| &all[step * (all.len() - 1) / (count - 1)]).collect()
}

/// The corners of a line that goes up and down on the days themselves and is level between them.
fn corners(days: &[&(Date, Coverage)], most: usize, of: fn(&Coverage) -> usize) -> String {
    let since = |day: Date| (day - days[0].0).get_days();
    let whole = since(days[days.len() - 1].0).max(1);
    let mut out: Vec<String> = Vec::new();
    let mut height = None;
    for (day, coverage) in days {
        let x = tenths(since(*day) * WIDTH * 10 / whole);
        let y = tenths((HEIGHT * 10) - of(coverage) * (HEIGHT * 10) / most.max(1));
        if let Some(before) = height.filter(|before| *before != y) {
            out.push(format!("{x},{before}"));
        }
        out.push(format!("{x},{y}"));
        height = Some(y);
    }
    out.join(" ")
}

/// Whole numbers only, so that the picture is the same on every machine.
fn tenths(number: impl TryInto<usize>) -> String {
    let number = number.try_into().unwrap_or_default();
    format!("{}.{}", number / 10, number % 10)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn coverage(applicable: usize, written: usize, approved: usize) -> Coverage {
        Coverage { total: applicable, applicable, written, approved, ..Coverage::default() }
    }

    fn point(day: i8, coverage: Coverage) -> Point {
        Point { date: date(2026, 11, day), commit: String::new(), coverage, new: Vec::new() }
    }

    #[test]
    fn lines_are_level_between_days_and_the_scope_may_grow() {
        let past = [point(1, coverage(4, 0, 0)), point(6, coverage(4, 2, 0))];
        let view = over_time(&past, &coverage(8, 4, 2), date(2026, 11, 11)).unwrap();
        assert_eq!(view.most, 8);
        assert_eq!(view.scope, "0.0,75.0 300.0,75.0 600.0,75.0 600.0,0.0");
        assert_eq!(view.written, "0.0,150.0 300.0,150.0 300.0,112.5 600.0,112.5 600.0,75.0");
        assert_eq!(view.approved, "0.0,150.0 300.0,150.0 600.0,150.0 600.0,112.5");
        let days: Vec<String> = view
            .days
            .iter()
            .map(|day| format!("{} {} {} {}", day.date, day.scope, day.written, day.approved))
            .collect();
        assert_eq!(days, ["2026-11-01 4 0 0", "2026-11-06 4 2 0", "2026-11-11 8 4 2"]);
    }

    #[test]
    fn today_is_shown_only_where_it_differs_from_the_last_commit() {
        let past = [point(1, coverage(4, 0, 0)), point(6, coverage(4, 2, 0))];
        let days = |now, today| over_time(&past, &now, today).unwrap().days.len();
        assert_eq!(days(coverage(4, 2, 0), date(2026, 11, 11)), 2);
        assert_eq!(days(coverage(4, 3, 0), date(2026, 11, 11)), 3);
        assert_eq!(days(coverage(4, 3, 0), date(2026, 11, 6)), 2);
    }

    #[test]
    fn one_day_is_no_picture_and_a_thousand_are_thinned_out() {
        assert!(over_time(&[], &coverage(1, 0, 0), date(2026, 11, 1)).is_none());
        let one = [point(1, coverage(1, 0, 0))];
        assert!(over_time(&one, &coverage(1, 0, 0), date(2026, 11, 1)).is_none());
        let day = |index: i64| Point {
            date: date(2026, 1, 1).saturating_add(jiff::Span::new().days(index)),
            ..point(1, coverage(1000, usize::try_from(index).unwrap(), 0))
        };
        let many: Vec<Point> = (0..1000).map(day).collect();
        let view = over_time(&many, &coverage(1000, 999, 0), date(2029, 1, 1)).unwrap();
        let written: Vec<usize> = view.days.iter().map(|day| day.written).collect();
        assert_eq!((written.len(), written[0], written[23]), (24, 0, 999));
    }
}
