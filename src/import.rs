//! Makes a checklist of one's own out of a list that somebody wrote.

use crate::base::SitePath;
use crate::checklist;
use crate::diag::Diagnostic;

/// Copies a list with `{#id}` after each title, so that a new title doesn't orphan a page.
///
/// All else stays word for word. The diagnostics are those of reading the list.
pub fn with_ids(path: &SitePath, text: &str) -> (String, Vec<Diagnostic>) {
    let (list, found) = checklist::read(path, text);
    let gaps = list.gaps.iter().map(|gap| (gap.id_at, gap.slug()));
    let areas = list.areas.iter().map(|area| (area.id_at, area.id.as_str()));
    let tiers = list.tiers.iter().map(|tier| (tier.id_at, tier.id.as_str()));
    let mut places: Vec<(usize, &str)> =
        gaps.chain(areas).chain(tiers).filter_map(|(at, id)| Some((at?, id))).collect();
    places.sort_unstable();
    (insert(text, &places), found)
}

/// Writes ids at their places.
fn insert(text: &str, places: &[(usize, &str)]) -> String {
    // The reader sees three spaces for a byte order mark, so places are as in the text itself.
    let mut out = String::with_capacity(text.len() + places.len() * 32);
    let mut done = 0;
    for (at, id) in places {
        out.push_str(&text[done..*at]);
        out.push_str(&format!(" {{#{id}}}"));
        done = *at;
    }
    out.push_str(&text[done..]);
    out
}

/// Copies a checklist without the ids that its titles give anyway: what [`with_ids`] wrote goes.
///
/// An id that a title wouldn't give stays, so that the copy reads as the list does.
pub fn without_ids(path: &SitePath, text: &str) -> String {
    let wanted = ids(&checklist::read(path, text).0);
    let bare: String = text.split_inclusive('\n').map(without_id).collect();
    let (list, _) = checklist::read(path, &bare);
    let given = ids(&list);
    if given.len() != wanted.len() {
        return text.to_string();
    }
    let tiers = list.tiers.iter().map(|tier| tier.id_at);
    let areas = list.areas.iter().map(|area| area.id_at);
    let gaps = list.gaps.iter().map(|gap| gap.id_at);
    let places = tiers.chain(areas).chain(gaps).zip(wanted.iter().zip(&given));
    let missing = places.filter(|(_, (wanted, given))| own(wanted) != own(given));
    let mut missing: Vec<(usize, &str)> =
        missing.filter_map(|(at, (wanted, _))| Some((at?, own(wanted)))).collect();
    missing.sort_unstable();
    let copy = insert(&bare, &missing);
    match ids(&checklist::read(path, &copy).0) == wanted {
        true => copy,
        false => text.to_string(),
    }
}

/// The ids of tiers, areas and gaps.
fn ids(list: &checklist::Checklist) -> Vec<String> {
    let tiers = list.tiers.iter().map(|tier| tier.id.clone());
    let areas = list.areas.iter().map(|area| area.id.clone());
    tiers.chain(areas).chain(list.gaps.iter().map(|gap| gap.id.clone())).collect()
}

/// The part of an id that is written.
fn own(id: &str) -> &str {
    id.rsplit_once('/').map_or(id, |(_, own)| own)
}

/// A line of a heading or an item without its `{#id}`.
fn without_id(line: &str) -> String {
    let is_title = line.trim_start().starts_with(['#', '-', '*', '+']);
    let start = line.find(" {#").filter(|_| is_title);
    let end = start.and_then(|start| Some(start + line[start..].find('}')? + 1));
    match start.zip(end) {
        Some((start, end)) => format!("{}{}", &line[..start], &line[end..]),
        None => line.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn copy(text: &str) -> String {
        with_ids(&SitePath::new("content/checklist.md").unwrap(), text).0
    }

    #[test]
    fn ids_are_written_after_titles_and_nothing_else_changes() {
        let text = "# L\n\n## High Missing\n### 1. Keys & Locks\n- **API Keys**: none\n* **Doors:** x\n\
                    ## Low Missing\n### B\n- **C** {#own} - y\n";
        assert_eq!(
            copy(text),
            "# L\n\n## High Missing {#high}\n### 1. Keys & Locks {#keys-and-locks}\n\
             - **API Keys** {#api-keys}: none\n* **Doors:** {#doors} x\n\
             ## Low Missing {#low}\n### B {#b}\n- **C** {#own} - y\n"
        );
    }

    #[test]
    fn a_copy_reads_as_the_list_that_it_was_made_from() {
        let text = "\u{FEFF}# L\r\n## H\r\n### K\r\n- **A**: 1\r\n- **A**: 2\r\n";
        let path = SitePath::new("content/checklist.md").unwrap();
        let ids = |text: &str| {
            let list = checklist::read(&path, text).0;
            list.gaps.into_iter().map(|gap| (gap.id, gap.title, gap.missing)).collect::<Vec<_>>()
        };
        assert_eq!(ids(&copy(text)), ids(text));
        assert_eq!(copy(&copy(text)), copy(text));
    }

    #[test]
    fn the_list_comes_back_as_it_was() {
        for text in [
            "# L\n\n## High Missing\n### 1. Keys & Locks\n- **API Keys**: none\n* **Doors:** x",
            "\u{FEFF}# L\r\n## H\r\n### K\r\n- **A**: 1\r\n- **A**: 2\r\n",
            "## H\n### K\n- **A** {#own}: {#1} and {#a}\n- **B** - see\n  below {#x}\n",
        ] {
            let path = SitePath::new("content/checklist.md").unwrap();
            assert_eq!(without_ids(&path, &copy(text)), text);
        }
    }
}
