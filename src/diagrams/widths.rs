//! How wide texts are.
//!
//! A picture on a page can't bring a font along, so it takes the one that the reader's machine has.
//! Boxes are made for the widest of the usual ones (DejaVu Sans, Verdana): in Arial or Helvetica
//! their texts have some air around them, and in none are they cut off.

use unicode_normalization::char::is_combining_mark;

/// The width of a text in pixels.
pub(super) fn width(text: &str, font_size: f64, is_bold: bool) -> f64 {
    let sum: f64 = text.chars().map(advance).sum();
    sum * font_size * if is_bold { 1.14 } else { 1.0 }
}

/// The width of a letter as a part of the font's size.
fn advance(char: char) -> f64 {
    match char {
        '\u{AD}' | '\u{200B}'..='\u{200F}' => 0.0,
        'i' | 'j' | 'l' | 'I' | 'J' | '\'' => 0.3,
        ' ' | 'f' | 'r' | 't' | '.' | ',' | ':' | ';' | '!' | '|' | '-' | '/' | '\\' | '('
        | ')' | '[' | ']' => 0.4,
        'c' | 'k' | 's' | 'v' | 'x' | 'y' | 'z' | '_' | '"' => 0.58,
        'w' | '+' | '=' | '<' | '>' | '#' | '~' | '^' => 0.84,
        'm' | 'M' | 'W' | '@' | '%' => 0.99,
        'a'..='z' | '0'..='9' | 'E' | 'F' | 'L' | 'P' | 'S' | 'T' | 'Y' => 0.64,
        'A'..='Z' | '&' => 0.78,
        _ if is_combining_mark(char) => 0.0,
        // Han, Kana, Hangul and signs are as wide as they are high.
        '\u{1100}'..='\u{11FF}' | '\u{2600}'..='\u{FFFF}' | '\u{1F000}'..='\u{3FFFF}' => 1.0,
        _ => 0.75,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_is_narrower_than_in_dejavu_sans() {
        // As Chromium measures them, at 16 pixels.
        for (text, measured) in [
            ("endpoint_disabled", 146.3),
            ("other answer or none", 172.0),
            ("Handbook", 81.1),
            ("acknowledge, severity, channel", 253.2),
            ("INVOICE", 65.9),
            ("<<Requirement>>", 156.5),
            ("2026-01-01", 93.0),
            ("Größe der Übersicht", 161.4),
            ("(a/b) [c] \"d\" 100 % @home & #1", 262.8),
        ] {
            let ours = width(text, 16.0, false);
            assert!(ours >= measured && ours < measured * 1.1, "{text}: {ours}");
        }
        assert!(width("endpoint_disabled", 16.0, true) >= 165.2);
    }
}
