//! Views and a theme → bytes: pages, badges, JSON, feed, sitemap.
//!
//! This is the only room that knows the template language. A template sees a [`PageView`] and
//! nothing else; there are no functions that reach the site.

mod badge;
mod badges;
mod calendar;
mod gap;
mod json;
mod machine;
mod nav;
mod over_time;
mod page;
mod prepared;
mod theme;
pub mod view;

pub use badges::badges;
pub use calendar::calendars;
pub use gap::status_view;
pub use json::{pages_json, status_json};
pub use machine::{feed, redirect, robots, sitemap};
pub use page::{Parts, Scene, Shared, fill, links_digest, next, not_found, page_view, waiting};
pub use prepared::{Prepared, digest};
pub use theme::{Theme, ThemeFile, default_files};
pub use view::PageView;
