//! Draws a badge as SVG and writes its twin for shields.io.
//!
//! Nothing here knows what is judged or where badges are kept. The picture is made of what is given
//! alone: no date, no random ids, so that an unchanged badge has unchanged bytes.

use serde_json::json;

use crate::base::escape_xml;
use crate::status::Status;

/// The height of a badge, in pixels.
const HEIGHT: u32 = 20;

/// The space left and right of a text, in pixels.
const PADDING: u32 = 6;

/// The size of the text, in pixels.
const FONT_SIZE: u32 = 11;

/// The parts of an em that widths are counted in.
const UNITS_PER_EM: u32 = 128;

/// The longest text that is drawn, in characters.
const LONGEST_TEXT: usize = 60;

/// The colour behind every label.
const LABEL_COLOR: &str = "#3b4149";

/// A badge: a label, a value, and what it rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Badge {
    /// What is told about: `coverage`.
    pub label: String,
    /// What is told: `42 %`.
    pub message: String,
    /// What the colour behind the message tells; none when nothing can be told.
    pub status: Option<Status>,
    /// What the message rests on, in a sentence, for those who ask or can't see.
    pub description: String,
}

/// The colour of a status, as CSS writes it; none stands for what can't be told. White text on
/// it has a contrast of 4.5 : 1 or more.
fn color(status: Option<Status>) -> &'static str {
    match status {
        Some(Status::Missing) => "#b3261e",
        Some(Status::Outline) => "#8a4b08",
        Some(Status::Draft) => "#7a5b00",
        Some(Status::InReview) => "#1f5fbf",
        Some(Status::Stale) => "#8f3f71",
        Some(Status::Complete) => "#1a6b3c",
        Some(Status::Waived) => "#5b6470",
        None => "#454c55",
    }
}

impl Badge {
    /// Draws the badge: 20 pixels high, as wide as its texts, readable by screen readers.
    pub(super) fn svg(&self) -> String {
        let label = Half::new(&self.label);
        let message = Half::new(&self.message);
        let width = label.width() + message.width();
        let title = escape_xml(&format!("{}: {}", clean(&self.label), clean(&self.message)));
        let description = escape_xml(&clean(&self.description));
        let left = left_path(label.width());
        let right = right_path(label.width(), message.width());
        let color = color(self.status);
        let texts = label.text(0) + &message.text(label.width());
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{HEIGHT}\" \
             viewBox=\"0 0 {width} {HEIGHT}\" role=\"img\" aria-label=\"{title}\">\n\
             <title>{title}</title>\n<desc>{description}</desc>\n\
             <path fill=\"{LABEL_COLOR}\" d=\"{left}\"/>\n<path fill=\"{color}\" d=\"{right}\"/>\n\
             <g fill=\"#fff\" font-family=\"Verdana,Geneva,DejaVu Sans,sans-serif\" \
             font-size=\"{FONT_SIZE}\" text-anchor=\"middle\">\n{texts}</g>\n</svg>\n"
        )
    }

    /// Writes the badge as shields.io wants it of an endpoint (schema version 1).
    pub(super) fn json(&self) -> String {
        let (label, message) = (cut(&clean(&self.label)), cut(&clean(&self.message)));
        let color = color(self.status);
        json!({"schemaVersion": 1, "label": label, "message": message, "color": color}).to_string()
            + "\n"
    }
}

/// One of the two texts, as it is drawn.
struct Half {
    text: String,
    /// In units of the em.
    advance: u32,
}

impl Half {
    fn new(text: &str) -> Self {
        let text = cut(&clean(text));
        Self { advance: text.chars().map(advance).sum(), text }
    }

    /// The width of the box, in whole pixels.
    fn width(&self) -> u32 {
        (self.advance * FONT_SIZE).div_ceil(UNITS_PER_EM) + 2 * PADDING
    }

    /// The text in the middle of a box that begins at `left`. Its length is fixed, so that it
    /// stays in the box in any font; glyphs are stretched, not spaces, for scripts that join.
    fn text(&self, left: u32) -> String {
        let middle = f64::from(2 * left + self.width()) / 2.0;
        let length = f64::from(self.advance * FONT_SIZE) / f64::from(UNITS_PER_EM);
        let text = escape_xml(&self.text);
        format!(
            "<text x=\"{middle}\" y=\"14\" textLength=\"{length:.1}\" \
             lengthAdjust=\"spacingAndGlyphs\">{text}</text>\n"
        )
    }
}

fn left_path(width: u32) -> String {
    format!("M3 0H{width}V20H3A3 3 0 0 1 0 17V3A3 3 0 0 1 3 0Z")
}

fn right_path(left: u32, width: u32) -> String {
    let (corner, right) = (left + width - 3, left + width);
    format!("M{left} 0H{corner}A3 3 0 0 1 {right} 3V17A3 3 0 0 1 {corner} 20H{left}Z")
}

