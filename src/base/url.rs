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
    let pairs = from.bytes().zip(to.bytes()).enumerate();
    let same = pairs.take_while(|(_, (a, b))| a == b);
    let folders = same.filter(|(_, (byte, _))| *byte == b'/');
    let shared = folders.last().map_or(0, |(at, _)| at + 1);
    let (here, there) = (&from[shared..], &to[shared..]);
    let mut url = root_of(here);
    // A first part with a colon would read as a scheme (RFC 3986, section 4.2).
    if url.is_empty() && there.split('/').next().is_some_and(|part| part.contains(':')) {
        url.push_str("./");
    }
    url.push_str(there);
    url
}

/// Percent-encodes what may not stand in the path of a URL (RFC 3986, section 3.3), keeping `/`.
pub fn encode_path(path: &str) -> String {
    encode(path, |byte| b"/-._~!$'()*+,;=:@".contains(&byte))
}

/// Percent-encodes all but letters, digits and what is `kept`.
fn encode(text: &str, kept: impl Fn(u8) -> bool) -> String {
    let kept = |byte: u8| byte.is_ascii_alphanumeric() || kept(byte);
    if text.bytes().all(kept) {
        return text.to_string();
    }
    let mut out = String::with_capacity(text.len() + 2);
    for byte in text.bytes() {
        match kept(byte) {
            true => out.push(char::from(byte)),
            false => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// Percent-encodes what may not stand in a URL (RFC 3986, section 2), keeping what is encoded
/// already and all that has a meaning, as the CommonMark specification does it.
pub fn encode_url(url: &str) -> String {
    encode(url, |byte| b"-._~:/?#@!$&'()*+,;=%".contains(&byte))
}

/// Decodes `%20` and its like; none when the result isn't UTF-8 or a code is cut short.
pub fn percent_decode(text: &str) -> Option<String> {
    if !text.contains('%') {
        return Some(text.to_string());
    }
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
