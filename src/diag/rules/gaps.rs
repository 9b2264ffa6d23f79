//! Rules about the checklist and its gaps.

use super::{ERROR, Rule, WARNING};

pub(super) static RULES: &[Rule] = &[
    Rule {
        code: "K001",
        name: "unreadable-line",
        level: ERROR,
        what: "A line in the checklist that looks like a gap but can't be read as one.",
        why: "A gap that is lost from the list is never written.",
        bad: "- API keys are not described",
        good: "- **API keys**: not described",
    },
    Rule {
        code: "K002",
        name: "duplicate-gap",
        level: ERROR,
        what: "Two gaps of one area, two areas or two tiers with the same id.",
        why: "One URL and one page would stand for both.",
        bad: "- **Backups**: none\n- **Backups**: not tested",
        good: "- **Backups**: none\n- **Backup tests** {#backup-tests}: none",
    },
    Rule {
        code: "K003",
        name: "unknown-gap",
        level: ERROR,
        what: "A page bound by `gap:` to a gap that the checklist doesn't have.",
        why: "The page closes nothing, and the gap it was written for stays open.",
        bad: "---\ngap: security/api-keys\n---",
        good: "---\ngap: security-and-authentication/api-key-management\n---",
    },
    Rule {
        code: "K004",
        name: "no-areas",
        level: WARNING,
        what: "A checklist whose gaps stand under no heading.",
        why: "They are put into one area named after the checklist.",
        bad: "- **Backups**: none",
        good: "## Critical\n### Operations\n- **Backups**: none",
    },
    Rule {
        code: "K005",
        name: "no-gaps",
        level: WARNING,
        what: "A checklist without a gap.",
        why: "There is nothing to judge.",
        bad: "# Checklist",
        good: "# Checklist\n## Critical\n### Operations\n- **Backups**: none",
    },
];
