//! Why a page was read, parsed, rendered and written in a build, or why not.

use super::outputs::Record;
use super::pages::Done;

/// The parts of a page's key, in words and in their order.
const PARTS: [&str; 5] = [
    "the templates of the theme",
    "what is the same on all pages",
    "its navigation",
    "what its frame shows: title, contents, neighbours, status",
    "its text, or where its links lead",
];

/// What was done with a file of the output.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Put {
    /// Nothing.
    Left,
    /// It was made, and is as it was.
    Made,
    /// It was made and written.
    Written,
}

/// Why a page was read and parsed.
pub(super) fn source(done: Done) -> &'static str {
    match done {
        Done::Nothing => "not read: neither its file nor any that it includes has changed",
        Done::Read => "read, and not parsed: its text and what it includes are as they were",
        Done::Parsed => "parsed: its text, what it includes, or a setting has changed",
        Done::New => "parsed: nothing is known of it yet",
    }
}

/// Why a page was rendered and written.
pub(super) fn output(earlier: Option<&Record>, now: &Record, put: Put) -> String {
    let written = match put {
        Put::Left => return "not rendered: nothing that it shows has changed".to_string(),
        Put::Made => "not written: its bytes are as they were",
        Put::Written => "written",
    };
    let keys = earlier.and_then(|record| record.key.as_ref()).zip(now.key.as_ref());
    let Some((before, after)) = keys else {
        return format!("rendered: nothing is known of an earlier one; {written}");
    };
    let differ = |(at, part): (usize, &&'static str)| (before[at] != after[at]).then_some(*part);
    let changed: Vec<&str> = PARTS.iter().enumerate().filter_map(differ).collect();
    match changed.is_empty() {
        true => format!("rendered: the file isn't as it was left; {written}"),
        false => format!("rendered, since this has changed: {}; {written}", changed.join("; ")),
    }
}
