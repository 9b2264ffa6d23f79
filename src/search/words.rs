//! Cuts text into the words that are looked for.
//!
//! `search.js` cuts what readers type by the same rules, so these are built from what Rust and
//! browsers share: classes of characters and normalisation. Browsers cut words by dictionaries of
//! their own, which differ from one to the next.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::base::is_unspaced;

/// Words are shared out among so many volumes.
pub const VOLUMES: usize = 64;
/// Letters from this one on, the syllables of Korean and all that is written without spaces, say
/// enough alone to choose a volume; others do so in pairs.
const FIRST_SYLLABLE: char = '\u{1100}';

/// Longer runs of letters and digits are keys, digests and data, and nobody looks for them.
const LONGEST: usize = 32;

/// The volume that holds a word and all that begin with it, if it has two letters.
pub fn volume_of(word: &str) -> usize {
    let mut letters = word.chars();
    let first = letters.next().unwrap_or_default();
    let second = letters.next().filter(|_| first < FIRST_SYLLABLE).map_or(0, u32::from);
    (u32::from(first) as usize * 31 + second as usize) % VOLUMES
}

/// Calls `found` for each word of a text, in order.
pub(super) fn words(text: &str, mut found: impl FnMut(&str)) {
    let mut folded = String::new();
    let mut rest = ascii_words(text, &mut folded, &mut found);
    while let Some(start) = rest.find(is_kept) {
        let run = &rest[start..];
        let length = run.find(|char| !is_kept(char) && !is_apostrophe(char)).unwrap_or(run.len());
        folded.clear();
        fold_into(&mut folded, &run[..length]);
        run_words(&folded, &mut found);
        rest = ascii_words(&run[length..], &mut folded, &mut found);
    }
}

/// The words of a text up to the first run with a sign beyond ASCII; the text from that run on. Most
/// text is ASCII, and most words are as they are folded.
fn ascii_words<'a>(text: &'a str, folded: &mut String, found: &mut impl FnMut(&str)) -> &'a str {
    let mut start = 0;
    let mut is_folded = true;
    let bytes = text.as_bytes();
    for at in 0..=bytes.len() {
        // A gap ends the last word.
        let byte = bytes.get(at).copied().unwrap_or_default();
        match FOLDED[usize::from(byte)] {
            WIDE => return &text[start..],
            APOSTROPHE if start == at => start = at + 1,
            GAP => {
                if start < at && is_folded && at - start <= LONGEST {
                    found(&text[start..at]);
                } else if start < at {
                    folded.clear();
                    fold_into(folded, &text[start..at]);
                    run_words(folded, found);
                }
                (start, is_folded) = (at + 1, true);
            }
            APOSTROPHE => is_folded = false,
            letter => is_folded &= letter == byte,
        }
    }
    ""
}

/// What a byte becomes: a letter or digit of ASCII as it is folded, or one of the three below.
static FOLDED: [u8; 256] = {
    let mut table = [WIDE; 256];
    let mut byte = 0;
    while byte < 128 {
        table[byte as usize] = match byte {
            b'0'..=b'9' | b'a'..=b'z' => byte,
            b'A'..=b'Z' => byte.to_ascii_lowercase(),
            APOSTROPHE => APOSTROPHE,
            _ => GAP,
        };
        byte += 1;
    }
    table
};
/// Another sign of ASCII.
const GAP: u8 = 0;
/// A part of a letter or sign beyond ASCII.
const WIDE: u8 = 1;
/// It ends no word, but stands in none.
const APOSTROPHE: u8 = b'\'';

