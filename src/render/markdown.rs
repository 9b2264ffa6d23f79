//! Pages as Markdown, and the list of them, for programs that read text.

use super::page::Scene;
use super::view::GapView;
use crate::base::{encode_path, one_line, relative_url};
use crate::parse::PageOwn;
use crate::resolve::{Entry, EntryKind};

/// The URL of a page as Markdown: where its source lies, so that relative links in it hold. None
/// for what has none.
pub fn twin_url(scene: &Scene, entry: &Entry) -> Option<String> {
    if !scene.config.html.markdown || matches!(entry.kind, EntryKind::List(_) | EntryKind::Controls)
    {
        return None;
    }
    let source = entry.page.and_then(|page| scene.facts[page].path.strip(&scene.config.src));
    let made = || Some(format!("{}.md", entry.url.strip_suffix(".html")?));
    source.map(str::to_string).or_else(made)
}

/// What stands above the text of a page: how far it can be trusted, and its title where the text
/// has none. For pages without a text it is all there is.
pub fn twin_head(scene: &Scene, entry: &Entry) -> String {
    let mut out = String::new();
    for gap in &entry.gaps {
        out.push_str(&trust(&scene.gaps[*gap]));
    }
    let titled = entry.page.is_some_and(|page| scene.facts[page].heading.is_some());
    if !titled {
        out.push_str(&format!("# {}\n\n", plain(&entry.title)));
    }
    if entry.page.is_none() && matches!(entry.kind, EntryKind::Area(_) | EntryKind::Folder) {
        let entries = scene.site.reading.iter().map(|below| &scene.site.entries[*below]);
        let below =
            entries.filter(|below| below.section == entry.section && below.url != entry.url);
        below.for_each(|below| out.push_str(&line(scene, entry, below)));
    }
    out
}

/// Text as Markdown reads it: on one line, and neither a tag nor the end of a link.
fn plain(text: &str) -> String {
    one_line(text).replace('<', "&lt;").replace('[', "\\[").replace(']', "\\]")
}

fn trust(gap: &GapView) -> String {
    let owner = plain(gap.owner.as_ref().map_or("nobody", |owner| &owner.name));
    let (title, because) = (plain(&gap.title), plain(&gap.because));
    let mut out = format!("> {title}: {}. {because} Owner: {owner}.\n", gap.status.word);
    if !gap.missing.is_empty() {
        out.push_str(&format!("> It answers for: {}\n", plain(&gap.missing)));
    }
    out + "\n"
}

fn line(scene: &Scene, from: &Entry, to: &Entry) -> String {
    let (Some(here), Some(there)) = (twin_url(scene, from), twin_url(scene, to)) else {
        return String::new();
    };
    let status = to.gaps.first().map(|gap| format!(": {}", scene.gaps[*gap].status.word));
    let url = encode_path(&relative_url(&here, &there));
    format!("- [{}]({url}){}\n", plain(&to.title), status.unwrap_or_default())
}

/// `llms.txt`: each page in reading order, with what it is about and how far it can be trusted.
pub fn llms(scene: &Scene, own: impl Fn(usize) -> PageOwn) -> String {
    let book = &scene.config.book;
    let mut out = format!("# {}\n", plain(&book.title));
    if !book.description.is_empty() {
        out.push_str(&format!("\n> {}\n", plain(&book.description)));
    }
    let mut section = None;
    for entry in scene.site.reading.iter().map(|entry| &scene.site.entries[*entry]) {
        let Some(url) = twin_url(scene, entry) else { continue };
        if section != Some(entry.section) {
            section = Some(entry.section);
            out.push_str(&format!("\n## {}\n\n", plain(&scene.site.sections[entry.section].title)));
        }
        let status = entry.gaps.first().map(|gap| format!(" ({})", scene.gaps[*gap].status.word));
        let about = plain(&scene.description(entry, entry.page.map(&own).as_ref()));
        let about = if about.is_empty() { about } else { format!(": {about}") };
        let title = plain(&entry.title);
        out.push_str(&format!(
            "- [{title}]({}){}{about}\n",
            encode_path(&url),
            status.unwrap_or_default()
        ));
    }
    out
}
