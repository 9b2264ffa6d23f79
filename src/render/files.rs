//! Files that are published with a page, and where its source is.

use super::page::Scene;
use super::view::FileView;
use crate::base::{SitePath, encode_path, plural};
use crate::resolve::Entry;

/// A file with its size in bytes.
pub(super) fn file_view(scene: &Scene, path: &SitePath, size: u64) -> FileView {
    let url = path.strip(&scene.config.src).unwrap_or_default();
    FileView { name: path.name().to_string(), url: encode_path(url), size: size_words(size) }
}

/// A size in decimal units, with one digit behind the point below ten.
fn size_words(bytes: u64) -> String {
    let (unit, name) = match bytes {
        0..1000 => return plural(usize::try_from(bytes).expect("below 1000"), "byte"),
        1000..1_000_000 => (1000, "kB"),
        _ => (1_000_000, "MB"),
    };
    let tenths = (bytes * 10 + unit / 2) / unit;
    match tenths {
        ..100 => format!("{}.{} {name}", tenths / 10, tenths % 10),
        _ => format!("{} {name}", (tenths + 5) / 10),
    }
}

/// An address after a template of `book.toml`.
pub(super) fn filled(template: Option<&str>, entry: &Entry, path: &str) -> Option<String> {
    let template = template.filter(|url| is_web(url))?;
    // What a path may hold would end a value of a query.
    let escape = |text: String, (from, to): (char, &str)| text.replace(from, to);
    let encode = |text: &str| {
        [('&', "%26"), ('+', "%2B"), ('=', "%3D")].into_iter().fold(encode_path(text), escape)
    };
    let url = template.replace("{path}", &encode_path(path));
    Some(url.replace("{title}", &encode(&entry.title)).replace("{url}", &encode(&entry.url)))
}

pub(super) fn is_web(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}

#[cfg(test)]
mod tests {
    use super::size_words;

    #[test]
    fn sizes_are_said_in_units_that_people_read() {
        let cases = [(0, "0 bytes"), (1, "1 byte"), (999, "999 bytes"), (1000, "1.0 kB")];
        for (bytes, words) in cases.into_iter().chain([(12_345, "12 kB"), (2_500_000, "2.5 MB")]) {
            assert_eq!(size_words(bytes), words);
        }
    }
}