/// The text as one line without control characters and the others that XML 1.0 (2.2) forbids.
fn clean(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.replace(|c: char| c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}'), "")
}

fn cut(text: &str) -> String {
    if text.chars().count() <= LONGEST_TEXT {
        return text.to_owned();
    }
    let kept: String = text.chars().take(LONGEST_TEXT - 1).collect();
    format!("{}…", kept.trim_end())
}

/// The width of a character, in units of the em.
fn advance(c: char) -> u32 {
    let known = WIDTHS
        .iter()
        .find_map(|(first, widths)| widths.get((c as usize).checked_sub(*first as usize)?));
    match (known, c) {
        (Some(width), _) => u32::from(*width),
        // Marks above and below, joiners, marks of direction, variants.
        (
            _,
            '\u{300}'..='\u{36f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}'
            | '\u{fe00}'..='\u{fe0f}',
        ) => 0,
        // The scripts of East Asia.
        (
            _,
            '\u{1100}'..='\u{115f}'
            | '\u{2e80}'..='\u{a4cf}'
            | '\u{ac00}'..='\u{d7a3}'
            | '\u{f900}'..='\u{faff}'
            | '\u{ff00}'..='\u{ff60}'
            | '\u{20000}'..,
        ) => 128,
        // Pictures.
        (_, '\u{1f000}'..='\u{1faff}') => 160,
        // A usual letter.
        _ => 80,
    }
}

/// The widths of characters from the first one on, in units of 1/128 em: the advances of DejaVu
/// Sans 2.37 (Debian's fonts-dejavu-core), the free font nearest to Verdana.
const WIDTHS: [(char, &[u8]); 4] =
    [('\u{20}', LATIN), ('\u{391}', GREEK), ('\u{400}', CYRILLIC), ('\u{2010}', PUNCTUATION)];
