//! Writes a picture anew, with nothing but what pictures need.
//!
//! The library that draws takes care of what texts bring along. This looks at what comes out of
//! it, and copies only elements and attributes that are known to be harmless, so that a fault of
//! the library is a poorer picture. No scripts, handlers, HTML, links, animations, and nothing
//! from elsewhere.

use quick_xml::XmlVersion;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use crate::base::{escape_html, one_line};

/// A picture that can be shown.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Picture {
    pub svg: String,
    pub width: u32,
    pub height: u32,
    pub title: String,
    pub description: String,
}

/// What is drawn, and what holds it together.
const ELEMENTS: &[&str] = &[
    "svg",
    "g",
    "defs",
    "symbol",
    "use",
    "title",
    "desc",
    "style",
    "path",
    "rect",
    "circle",
    "ellipse",
    "line",
    "polyline",
    "polygon",
    "text",
    "tspan",
    "marker",
    "clipPath",
    "mask",
    "pattern",
    "linearGradient",
    "radialGradient",
    "stop",
    "filter",
    "feDropShadow",
    "feGaussianBlur",
    "feOffset",
    "feBlend",
    "feFlood",
    "feComposite",
    "feMerge",
    "feMergeNode",
    "feColorMatrix",
];

/// More than this is a mistake, or malice.
const DEEPEST: usize = 100;

