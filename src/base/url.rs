//! Relative URLs between pages of one site.

/// The way from a page to the root of the site: empty, `../`, `../../` and so on.
pub fn root_of(url: &str) -> String {
    "../".repeat(url.matches('/').count())
}

/// The relative URL from one page to another; both are relative to the root of the site.
///
/// A fragment or query of `to` is kept. The page itself is reached by its own file name, since
/// an empty URL is easily lost on the way.
pub fn relative_url(from: &str, to: &str) -> String {
    let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut here = folder.split('/').filter(|part| !part.is_empty()).peekable();
    let mut there = to.split('/').peekable();
    while let (Some(a), Some(b)) = (here.peek(), there.peek()) {
        // The last part of `to` is a file name, never a folder to be left out.
        if a != b || there.clone().count() == 1 {
            break;
        }
        here.next();
        there.next();
    }
    let up = "../".repeat(here.count());
    let down = there.collect::<Vec<_>>().join("/");
    // A first part with a colon would read as a scheme (RFC 3986, section 4.2).
    let dot = if up.is_empty() && down.split('/').next().is_some_and(|part| part.contains(':')) {
        "./"
    } else {
        ""
    };
    format!("{up}{dot}{down}")
}

/// Percent-encodes what may not stand in the path of a URL (RFC 3986, section 3.3), keeping `/`.
pub fn encode_path(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        let kept = byte.is_ascii_alphanumeric() || b"/-._~!$'()*+,;=:@".contains(&byte);
        match kept {
            true => out.push(char::from(byte)),
            false => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// Percent-encodes what may not stand in a URL (RFC 3986, section 2), keeping what is encoded
/// already and all that has a meaning, as the CommonMark specification does it.
pub fn encode_url(url: &str) -> String {
    let mut out = String::with_capacity(url.len());
    for byte in url.bytes() {
        let kept = byte.is_ascii_alphanumeric() || b"-._~:/?#@!$&'()*+,;=%".contains(&byte);
        match kept {
            true => out.push(char::from(byte)),
            false => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// Decodes `%20` and its like; none when the result isn't UTF-8 or a code is cut short.
pub fn percent_decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        rest = tail;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let (code, tail) = rest.split_at_checked(2)?;
        bytes.push(u8::from_str_radix(std::str::from_utf8(code).ok()?, 16).ok()?);
        rest = tail;
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_urls_lead_from_page_to_page() {
        for (from, to, url) in [
            ("index.html", "a/b.html", "a/b.html"),
            ("a/b.html", "index.html", "../index.html"),
            ("a/b.html", "a/c.html#x", "c.html#x"),
            ("a/b.html", "a/b.html", "b.html"),
            ("a/b/index.html", "a/c/d.html", "../c/d.html"),
            ("a/b.html", "a", "../a"),
            ("x.html", "a:b.html", "./a:b.html"),
        ] {
            assert_eq!(relative_url(from, to), url, "{from} to {to}");
        }
    }

    #[test]
    fn paths_are_encoded_and_decoded() {
        assert_eq!(encode_path("a b/ü#?.html"), "a%20b/%C3%BC%23%3F.html");
        assert_eq!(encode_url("/a b?c=ü&d=%20#[e]"), "/a%20b?c=%C3%BC&d=%20#%5Be%5D");
        assert_eq!(percent_decode("a%20b/%C3%BC").as_deref(), Some("a b/ü"));
        assert_eq!(percent_decode("%zz"), None);
        assert_eq!(percent_decode("%e"), None);
    }
}
