//! L001 broken-link, L005 unsafe-link, D006 outside-project for links.

use super::Seen;
use crate::base::nearest;
use crate::diag::Diagnostic;
use crate::resolve::Outcome;

/// A link must lead to something that exists, and may not run a script.
pub(super) fn check(seen: &Seen, found: &mut Vec<Diagnostic>) {
    let span = Some(seen.link.span.clone());
    let dest = &seen.link.dest;
    match &seen.target.outcome {
        Outcome::Broken if !seen.link.image => found.push(broken_link(seen)),
        Outcome::Unsafe => {
            let message = "this link would run a script; it is taken out";
            found.push(Diagnostic::new("L005", span, message));
        }
        Outcome::Outside => {
            let message = format!("`{dest}` leads out of the project");
            found.push(Diagnostic::new("D006", span, message));
        }
        _ => {}
    }
}

fn broken_link(seen: &Seen) -> Diagnostic {
    let dest = &seen.link.dest;
    let message = format!("no page at `{dest}`");
    let fault = Diagnostic::new("L001", Some(seen.link.span.clone()), message);
    match suggestion(seen) {
        Some(near) => fault.help(format!("did you mean `{near}`?")),
        None => fault.help("write the path of a `.md` file, relative to this one"),
    }
}

/// The nearest page or file, written relative to the file that the link stands in.
pub(super) fn suggestion(seen: &Seen) -> Option<String> {
    let site = seen.subject.site;
    let here = seen.link.span.path.as_str();
    let written = seen.link.dest.split(['#', '?']).next().unwrap_or_default();
    let pages = seen.subject.facts.iter().map(|page| page.path.as_str());
    let assets = site.assets.iter().map(|(path, _)| path.as_str());
    let known: Vec<String> =
        pages.chain(assets).map(|path| crate::base::relative_url(here, path)).collect();
    nearest(written, known.iter().map(String::as_str)).map(str::to_string)
}
