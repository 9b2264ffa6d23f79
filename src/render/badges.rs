//! The badges of a site, each with its JSON twin.

use super::badge::Badge;
use super::view::GapView;
use crate::base::plural;
use crate::checklist::Checklist;
use crate::status::{Coverage, GapStatus, Status};

/// All badges: the path of each file, and its content.
pub fn badges(list: &Checklist, statuses: &[GapStatus], gaps: &[GapView]) -> Vec<(String, String)> {
    let mut files = Vec::new();
    let mut add = |path: String, badge: Badge| {
        files.push((format!("badges/{path}.svg"), badge.svg()));
        files.push((format!("badges/{path}.json"), badge.json()));
    };
    let tiers: Vec<Coverage> =
        (0..list.tiers.len()).map(|tier| Coverage::of_tier(list, statuses, tier)).collect();
    let whole = Coverage::of(statuses);
    add("coverage".to_string(), coverage("documentation", &whole, worst_of_tiers(&tiers)));
    for (tier, counts) in list.tiers.iter().zip(&tiers) {
        add(format!("tier/{}", tier.id), coverage(&tier.title, counts, counts.worst()));
    }
    for (index, area) in list.areas.iter().enumerate() {
        let counts = Coverage::of_area(list, statuses, index);
        add(format!("area/{}", area.id), coverage(&area.title, &counts, counts.worst()));
    }
    for (gap, found) in gaps.iter().zip(statuses) {
        add(
            format!("gap/{}", gap.id),
            Badge {
                label: gap.title.clone(),
                message: gap.status.word.to_string(),
                status: Some(found.status),
                description: gap.because.clone(),
            },
        );
    }
    files
}

/// The worst status in the first tier that isn't done; that of the whole when all are.
fn worst_of_tiers(tiers: &[Coverage]) -> Option<Status> {
    let unmet = tiers.iter().find(|tier| tier.approved < tier.applicable);
    unmet.or(tiers.first()).and_then(Coverage::worst)
}

fn coverage(label: &str, counts: &Coverage, worst: Option<Status>) -> Badge {
    let parts: Vec<String> = Status::ALL
        .iter()
        .filter(|status| counts.by_status[**status as usize] > 0)
        .map(|status| format!("{} {}", counts.by_status[*status as usize], status.word()))
        .collect();
    Badge {
        label: label.to_string(),
        message: format!("{} of {} approved", counts.approved, counts.applicable),
        status: worst,
        description: format!("{}: {}.", plural(counts.total, "gap"), parts.join(", ")),
    }
}
