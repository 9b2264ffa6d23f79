//! Prints to the two streams.

use std::io::{self, IsTerminal, Write};

use super::Failure;
use super::arguments::{ColorChoice, Global};
use crate::base::SitePath;
use crate::diag::{Diagnostic, Format, print};

/// Where commands print.
pub(super) struct Console {
    /// Whether standard error takes colour.
    color: bool,
    /// Whether standard output takes colour.
    color_out: bool,
    loudness: Loudness,
}

/// How much is said.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Loudness {
    Quiet,
    Normal,
    Verbose,
}

impl Console {
    pub(super) fn new(global: &Global) -> Self {
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let color = |terminal: bool| match global.color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => terminal && !plain,
        };
        Self {
            color: color(io::stderr().is_terminal()),
            color_out: color(io::stdout().is_terminal()),
            loudness: match (global.quiet, global.verbose) {
                (true, _) => Loudness::Quiet,
                (_, true) => Loudness::Verbose,
                _ => Loudness::Normal,
            },
        }
    }

    /// Data, to standard output. A reader that has gone away, such as `head`, is no fault.
    #[expect(clippy::unused_self, reason = "whoever prints holds the console")]
    pub(super) fn data(&self, text: &str) {
        drop(io::stdout().lock().write_all(text.as_bytes()));
    }

    /// What was done, to standard error.
    pub(super) fn say(&self, text: &str) {
        if self.loudness > Loudness::Quiet {
            error_line(text);
        }
    }

    /// Asks on standard error for a line of standard input. None when the answer is empty, or the
    /// input has ended.
    #[expect(clippy::unused_self, reason = "whoever asks holds the console")]
    pub(super) fn ask(&self, question: &str) -> Result<Option<String>, Failure> {
        drop(write!(io::stderr().lock(), "{question}"));
        let mut answer = String::new();
        io::stdin()
            .read_line(&mut answer)
            .map_err(|fault| Failure::Usage(format!("can't read the answer: {fault}")))?;
        let answer = answer.trim();
        Ok((!answer.is_empty()).then(|| answer.to_string()))
    }

    /// How far something is, in one line that the next one replaces; on a terminal only.
    pub(super) fn progress(&self, text: &str) {
        if self.loudness > Loudness::Quiet && io::stderr().is_terminal() {
            drop(write!(io::stderr().lock(), "\r\x1b[K{text}"));
        }
    }

    /// What is of interest to the curious only.
    pub(super) fn detail(&self, text: &str) {
        if self.loudness == Loudness::Verbose {
            error_line(text);
        }
    }

    /// Findings for people, to standard error.
    pub(super) fn findings(
        &self,
        found: &[Diagnostic],
        text: &dyn Fn(&SitePath) -> Option<String>,
    ) {
        let format = Format::Human { color: self.color };
        drop(io::stderr().lock().write_all(print(found, format, text).as_bytes()));
    }

    /// Whether standard output takes colour.
    pub(super) fn colors_data(&self) -> bool {
        self.color_out
    }

    /// The format for people on standard output.
    pub(super) fn human(&self) -> Format<'static> {
        Format::Human { color: self.color_out }
    }

    #[expect(clippy::unused_self, reason = "whoever prints holds the console")]
    pub(super) fn failure(&self, failure: &Failure) {
        match failure {
            Failure::Usage(message) | Failure::Interrupted(message) => {
                error_line(&format!("error: {message}"));
            }
            Failure::Helped(message, help) | Failure::CannotTell(message, help) => {
                error_line(&format!("error: {message}\n  help: {help}"));
            }
            // They were printed where the text of the file was at hand.
            Failure::Config(found) => {
                let count = found.iter().filter(|found| found.is_error()).count();
                error_line(&format!(
                    "error: nothing is done until `book.toml` is mended ({})",
                    crate::base::plural(count, "error")
                ));
            }
        }
    }
}

fn error_line(text: &str) {
    drop(writeln!(io::stderr().lock(), "{text}"));
}
