//! `lacuna check --external`: what is known of other sites, kept in `.lacuna/links.json`.

use crate::base::plural;
use crate::build::Analysis;
use crate::cli::Failure;
use crate::cli::console::Console;
use crate::cli::project::Project;
use crate::diag::Diagnostic;
use crate::external::{Known, addresses, visit};
use crate::files::{Files, write_changed};

const MEMORY: &str = ".lacuna/links.json";

/// Follows the links of all pages to other sites.
pub(super) fn external(
    project: &Project,
    analysis: &Analysis,
    console: &Console,
) -> Result<Vec<Diagnostic>, Failure> {
    let settings = &project.config.check.external;
    let root = &project.config.root;
    // Any trouble with the file means that nothing is known.
    let bytes = project.files.read(&root.join(MEMORY)).unwrap_or_default();
    let known: Known = serde_json::from_slice(&bytes).unwrap_or_default();
    let addresses = addresses(analysis, settings);
    let progress = |done: usize, total: usize| {
        console.progress(&format!("{done} of {total} links"));
    };
    let found = visit(&addresses, &known, settings, project.config.today, &progress);
    console.progress("");
    write_changed(&project.files, &root.join(".lacuna/.gitignore"), b"*\n")?;
    let bytes = serde_json::to_vec(&found.alive).expect("texts and days can be written");
    write_changed(&project.files, &root.join(MEMORY), &bytes)?;
    for (url, words) in &found.put_off {
        console.say(&format!("not known: `{url}` {words}, and asks to come back later"));
    }
    let remembered = addresses.len() - found.asked;
    let total = plural(addresses.len(), "link");
    console.say(&format!("followed {total} to other sites ({remembered} remembered)"));
    Ok(project.config.leveled(found.diagnostics))
}