/// Writes a picture anew; none when it isn't one.
pub(super) fn clean(svg: &str) -> Option<Picture> {
    let mut reader = Reader::from_str(svg);
    let mut writer = Writer::default();
    loop {
        match reader.read_event().ok()? {
            Event::Start(tag) => writer.start(&tag, false)?,
            Event::Empty(tag) => writer.start(&tag, true)?,
            Event::End(_) => writer.end()?,
            Event::Text(text) => writer.text(&text.xml10_content()),
            Event::CData(text) => writer.text(&text.xml10_content()),
            Event::GeneralRef(name) => match name.resolve_char_ref().ok()? {
                Some(char) => writer.text(&char.to_string()),
                None => writer.text(resolve_predefined_entity(&name.xml10_content())?),
            },
            Event::Eof => return writer.finish(),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
}

#[derive(Default)]
struct Writer {
    out: String,
    /// The names of the elements that are open; none for one whose content is left out.
    open: Vec<Option<&'static str>>,
    size: Option<(u32, u32)>,
    title: String,
    description: String,
    /// The text of a style sheet, which is looked at as a whole.
    style: String,
}

impl Writer {
    /// Whether what comes now is left out.
    fn is_left_out(&self) -> bool {
        self.open.last().is_some_and(Option::is_none)
    }

    fn start(&mut self, tag: &BytesStart, is_empty: bool) -> Option<()> {
        let tag_name = tag.name();
        let name = match tag_name.as_ref() {
            // A link leads nowhere in a picture; what it holds is drawn.
            "a" => "g",
            name => name,
        };
        let known = ELEMENTS.iter().find(|known| **known == name).copied();
        let known = known.filter(|_| !self.is_left_out());
        if self.open.len() >= DEEPEST || (self.open.is_empty() && known != Some("svg")) {
            return None;
        }
        if let Some(name) = known {
            self.out.push_str(&format!("<{name}"));
            self.attributes(tag, name)?;
            self.out.push('>');
        }
        self.open.push(known);
        if is_empty { self.end() } else { Some(()) }
    }

    fn attributes(&mut self, tag: &BytesStart, element: &str) -> Option<()> {
        let is_root = self.open.is_empty();
        for attribute in tag.attributes() {
            let attribute = attribute.ok()?;
            let name = attribute.key.as_ref();
            let value = attribute.normalized_value(XmlVersion::Implicit1_0).ok()?;
            if is_root && name == "viewBox" {
                self.size = Some(size(&value)?);
            }
            // The picture has the size of its box, so that pages can keep its place.
            let is_sized = is_root && matches!(name, "width" | "height");
            if !is_sized && is_harmless(element, name, &value) {
                self.out.push_str(&format!(" {name}=\"{}\"", escape_html(&value)));
            }
        }
        if is_root {
            let (width, height) = self.size?;
            self.out.push_str(&format!(" width=\"{width}\" height=\"{height}\""));
        }
        Some(())
    }

    fn text(&mut self, text: &str) {
        match self.open.last() {
            Some(Some("style")) => self.style.push_str(text),
            Some(Some(name)) => {
                // Those of the picture, not of a part of it.
                if self.open.len() == 2 && *name == "title" {
                    self.title.push_str(text);
                }
                if self.open.len() == 2 && *name == "desc" {
                    self.description.push_str(text);
                }
                self.out.push_str(&escape_html(text));
            }
            _ => {}
        }
    }

    fn end(&mut self) -> Option<()> {
        let Some(name) = self.open.pop()? else { return Some(()) };
        if name == "style" {
            let style = std::mem::take(&mut self.style);
            if stays_inside(&style) {
                self.out.push_str(&escape_html(&style));
            }
        }
        self.out.push_str(&format!("</{name}>"));
        Some(())
    }

    fn finish(self) -> Option<Picture> {
        let (width, height) = self.size.filter(|_| self.open.is_empty())?;
        Some(Picture {
            svg: self.out + "\n",
            width,
            height,
            title: one_line(&self.title),
            description: one_line(&self.description),
        })
    }
}

/// Width and height of a box: `-8 -8 216.5 170`.
fn size(view_box: &str) -> Option<(u32, u32)> {
    let numbers: Vec<f64> =
        view_box.split([' ', ',']).filter_map(|number| number.parse().ok()).collect();
    let [_, _, width, height] = numbers[..] else { return None };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is in bounds")]
    let whole = |length: f64| (length > 0.0 && length <= 100_000.0).then(|| length.ceil() as u32);
    Some((whole(width)?, whole(height)?))
}

/// Whether an attribute can do nothing but change how its element looks.
fn is_harmless(element: &str, name: &str, value: &str) -> bool {
    let plain = name.chars().all(|char| char.is_ascii_alphanumeric() || "-_".contains(char));
    match name {
        "xmlns" => value == "http://www.w3.org/2000/svg",
        "xmlns:xlink" => value == "http://www.w3.org/1999/xlink",
        "href" | "xlink:href" => element == "use" && value.starts_with('#'),
        "src" | "target" | "rel" => false,
        _ => plain && !name.to_ascii_lowercase().starts_with("on") && stays_inside(value),
    }
}

/// Whether a value or a style sheet names nothing outside the picture.
fn stays_inside(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    let own = |at: &str| at.trim_start_matches([' ', '"', '\'']).starts_with('#');
    // A backslash could write any of these in another way.
    let hidden =
        ["\\", "@import", "@font-face", "image(", "image-set(", "src(", "javascript:", "data:"];
    lower.split("url(").skip(1).all(own) && !hidden.iter().any(|word| lower.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(inner: &str, expected: &str) {
        let picture = clean(&format!("<svg viewBox=\"0 0 10 20.5\">{inner}</svg>")).unwrap();
        let head = "<svg viewBox=\"0 0 10 20.5\" width=\"10\" height=\"21\">";
        assert_eq!(picture.svg, format!("{head}{expected}</svg>\n"));
    }

    #[test]
    fn what_could_run_or_lead_elsewhere_is_left_out() {
        check("<script>alert(1)</script><g onclick=\"alert(1)\"/>", "<g></g>");
        check(
            "<foreignObject><p>x</p><text>y</text></foreignObject><text>z</text>",
            "<text>z</text>",
        );
        check(
            "<a href=\"https://example.org/\" xlink:href=\"javascript:x\"><path/></a>",
            "<g><path></path></g>",
        );
        check("<image href=\"https://example.org/a.png\"/><use href=\"b.svg#c\"/>", "<use></use>");
        check("<animate attributeName=\"href\" to=\"javascript:x\"/><set/>", "");
        check(
            "<rect fill=\"url(https://example.org/)\" style=\"fill:u\\72l(x)\"/>",
            "<rect></rect>",
        );
        check("<style>@import 'https://example.org/a.css';</style>", "<style></style>");
        check("<style>a{fill:URL( 'https://example.org/')}</style>", "<style></style>");
        check("<?xml-stylesheet href=\"x\"?><!-- a --><svg:script>x</svg:script>", "");
        check(
            "<title>&lt;script&gt;</title><desc xml:base=\"https://example.org/\">&#60;b</desc>",
            "<title>&lt;script&gt;</title><desc>&lt;b</desc>",
        );
    }

    #[test]
    fn what_is_drawn_stays_as_it_is() {
        check(
            "<style>#a &gt; .b{marker-end:url(#c)}</style><use xlink:href=\"#d\"/>",
            "<style>#a &gt; .b{marker-end:url(#c)}</style><use xlink:href=\"#d\"></use>",
        );
        check(
            "<path d=\"M0,0\" marker-end=\"url('#c')\"/>",
            "<path d=\"M0,0\" marker-end=\"url(&#39;#c&#39;)\"></path>",
        );
    }

    #[test]
    fn what_is_no_picture_is_none() {
        for text in [
            "",
            "<p>",
            "<svg>",
            "<html viewBox=\"0 0 1 1\"></html>",
            "<svg viewBox=\"0 0 1 1\">",
            "<svg viewBox=\"0 0 1 NaN\"></svg>",
            "<svg viewBox=\"0 0 1 1\">&evil;</svg>",
        ] {
            assert_eq!(clean(text), None, "{text}");
        }
    }
}
