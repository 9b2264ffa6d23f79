//! Views and a theme → bytes: pages, badges, JSON, feed, sitemap.
//!
//! This is the only room that knows the template language. A template sees a [`PageView`] and
//! nothing else; there are no functions that reach the site.

mod badge;
mod badges;
mod calendar;
mod controls;
mod difference;
mod files;
mod gap;
mod json;
mod machine;
mod markdown;
mod nav;
mod over_time;
mod overview;
mod page;
mod prepared;
mod print;
mod theme;
pub mod view;

pub use badges::badges;
pub use calendar::calendars;
pub use controls::controls;
pub use difference::{Difference, difference_url, difference_view, put_excerpts};
pub use gap::status_view;
pub use json::{pages_json, status_json};
pub use machine::{feed, redirect, robots, sitemap, status_feed};
pub use markdown::{llms, twin_head, twin_url};
pub use page::{Parts, Scene, Shared, fill, links_digest, next, not_found, page_view, waiting};
pub use prepared::{Prepared, digest};
pub use print::{Print, print_view, prints, put_chapters};
pub use theme::{Theme, ThemeFile, default_files};
pub use view::PageView;
