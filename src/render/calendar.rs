//! Calendars of reviews that fall due, as iCalendar (RFC 5545).

use std::collections::BTreeMap;

use super::page::Scene;
use super::view::GapView;
use crate::base::{Digest, one_line, slug};
use crate::config::Config;

/// `due.ics` with all reviews, and one below `due/` for each owner that has any.
pub fn calendars(config: &Config, scene: &Scene) -> Vec<(String, String)> {
    let title = &config.book.title;
    let site = config.html.site_url.as_deref();
    let mut by_owner: BTreeMap<&str, Vec<&GapView>> = BTreeMap::new();
    for gap in scene.gaps {
        if let Some(owner) = &gap.owner {
            by_owner.entry(&owner.id).or_default().push(gap);
        }
    }
    let all: Vec<&GapView> = scene.gaps.iter().collect();
    let mut calendars = vec![("due.ics".to_string(), calendar(site, title, title, &all))];
    for (owner, gaps) in by_owner {
        let name = gaps[0].owner.as_ref().map_or(owner, |owner| &owner.name);
        let name = format!("{title}: {name}");
        // A key may hold what can't be part of a path.
        let owner = slug(owner);
        calendars.push((format!("due/{owner}.ics"), calendar(site, title, &name, &gaps)));
    }
    calendars
}

fn calendar(site: Option<&str>, title: &str, name: &str, gaps: &[&GapView]) -> String {
    let mut out = String::new();
    let mut line = |name: &str, value: &str| fold(&mut out, &format!("{name}:{value}"));
    line("BEGIN", "VCALENDAR");
    line("VERSION", "2.0");
    line("PRODID", "-//Lacuna//Reviews that fall due//EN");
    line("X-WR-CALNAME", &text(&format!("{name}: reviews")));
    for gap in gaps {
        let Some(review) = gap.review.as_ref().filter(|review| review.verdict == "approved") else {
            continue;
        };
        let Some(due) = &review.due else { continue };
        let day = |day: &str| day.replace('-', "");
        // It must differ between handbooks, and stay when the title of the gap changes.
        let uid = Digest::of(format!("{title}\n{}", gap.id).as_bytes());
        line("BEGIN", "VEVENT");
        line("UID", &uid.to_string());
        // The day of the review, so that the same reviews give the same bytes.
        line("DTSTAMP", &format!("{}T000000Z", day(&review.on)));
        line("DTSTART;VALUE=DATE", &day(due));
        line("SUMMARY", &text(&format!("Review: {}", gap.title)));
        line("DESCRIPTION", &text(&format!("{} {}", gap.id, gap.because)));
        if let Some(site) = site {
            line("URL", &format!("{site}{}", gap.url));
        }
        line("TRANSP", "TRANSPARENT");
        line("END", "VEVENT");
    }
    line("END", "VCALENDAR");
    out
}

/// A value of the type TEXT (RFC 5545, section 3.3.11).
fn text(text: &str) -> String {
    let mut out = String::new();
    for char in one_line(text).chars().filter(|char| !char.is_control()) {
        if matches!(char, '\\' | ';' | ',') {
            out.push('\\');
        }
        out.push(char);
    }
    out
}

/// Writes a line, folded so that none is longer than 75 bytes (RFC 5545, section 3.1).
fn fold(out: &mut String, line: &str) {
    let mut length = 0;
    for char in line.chars() {
        if length + char.len_utf8() > 75 {
            out.push_str("\r\n ");
            length = 1;
        }
        out.push(char);
        length += char.len_utf8();
    }
    out.push_str("\r\n");
}
