//! The integration tests: one binary, one module for each boundary.

#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]
#![expect(clippy::format_collect, reason = "fixtures are short; what is read counts")]

mod benches;
mod build;
mod cache;
mod cli;
mod commonmark;
#[cfg(feature = "diagrams")]
mod diagrams;
mod differences;
mod directives;
mod edits;
mod external;
mod examples;
mod findings;
mod formats;
mod gates;
mod glance;
mod hostile;
mod html;
mod interrupted;
mod lifecycle;
mod lists;
mod markdown;
mod paper;
mod properties;
mod reports;
mod repository;
mod reviews;
mod rooms;
mod runners;
mod serve;
mod search;
mod site;
mod status;
mod support;
mod themes;
mod suppress;
