//! Paths, text ranges, digests, slugs, escaping and the words for statuses: what every room needs
//! and none owns.
//!
//! Nothing here reads files or knows what a page is.

mod digest;
mod path;
mod status;
mod text;
mod url;

pub use digest::{Digest, Hasher};
pub use path::{SitePath, on_disk};
pub use status::Status;
pub use text::{
    TextRange, escape_html, escape_xml, is_plain, is_unspaced, matches, nearest, one_line, plural,
    push_escaped, slug,
};
pub use url::{encode_path, encode_url, percent_decode, relative_url, root_of};
