//! Patterns of paths, as `.gitignore` and CODEOWNERS write them.

use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// Patterns in order.
pub struct Patterns {
    /// Each by itself, since the matcher of all tells the text of a pattern and not its number.
    each: Vec<Option<Gitignore>>,
}

impl Patterns {
    /// Reads patterns; one that isn't understood matches nothing.
    pub fn new(patterns: &[String]) -> Self {
        let matcher = |pattern: &String| {
            let mut builder = GitignoreBuilder::new("");
            builder.add_line(None, pattern).ok()?;
            builder.build().ok()
        };
        Self { each: patterns.iter().map(matcher).collect() }
    }

    /// The number of the last pattern that matches a file or a folder that it is in.
    pub fn last_match(&self, path: &str) -> Option<usize> {
        let matches = |matcher: &Option<Gitignore>| {
            let Some(matcher) = matcher else { return false };
            matcher.matched_path_or_any_parents(path, false).is_ignore()
        };
        self.each.iter().rposition(matches)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_pattern_that_matches_counts() {
        let patterns = ["*", "/content/", "*.yaml", "/content/security/*.md", "["];
        let patterns = Patterns::new(&patterns.map(str::to_string));
        for (path, number) in [
            ("book.toml", Some(0)),
            ("content/team/glossary.md", Some(1)),
            ("content/waivers.yaml", Some(2)),
            ("content/security/keys.md", Some(3)),
            ("content/security/deep/keys.md", Some(1)),
        ] {
            assert_eq!(patterns.last_match(path), number, "{path}");
        }
    }
}
