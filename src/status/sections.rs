//! Q001 absent-section, Q002 empty-section, Q003 thin-section: what a page's kind asks for.

use super::Subject;
use crate::config::SectionRule;
use crate::diag::{Diagnostic, Span};
use crate::parse::{Section, Standing};

/// A section with fewer words than this, and nothing else, is thin.
const FEWEST_WORDS: usize = 12;

/// What is wrong with a section that a kind asks for.
pub(super) enum Fault<'a> {
    /// There is no such heading.
    Absent,
    /// There is nothing below it.
    Empty(&'a Section),
    /// There is hardly anything below it.
    Thin(&'a Section),
}

/// Looks for the section of a rule; the best of several by that name counts.
pub(super) fn fault<'a>(standing: &'a Standing, rule: &SectionRule) -> Option<Fault<'a>> {
    let sections = || standing.sections.iter().filter(|found| rule.accepts(&found.title));
    let Some(first) = sections().next() else { return Some(Fault::Absent) };
    if !sections().any(|section| section.filled) {
        return Some(Fault::Empty(first));
    }
    let is_thin = |section: &Section| !section.artefact && section.words < FEWEST_WORDS;
    sections().all(is_thin).then_some(Fault::Thin(first))
}

/// The findings about the sections of pages that close a gap or name their kind.
pub(super) fn findings(subject: &Subject) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (page, standing) in subject.standings {
        let rules = subject.sections_of(*page).iter();
        let faults = rules.filter_map(|rule| Some((rule, fault(standing, rule)?)));
        found.extend(faults.map(|(rule, fault)| diagnostic(standing, rule, &fault)));
    }
    found
}

fn diagnostic(standing: &Standing, rule: &SectionRule, fault: &Fault) -> Diagnostic {
    let of = |section: &Section| section.span.clone();
    let (code, message, span) = match fault {
        Fault::Absent => {
            let title = rule.titles.join("` or `");
            let span = Some(Span::file(&standing.path));
            ("Q001", format!("the section `{title}` is absent"), span)
        }
        Fault::Empty(section) => {
            ("Q002", format!("the section `{}` is empty", section.title), of(section))
        }
        Fault::Thin(section) => {
            let message =
                format!("the section `{}` has fewer than {FEWEST_WORDS} words", section.title);
            ("Q003", message, of(section))
        }
    };
    Diagnostic::new(code, span, message)
}
