//! `api/status.json` and `api/pages.json`.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::page::Scene;
use super::view::GapView;
use crate::base::encode_path;
use crate::checklist::Checklist;
use crate::config::Config;
use crate::examples::Results;
use crate::resolve::Site;
use crate::status::{Coverage, GapStatus, Status};

/// The version of the shape below. It grows when a key changes its meaning or goes.
const SCHEMA: u32 = 1;

/// Everything that is known of all gaps: the same for the site and for `lacuna status`.
pub fn status_json(
    config: &Config,
    list: &Checklist,
    site: &Site,
    statuses: &[GapStatus],
    gaps: &[GapView],
) -> Value {
    let coverage = Coverage::of(statuses);
    let tiers = list.tiers.iter().enumerate().map(|(rank, tier)| {
        let settings = config.tiers.get(&tier.id);
        json!({
            "id": tier.id,
            "title": tier.title,
            "rank": rank,
            "obligation": settings
                .and_then(|settings| settings.obligation.clone())
                .unwrap_or_else(|| OBLIGATIONS[rank.min(2)].to_string()),
            "target": target(config, list, rank),
            "by_status": by_status(&Coverage::of_tier(list, statuses, rank)),
        })
    });
    let areas = list.areas.iter().enumerate().map(|(index, area)| {
        json!({
            "id": area.id,
            "number": area.number,
            "title": area.title,
            "tier": list.tiers[area.tier].id,
            "by_status": by_status(&Coverage::of_area(list, statuses, index)),
        })
    });
    let gaps = gaps.iter().enumerate().map(|(index, gap)| gap_json(site, statuses, index, gap));
    json!({
        "schema": SCHEMA,
        "title": config.book.title,
        "today": config.today.to_string(),
        "summary": {
            "total": coverage.total,
            "applicable": coverage.applicable,
            "waived": coverage.waived,
            "written": coverage.written,
            "approved": coverage.approved,
            "by_status": by_status(&coverage),
        },
        "tiers": tiers.collect::<Vec<_>>(),
        "areas": areas.collect::<Vec<_>>(),
        "gaps": gaps.collect::<Vec<_>>(),
    })
}

/// The status that the gaps of a tier are to reach.
pub(super) fn target<'a>(config: &'a Config, list: &Checklist, rank: usize) -> &'a str {
    let settings = config.tiers.get(&list.tiers[rank].id);
    settings.and_then(|settings| settings.target.as_deref()).unwrap_or(TARGETS[rank.min(2)])
}

/// What a tier asks for unless `book.toml` says otherwise, by its rank.
const OBLIGATIONS: [&str; 3] = ["must", "should", "may"];
const TARGETS: [&str; 3] = ["complete", "draft", "missing"];

/// All seven statuses with their counts, the worst first.
fn by_status(coverage: &Coverage) -> Value {
    let count = |status: &Status| {
        (status.id().to_string(), Value::from(coverage.by_status[*status as usize]))
    };
    Value::Object(Status::ALL.iter().map(count).collect::<Map<_, _>>())
}

fn gap_json(site: &Site, statuses: &[GapStatus], index: usize, gap: &GapView) -> Value {
    let found = &statuses[index];
    let review = found.review.as_ref().map(|counted| {
        json!({
            "by": counted.review.by,
            "on": counted.review.on.to_string(),
            "verdict": counted.review.verdict.id(),
            "method": counted.review.method.map(crate::source::Method::id),
            "due": counted.due.map(|due| due.to_string()),
        })
    });
    let pages: Vec<String> = site.gaps[index]
        .pages
        .iter()
        .filter_map(|page| site.entry(*page))
        .map(|entry| encode_path(&entry.url))
        .collect();
    json!({
        "id": gap.id,
        "title": gap.title,
        "missing": gap.missing,
        "tier": gap.tier_id,
        "area": gap.area_id,
        "status": gap.status.id,
        "because": gap.because,
        "lift": gap.lift,
        "flags": gap.flags,
        "evidence": gap.evidence,
        "owner": found.owner,
        "pages": pages,
        "url": encode_path(&site.gaps[index].url),
        "review": review,
        "waiver": gap.waiver,
        "examples": examples_json(&found.examples),
    })
}

/// What is recorded of the examples of a gap's pages; nothing without examples.
fn examples_json(results: &Results) -> Value {
    match results.total {
        0 => Value::Null,
        total => json!({ "total": total, "run": results.run(), "passed": results.passed }),
    }
}

#[derive(Serialize)]
struct PageJson<'a> {
    title: &'a str,
    url: String,
    owner: Option<&'a str>,
    changed: Option<String>,
    status: Option<&'a str>,
    review_by: Option<&'a str>,
}

/// The pages that people wrote.
pub fn pages_json<'a>(
    scene: &'a Scene,
    site: &'a Site,
    owners: &'a [Option<String>],
) -> impl Serialize + 'a {
    let pages = site.entries.iter().filter_map(|entry| {
        let page = entry.page?;
        let gap = entry.gaps.first().map(|gap| &scene.gaps[*gap]);
        let due = gap.and_then(|gap| gap.review.as_ref()).and_then(|review| review.due.as_deref());
        Some(PageJson {
            title: &entry.title,
            url: encode_path(&entry.url),
            owner: owners[page].as_deref(),
            changed: scene.changed(entry),
            status: gap.map(|gap| gap.status.id),
            review_by: due,
        })
    });
    let mut pages: Vec<PageJson> = pages.collect();
    pages.sort_by(|a, b| a.url.cmp(&b.url));
    pages
}
