//! Which pages answer which control, for auditors: a page of the site, and an export.

use std::collections::BTreeMap;

use super::page::Scene;
use super::view::{ControlRow, ControlView, Link};
use crate::base::encode_path;

/// All controls that pages name, in order, numbers by their value, each with the pages that answer it.
pub fn controls(scene: &Scene) -> Vec<ControlView> {
    let mut found: BTreeMap<(String, &str), Vec<ControlRow>> = BTreeMap::new();
    for (page, facts) in scene.facts.iter().enumerate() {
        for control in &facts.front.controls {
            let rows = found.entry((by_value(control), control)).or_default();
            rows.extend(rows_of(scene, page));
        }
    }
    let view =
        |((_, title), rows): ((String, &str), _)| ControlView { title: title.to_string(), rows };
    found.into_iter().map(view).collect()
}

/// One row for each gap that a page closes, or one for a page that closes none.
fn rows_of(scene: &Scene, page: usize) -> Vec<ControlRow> {
    let path = scene.facts[page].path.to_string();
    let entry = scene.site.entry(page);
    let link = entry.map(|entry| Link {
        title: entry.title.clone(),
        url: encode_path(&entry.url),
        status: None,
    });
    let row = |gap: Option<usize>| {
        let gap = gap.map(|gap| &scene.gaps[gap]);
        let review = gap.and_then(|gap| gap.review.clone());
        ControlRow {
            page: link.clone(),
            path: path.clone(),
            gap: gap.map(|gap| gap.id.clone()),
            status: gap.map(|gap| gap.status.clone()),
            approval: review.filter(|review| review.verdict == "approved"),
        }
    };
    let closes = |gap: &usize| scene.site.gaps[*gap].pages.contains(&page);
    let gaps: Vec<usize> = (0..scene.site.gaps.len()).filter(closes).collect();
    if gaps.is_empty() { vec![row(None)] } else { gaps.into_iter().map(Some).map(row).collect() }
}

/// What texts are sorted by when `A.8.2` comes before `A.8.13`.
fn by_value(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(|char: char| char.is_ascii_digit()) {
        let number = &rest[start..];
        let end = number.find(|char: char| !char.is_ascii_digit()).unwrap_or(number.len());
        out.push_str(&format!("{}{:0>9}", &rest[..start], &number[..end]));
        rest = &number[end..];
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_sorted_by_their_value() {
        let mut controls = ["A.8.13", "A.10.1", "A.8.2", "SOC 2 A1.2", "A.8"];
        controls.sort_by_key(|control| by_value(control));
        assert_eq!(controls, ["A.8", "A.8.2", "A.8.13", "A.10.1", "SOC 2 A1.2"]);
    }
}
