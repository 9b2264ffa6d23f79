//! Letters of the alphabets that stand apart in Unicode: ℝ, 𝒜, 𝔤.
//!
//! MathML Core draws no `mathvariant` but `normal`, so these alphabets must be in the text. Bold
//! and its like are left to the style sheet, which keeps words readable to screen readers.

/// The text in the alphabet of a `mathvariant`; none where the style sheet can do it.
pub(super) fn in_alphabet(text: &str, variant: &str) -> Option<String> {
    let (upper, lower, digit, apart): (u32, u32, Option<u32>, &[(char, char)]) = match variant {
        "double-struck" => (0x1D538, 0x1D552, Some(0x1D7D8), DOUBLE_STRUCK),
        "script" => (0x1D49C, 0x1D4B6, None, SCRIPT),
        "bold-script" => (0x1D4D0, 0x1D4EA, None, &[]),
        "fraktur" => (0x1D504, 0x1D51E, None, FRAKTUR),
        "bold-fraktur" => (0x1D56C, 0x1D586, None, &[]),
        _ => return None,
    };
    let letter = |plain: char| {
        if let Some((_, known)) = apart.iter().find(|(letter, _)| *letter == plain) {
            return *known;
        }
        let (first, place) = match plain {
            'A'..='Z' => (Some(upper), plain as u32 - 'A' as u32),
            'a'..='z' => (Some(lower), plain as u32 - 'a' as u32),
            '0'..='9' => (digit, plain as u32 - '0' as u32),
            _ => (None, 0),
        };
        first.and_then(|first| char::from_u32(first + place)).unwrap_or(plain)
    };
    Some(text.chars().map(letter).collect())
}

/// Letters that Unicode had before the alphabet was complete.
const DOUBLE_STRUCK: &[(char, char)] =
    &[('C', 'ℂ'), ('H', 'ℍ'), ('N', 'ℕ'), ('P', 'ℙ'), ('Q', 'ℚ'), ('R', 'ℝ'), ('Z', 'ℤ')];
const SCRIPT: &[(char, char)] = &[
    ('B', 'ℬ'),
    ('E', 'ℰ'),
    ('F', 'ℱ'),
    ('H', 'ℋ'),
    ('I', 'ℐ'),
    ('L', 'ℒ'),
    ('M', 'ℳ'),
    ('R', 'ℛ'),
    ('e', 'ℯ'),
    ('g', 'ℊ'),
    ('o', 'ℴ'),
];
const FRAKTUR: &[(char, char)] = &[('C', 'ℭ'), ('H', 'ℌ'), ('I', 'ℑ'), ('R', 'ℜ'), ('Z', 'ℨ')];

#[cfg(test)]
mod tests {
    use super::in_alphabet;

    #[test]
    fn letters_are_those_of_unicode() {
        for (text, variant, expected) in [
            ("R", "double-struck", Some("ℝ")),
            ("Ak1", "double-struck", Some("𝔸𝕜𝟙")),
            ("AL", "script", Some("𝒜ℒ")),
            ("gH", "fraktur", Some("𝔤ℌ")),
            ("x=", "bold-fraktur", Some("𝖝=")),
            ("x", "bold", None),
        ] {
            assert_eq!(in_alphabet(text, variant).as_deref(), expected, "{text} {variant}");
        }
    }
}
