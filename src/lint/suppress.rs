//! X001 bad-suppression, X002 unused-suppression; and what suppressions take out.

use crate::base::nearest;
use crate::diag::{Diagnostic, rule, rules};
use crate::source::Suppression;

/// Drops what a suppression covers, and tells of suppressions that are wrong or cover nothing.
pub fn suppress(
    found: Vec<Diagnostic>,
    suppressions: &[Suppression],
) -> (Vec<Diagnostic>, Vec<Diagnostic>) {
    let mut used = vec![false; suppressions.len()];
    let mut is_left = |found: &Diagnostic| {
        let mut left = true;
        for (suppression, used) in suppressions.iter().zip(&mut used) {
            if covers(suppression, found) {
                (left, *used) = (false, true);
            }
        }
        left
    };
    let left = found.into_iter().filter(&mut is_left).collect();
    let faults = suppressions.iter().zip(&used).filter_map(|(suppression, used)| {
        bad(suppression).or_else(|| (!used).then(|| unused(suppression)))
    });
    (left, faults.collect())
}

fn covers(suppression: &Suppression, found: &Diagnostic) -> bool {
    let Some(span) = &found.span else { return false };
    let covered = suppression.covers.start..suppression.covers.end.max(1);
    span.path == suppression.span.path
        && covered.contains(&span.range.start)
        && suppression.rules.iter().any(|name| rule(name) == Some(found.rule))
        && !suppression.reason.is_empty()
}

fn bad(suppression: &Suppression) -> Option<Diagnostic> {
    let fault = |message: String| Diagnostic::new("X001", Some(suppression.span.clone()), message);
    if let Some(name) = suppression.rules.iter().find(|name| rule(name).is_none()) {
        let near = nearest(name, rules().map(|rule| rule.name));
        let mut unknown = fault(format!("there is no rule `{name}` to suppress"));
        unknown.help = near.map(|near| format!("did you mean `{near}`?"));
        return Some(unknown);
    }
    let help = "write it as `lacuna-ignore RULE: reason`";
    if suppression.rules.is_empty() {
        return Some(fault("this suppression names no rule".to_string()).help(help));
    }
    suppression
        .reason
        .is_empty()
        .then(|| fault("this suppression gives no reason".to_string()).help(help))
}

fn unused(suppression: &Suppression) -> Diagnostic {
    let message = format!("there is no `{}` here to suppress", suppression.rules.join(", "));
    Diagnostic::new("X002", Some(suppression.span.clone()), message).help("remove it")
}