const LATIN: &[u8] = &[
    41, 51, 59, 107, 81, 122, 100, 35, 50, 50, 64, 107, 41, 46, 41, 43, 81, 81, 81, 81, 81, 81, 81,
    81, 81, 81, 43, 43, 107, 107, 107, 68, 128, 88, 88, 89, 99, 81, 74, 99, 96, 38, 38, 84, 71,
    110, 96, 101, 77, 101, 89, 81, 78, 94, 88, 127, 88, 78, 88, 50, 43, 50, 107, 64, 64, 78, 81,
    70, 81, 79, 45, 81, 81, 36, 36, 74, 36, 125, 81, 78, 81, 81, 53, 67, 50, 81, 76, 105, 76, 76,
    67, 81, 43, 81, 107, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 41, 51, 81, 81, 81, 81, 43, 64, 64, 128, 60, 78, 107, 46, 128, 64, 64,
    107, 51, 51, 64, 81, 81, 41, 64, 51, 60, 78, 124, 124, 124, 68, 88, 88, 88, 88, 88, 88, 125,
    89, 81, 81, 81, 81, 38, 38, 38, 38, 99, 96, 101, 101, 101, 101, 101, 107, 101, 94, 94, 94, 94,
    78, 77, 81, 78, 78, 78, 78, 78, 78, 126, 70, 79, 79, 79, 79, 36, 36, 36, 36, 78, 81, 78, 78,
    78, 78, 78, 107, 78, 81, 81, 81, 81, 76, 81, 76, 88, 78, 88, 78, 88, 78, 89, 70, 89, 70, 89,
    70, 89, 70, 99, 81, 99, 81, 81, 79, 81, 79, 81, 79, 81, 79, 81, 79, 99, 81, 99, 81, 99, 81, 99,
    81, 96, 81, 117, 89, 38, 36, 38, 36, 38, 36, 38, 36, 38, 36, 76, 71, 38, 36, 84, 74, 74, 71,
    36, 71, 36, 71, 48, 71, 44, 72, 36, 96, 81, 96, 81, 96, 81, 104, 96, 81, 101, 78, 101, 78, 101,
    78, 137, 131, 89, 53, 89, 53, 89, 53, 81, 67, 81, 67, 81, 67, 81, 67, 78, 50, 78, 50, 78, 50,
    94, 81, 94, 81, 94, 81, 94, 81, 94, 81, 94, 81, 127, 105, 78, 76, 78, 88, 67, 88, 67, 88, 67,
    45, 81, 94, 88, 81, 88, 81, 90, 89, 70, 99, 105, 88, 81, 78, 81, 101, 79, 74, 45, 99, 88, 126,
    45, 38, 95, 74, 36, 76, 125, 96, 81, 101, 117, 78, 121, 97, 83, 81, 89, 81, 67, 81, 43, 50, 78,
    50, 78, 110, 81, 98, 92, 95, 94, 88, 67, 85, 85, 74, 67, 81, 85, 74, 65, 81, 38, 63, 59, 38,
    182, 166, 148, 107, 101, 58, 119, 118, 102, 88, 78, 38, 36, 101, 78, 94, 81, 94, 81, 94, 81,
    94, 81, 94, 81, 79, 88, 78, 88, 78, 125, 126, 99, 81, 99, 81, 84, 74, 101, 78, 101, 78, 85, 74,
    36, 182, 166, 148, 99, 81, 142, 87, 96, 81, 88, 78, 125, 126, 101, 78, 88, 78, 88, 78, 81, 79,
    81, 79, 38, 36, 38, 36, 101, 78, 101, 78, 89, 53, 89, 53, 94, 81, 94, 81, 81, 67, 78, 50, 80,
    67, 96, 81, 94, 107, 89, 78, 88, 67, 88, 78, 81, 79, 101, 78, 101, 78, 101, 78, 101, 78, 78,
    76, 61, 108, 61, 36, 128, 128, 88, 89, 70, 71, 78, 67, 67, 77, 61, 88, 94, 88, 81, 79, 38, 36,
    100, 81, 89, 53, 78, 76,
];
const GREEK: &[u8] = &[
    88, 88, 71, 88, 81, 88, 96, 101, 38, 84, 88, 110, 96, 81, 101, 96, 77, 80, 81, 78, 78, 101, 88,
    101, 98, 38, 78, 84, 69, 81, 43, 74, 84, 82, 76, 78, 69, 70, 81, 78, 43, 75, 76, 81, 72, 71,
    78, 77, 81, 75, 81, 77, 74, 84, 74, 84, 107, 43, 74, 78, 74, 107,
];
const CYRILLIC: &[u8] = &[
    81, 81, 101, 78, 89, 81, 38, 38, 38, 140, 134, 101, 91, 96, 78, 96, 88, 88, 88, 78, 100, 81,
    138, 82, 96, 96, 91, 96, 110, 96, 101, 96, 77, 89, 78, 78, 110, 88, 99, 88, 137, 140, 107, 113,
    88, 89, 138, 89, 78, 79, 75, 67, 89, 79, 115, 68, 83, 83, 77, 82, 97, 84, 78, 84, 81, 70, 75,
    76, 109, 76, 87, 76, 117, 121, 90, 101, 75, 70, 108, 77, 79, 79, 80, 67, 70, 67, 36, 36, 36,
    116, 115, 83, 77, 83, 76, 84,
];
const PUNCTUATION: &[u8] = &[
    46, 46, 81, 64, 128, 128, 64, 64, 41, 41, 41, 41, 66, 66, 66, 66, 64, 64, 76, 76, 43, 85, 128,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_text_can_be_read_on_every_colour() {
        let statuses = Status::ALL.map(Some).into_iter().chain([None]);
        for color in statuses.map(color).chain([LABEL_COLOR]) {
            let contrast = 1.05 / (luminance(color) + 0.05);
            assert!(contrast >= 4.5, "{color} has {contrast}");
        }
    }

    #[test]
    fn hostile_text_is_only_text() {
        let svg = badge("<script>\"&'\0\u{1}\u{fffe}]]>", "a\n\tb \u{85}c").svg();
        let text = "&lt;script&gt;&quot;&amp;&#39;]]&gt;";
        assert!(svg.contains(&format!("aria-label=\"{text}: a b c\"")), "{svg}");
        assert!(svg.contains(&format!(">{text}</text>")), "{svg}");
        assert!(!svg.contains("<script") && !svg.contains(" id=") && !svg.contains("style="));
        assert!(!svg.contains(|c: char| c.is_control() && c != '\n'));
    }

    #[test]
    fn a_badge_grows_with_its_text() {
        let texts = ["", "i", "m", "mm", "文文文", "mmmm", "😀😀😀😀"];
        assert!(texts.map(|text| Half::new(text).width()).is_sorted());
        assert_eq!(Half::new("coverage").width(), 64);
        assert_eq!(Half::new("e\u{301}").width(), Half::new("é").width());
    }

    #[test]
    fn a_long_text_is_cut() {
        let long = "many words ".repeat(20);
        let drawn = Half::new(&long).text;
        assert_eq!(drawn.chars().count(), LONGEST_TEXT);
        assert!(drawn.ends_with('…') && badge("a", &long).svg().contains(long.trim_end()));
    }

    #[test]
    fn the_twin_is_json() {
        let json = badge("a \"b\"", "<c>\0").json();
        let value: serde_json::Value = serde_json::from_str(&json).unwrap();
        let expected = json!({
            "schemaVersion": 1, "label": "a \"b\"", "message": "<c>", "color": "#b3261e"
        });
        assert!(value == expected && json.ends_with("}\n"), "{json}");
    }

    fn badge(label: &str, message: &str) -> Badge {
        let (label, message) = (label.to_owned(), message.to_owned());
        Badge { label, message, status: Some(Status::Missing), description: String::new() }
    }

    /// The relative luminance of a colour (WCAG 2.2).
    fn luminance(hex: &str) -> f64 {
        let channel = |at: usize| {
            let value = f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
    }
}
