//! G008 weaker-rules: what a change of `book.toml` asks less of.

use std::collections::BTreeMap;

use jiff::civil::date;

use crate::config::{Config, Interval, Person, TierSettings};
use crate::diag::{Diagnostic, Level, Severity, Span, rules};
use crate::status::Status;

/// What the later settings ask less of than the earlier ones. `ranks` are the places of tiers.
pub fn weaker(before: &Config, after: &Config, ranks: &BTreeMap<String, usize>) -> Vec<Diagnostic> {
    let mut lost = Vec::new();
    check(before, after, &mut lost);
    if after.review.solo && !before.review.solo {
        lost.push("`[review] solo` lets authors approve their own text".to_string());
    }
    if after.review.attest < before.review.attest {
        lost.push("`[review] attest` asks for less proof of an approval".to_string());
    }
    if before.require_examples && !after.require_examples {
        lost.push("`[status] require-examples` doesn't ask for examples that ran".to_string());
    }
    for (id, old) in &before.tiers {
        let rank = ranks.get(id).copied().unwrap_or(0);
        tier(id, old, after.tiers.get(id), rank, &mut lost);
    }
    people(before, after, &mut lost);
    kinds(before, after, &mut lost);
    levels(before, after, &mut lost);
    lost.into_iter().map(diagnostic).collect()
}

fn diagnostic(message: String) -> Diagnostic {
    Diagnostic::new("G008", Some(Span::file(&Config::path())), message)
        .help("change the rules by themselves, with the consent of those who made them")
}

fn check(before: &Config, after: &Config, lost: &mut Vec<String>) {
    let (old, new) = (&before.check, &after.check);
    let status = |word: &String| Status::parse(word);
    for (tier, asked) in &old.require {
        let now = new.require.get(tier);
        if now.and_then(status) < status(asked) {
            let now = now.map_or("nothing", String::as_str);
            lost.push(format!(
                "`[check] require` asks `{now}` of the tier `{tier}`, not `{asked}`"
            ));
        }
    }
    let looser = |old: Option<usize>, new: Option<usize>| {
        old.is_some_and(|old| new.is_none_or(|new| new > old))
    };
    let limits = [
        ("max-overdue", looser(old.max_overdue, new.max_overdue)),
        ("max-unowned", looser(old.max_unowned, new.max_unowned)),
        ("reapproval-days", new.reapproval_days > old.reapproval_days),
    ];
    for (key, _) in limits.into_iter().filter(|(_, looser)| *looser) {
        lost.push(format!("`[check] {key}` allows more"));
    }
}

fn tier(
    id: &str,
    old: &TierSettings,
    new: Option<&TierSettings>,
    rank: usize,
    lost: &mut Vec<String>,
) {
    let none = TierSettings::default();
    let new = new.unwrap_or(&none);
    let days = |tier: &TierSettings| {
        let day = date(2026, 1, 1);
        tier.review_every.unwrap_or_else(|| Interval::of_rank(rank)).after(day, 0)
    };
    if days(new) > days(old) {
        lost.push(format!("`[tiers.{id}] review-every` is longer"));
    }
    let widened = |approver: &&String| !old.approvers.contains(approver);
    let wider = new.approvers.is_empty() || new.approvers.iter().any(|one| widened(&one));
    if !old.approvers.is_empty() && wider {
        lost.push(format!("`[tiers.{id}] approvers` lets others approve"));
    }
    let target = |tier: &TierSettings| tier.target.as_ref().and_then(|word| Status::parse(word));
    if target(new) < target(old) {
        lost.push(format!("`[tiers.{id}] target` is lower"));
    }
    let weight = |tier: &TierSettings| {
        let words = ["may", "should", "must"];
        words.iter().position(|word| tier.obligation.as_deref() == Some(word))
    };
    if weight(new) < weight(old) {
        lost.push(format!("`[tiers.{id}] obligation` is weaker"));
    }
}

fn people(before: &Config, after: &Config, lost: &mut Vec<String>) {
    let approvers: Vec<&String> = before.tiers.values().flat_map(|tier| &tier.approvers).collect();
    let nobody = Person::default();
    for (id, new) in &after.people {
        let known = before.people.get(id);
        let old = known.unwrap_or(&nobody);
        let joined = new.groups.iter().filter(|group| !old.groups.contains(group));
        for group in joined.filter(|group| approvers.contains(group)) {
            lost.push(format!("`[people.{id}]` joins `{group}`, whose members may approve"));
        }
        if known.is_some() && new.emails.iter().any(|email| !old.emails.contains(email)) {
            lost.push(format!("`[people.{id}]` has a new address to be recognised by"));
        }
    }
}

fn kinds(before: &Config, after: &Config, lost: &mut Vec<String>) {
    for (id, old) in &before.kinds {
        let sections = after.kinds.get(id).map_or(&[][..], |kind| &kind.sections);
        let missing = old.sections.iter().filter(|section| !sections.contains(section));
        for section in missing {
            let title = section.titles.join("|");
            lost.push(format!("`[kinds.{id}]` doesn't ask for the section `{title}` any more"));
        }
    }
}

fn levels(before: &Config, after: &Config, lost: &mut Vec<String>) {
    let is_error = |config: &Config, rule: &crate::diag::Rule| {
        let level = config.levels.get(rule.name).copied().unwrap_or(rule.level);
        level == Level::At(Severity::Error)
    };
    for rule in rules().filter(|rule| is_error(before, rule) && !is_error(after, rule)) {
        lost.push(format!("`[rules] {}` is no error any more", rule.name));
    }
}
