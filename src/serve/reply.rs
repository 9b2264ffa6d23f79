//! Answers with files: which version the browser has, which part it asks for, what a file is.

use super::http::{Asked, Reply};
use crate::base::Digest;

/// The type of JSON.
pub(super) const JSON: &str = "application/json; charset=utf-8";

/// True when a header lists this version (RFC 9110, section 13.1.2).
fn lists(etags: Option<&str>, etag: &str) -> bool {
    let mut listed = etags.unwrap_or_default().split(',').map(str::trim);
    listed.any(|listed| listed == "*" || listed.trim_start_matches("W/") == etag)
}

/// A page, unless the browser has it already.
pub(super) fn html(status: u16, bytes: Vec<u8>, asked: &Asked) -> Reply {
    let etag = format!("\"{}\"", Digest::of(&bytes));
    if status == 200 && lists(asked.etag.as_deref(), &etag) {
        return Reply::new(304, "text/html; charset=utf-8", Vec::new()).header("ETag", etag);
    }
    Reply::new(status, "text/html; charset=utf-8", bytes).header("ETag", etag)
}

/// A file, or the part of it that was asked for (RFC 9110, section 14).
pub(super) fn file(kind: &'static str, bytes: Vec<u8>, asked: &Asked) -> Reply {
    let etag = format!("\"{}\"", Digest::of(&bytes));
    if lists(asked.etag.as_deref(), &etag) {
        return Reply::new(304, kind, Vec::new()).header("ETag", etag);
    }
    let total = bytes.len();
    let same = asked.if_range.as_ref().is_none_or(|wanted| *wanted == etag);
    let range = asked.range.as_deref().filter(|_| same);
    let reply = match range.and_then(|range| part(range, total)) {
        None => Reply::new(200, kind, bytes),
        Some(Err(Outside)) => {
            Reply::text(416, "no such part").header("Content-Range", format!("bytes */{total}"))
        }
        Some(Ok((from, to))) => Reply::new(206, kind, bytes[from..=to].to_vec())
            .header("Content-Range", format!("bytes {from}-{to}/{total}")),
    };
    reply.header("ETag", etag).header("Accept-Ranges", "bytes")
}

/// A range that has no byte of the file.
#[derive(Debug, PartialEq, Eq)]
struct Outside;

/// The first and last byte of a single range; none when there isn't exactly one, which is then
/// ignored.
fn part(range: &str, total: usize) -> Option<Result<(usize, usize), Outside>> {
    let (from, to) = range.strip_prefix("bytes=")?.split_once('-')?;
    let last = total.checked_sub(1);
    let place = match (from.trim(), to.trim()) {
        ("", length) => {
            let length: usize = length.parse().ok()?;
            last.filter(|_| length > 0).map(|last| (total.saturating_sub(length), last))
        }
        (from, "") => {
            let from: usize = from.parse().ok()?;
            last.filter(|last| from <= *last).map(|last| (from, last))
        }
        (from, to) => {
            let (from, to): (usize, usize) = (from.parse().ok()?, to.parse().ok()?);
            last.filter(|last| from <= to && from <= *last).map(|last| (from, to.min(last)))
        }
    };
    Some(place.ok_or(Outside))
}

/// What a file is, by the end of its name.
pub(super) fn content_type(url: &str) -> &'static str {
    let name = url.rsplit('/').next().unwrap_or(url);
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    match extension.to_ascii_lowercase().as_str() {
        "html" | "htm" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "json" | "map" => JSON,
        "svg" => "image/svg+xml",
        "xml" => "application/xml; charset=utf-8",
        "md" => "text/markdown; charset=utf-8",
        "csv" => "text/csv; charset=utf-8",
        "txt" | "py" | "sql" | "sh" | "yaml" | "yml" | "toml" | "rs" | "conf" | "ini" | "log" => {
            "text/plain; charset=utf-8"
        }
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "woff" => "font/woff",
        "pdf" => "application/pdf",
        "mp4" => "video/mp4",
        "webm" => "video/webm",
        "mp3" => "audio/mpeg",
        "ogg" => "audio/ogg",
        "wasm" => "application/wasm",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_range_is_cut_out_and_others_are_ignored() {
        for (range, expected) in [
            ("bytes=0-3", Some(Ok((0, 3)))),
            ("bytes=5-", Some(Ok((5, 9)))),
            ("bytes=-4", Some(Ok((6, 9)))),
            ("bytes=2-99", Some(Ok((2, 9)))),
            ("bytes=10-", Some(Err(Outside))),
            ("bytes=-0", Some(Err(Outside))),
            ("bytes=3-1", Some(Err(Outside))),
            ("bytes=0-1,4-5", None),
            ("lines=0-1", None),
        ] {
            assert_eq!(part(range, 10), expected, "{range}");
        }
    }
}