/// The words of a run of letters: one, or pairs of letters where no spaces are written.
fn run_words(run: &str, found: &mut impl FnMut(&str)) {
    if run.is_ascii() && run.len() <= LONGEST {
        return found(run);
    }
    let mut rest = run;
    while let Some(first) = rest.chars().next() {
        let unspaced = is_unspaced(first);
        let length = rest.find(|char| is_unspaced(char) != unspaced).unwrap_or(rest.len());
        let (part, after) = rest.split_at(length);
        rest = after;
        match unspaced {
            true => pairs(part, found),
            false if part.chars().count() <= LONGEST => found(part),
            false => {}
        }
    }
}

/// Each letter with the one after it, and the last one alone: so each letter begins a word.
fn pairs(part: &str, found: &mut impl FnMut(&str)) {
    let mut chars = part.char_indices().map(|(at, _)| at);
    let mut start = chars.next().unwrap_or(part.len());
    for next in chars {
        let end = part[next..].chars().next().map_or(part.len(), |char| next + char.len_utf8());
        found(&part[start..end]);
        start = next;
    }
    found(&part[start..]);
}

fn is_kept(char: char) -> bool {
    char.is_ascii_alphanumeric()
        || !char.is_ascii() && (char.is_alphanumeric() || is_combining_mark(char))
}

/// `don't` is one word, and so is `l’eau`.
fn is_apostrophe(char: char) -> bool {
    matches!(char, '\'' | '’')
}

/// Adds a word without case, accents and other forms of its letters.
fn fold_into(out: &mut String, word: &str) {
    if word.is_ascii() {
        out.push_str(word);
        out.make_ascii_lowercase();
        if word.contains('\'') {
            out.retain(|char| char != '\'');
        }
        return;
    }
    let plain = word.nfkd().filter(|char| !is_accent(*char)).nfkc().collect::<String>();
    for char in plain.to_lowercase().chars().filter(|char| is_kept(*char)) {
        match char {
            'ß' => out.push_str("ss"),
            'æ' => out.push_str("ae"),
            'œ' => out.push_str("oe"),
            'ø' => out.push('o'),
            'ł' => out.push('l'),
            'đ' => out.push('d'),
            'ı' => out.push('i'),
            'ς' => out.push('σ'),
            _ => out.push(char),
        }
    }
}

/// Marks that are often left out: accents, the points of Hebrew, the vowel signs of Arabic.
/// Those of Indic scripts and of Thai are letters to their readers.
fn is_accent(char: char) -> bool {
    matches!(char, '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5c7}' | '\u{640}' | '\u{64b}'..='\u{65f}' | '\u{670}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_words(text: &str, expected: &str) {
        let mut found = Vec::new();
        words(text, |word| found.push(word.to_string()));
        assert_eq!(found.join(" "), expected);
    }

    #[test]
    fn punctuation_ends_words_and_apostrophes_do_not() {
        check_words("it's 'so' o''clock' dogs'", "its so oclock dogs");
        check_words("x’s a’b’ ‘c’ d’", "xs ab c d");
        check_words(
            "Don't re-use `api_key`: see docs.example.com/v2!",
            "dont re use api key see docs example com v2",
        );
    }

    #[test]
    fn case_and_accents_are_folded() {
        check_words(
            "Überprüfung ÉLAN naïve Straße ŁÓDŹ İstanbul",
            "uberprufung elan naive strasse lodz istanbul",
        );
        check_words("e\u{301}lan ﬁle ＡＰＩ ½", "elan file api 12");
        check_words("ΣΊΣΥΦΟΣ", "σισυφοσ");
    }

    #[test]
    fn text_without_spaces_is_cut_into_pairs() {
        check_words("日本語の API", "日本 本語 語の の api");
        check_words("データ", "デー ータ タ");
        check_words("한국어 문서", "한국어 문서");
    }

    #[test]
    fn right_to_left_text_loses_points_only() {
        check_words("שָׁלוֹם עולם", "שלום עולם");
        check_words("مُحَمَّد كتـاب", "محمد كتاب");
    }

    #[test]
    fn long_runs_are_no_words() {
        check_words(&format!("a {} b", "x".repeat(33)), "a b");
    }
}
