//! Where code fences begin and end.

/// Follows code fences line by line.
#[derive(Default)]
pub(super) struct Fence {
    open: Option<(char, usize)>,
}

impl Fence {
    /// True when the line is a fence or stands between two.
    pub(super) fn contains(&mut self, line: &str) -> bool {
        let head = line.trim_start_matches(|char: char| char.is_whitespace() || char == '>');
        let marker = head.chars().next().filter(|char| matches!(char, '`' | '~'));
        let length = marker.map_or(0, |marker| head.chars().take_while(|c| *c == marker).count());
        match (self.open, marker) {
            (None, Some(marker)) if length >= 3 => self.open = Some((marker, length)),
            (Some((open, least)), Some(marker))
                if marker == open && length >= least && head.trim_end().len() == length =>
            {
                self.open = None;
                return true;
            }
            _ => {}
        }
        self.open.is_some()
    }
}
