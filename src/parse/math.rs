//! Formulas in LaTeX → MathML, which browsers draw without a script.
//!
//! What the crate writes is read again and only known elements and attributes are kept: no
//! `style`, which the content security policy refuses, and in one order, so that the same formula
//! gives the same bytes.

mod letters;

use std::ops::Range;
use std::sync::LazyLock;

use katex::{KatexContext, OutputFormat, Settings, render_to_string};
use roxmltree::{Document, Node};

use crate::base::{escape_html, one_line};

/// Longer than any formula that a person reads. With [`STACK`] it bounds how deep one can nest.
const LONGEST: usize = 4096;

/// Room for the deepest nesting that [`LONGEST`] bytes can spell, twice over.
const STACK: usize = 128 << 20;

/// Commands that load something or lead somewhere; the crate would draw their names instead.
const REACHING: &[&str] = &[
    "\\href",
    "\\url",
    "\\includegraphics",
    "\\htmlClass",
    "\\htmlId",
    "\\htmlStyle",
    "\\htmlData",
];

/// Commands that define others, by which a short formula could become an endless one.
const DEFINITIONS: &[&str] = &[
    "\\def",
    "\\gdef",
    "\\edef",
    "\\xdef",
    "\\let",
    "\\futurelet",
    "\\newcommand",
    "\\renewcommand",
    "\\providecommand",
    "\\global",
    "\\long",
];

/// MathML Core's elements, and `menclose`, which some browsers draw as well.
const ELEMENTS: &[&str] = &[
    "math",
    "menclose",
    "merror",
    "mfrac",
    "mi",
    "mmultiscripts",
    "mn",
    "mo",
    "mover",
    "mpadded",
    "mphantom",
    "mprescripts",
    "mroot",
    "mrow",
    "ms",
    "mspace",
    "msqrt",
    "mstyle",
    "msub",
    "msubsup",
    "msup",
    "mtable",
    "mtd",
    "mtext",
    "mtr",
    "munder",
    "munderover",
];

const ATTRIBUTES: &[&str] = &[
    "accent",
    "accentunder",
    "columnlines",
    "columnspacing",
    "depth",
    "display",
    "displaystyle",
    "fence",
    "height",
    "linethickness",
    "lspace",
    "mathbackground",
    "mathcolor",
    "mathsize",
    "mathvariant",
    "maxsize",
    "minsize",
    "movablelimits",
    "notation",
    "rowlines",
    "rowspacing",
    "rspace",
    "scriptlevel",
    "separator",
    "stretchy",
    "symmetric",
    "voffset",
    "width",
];

/// How a formula stands in the text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Place {
    /// Among words.
    Inline,
    /// On lines of its own.
    Block,
}

static CONTEXT: LazyLock<KatexContext> = LazyLock::new(KatexContext::default);

/// What is wrong with a formula.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// The fault, as part of a sentence.
    pub message: String,
    /// The bytes of the formula that it is about, where that is known.
    pub place: Option<Range<usize>>,
}

impl Fault {
    fn whole(message: impl Into<String>) -> Self {
        Self { message: message.into(), place: None }
    }
}

/// The MathML of a formula, or what is wrong with it.
pub(super) fn mathml(formula: &str, place: Place) -> Result<String, Fault> {
    if formula.len() > LONGEST {
        return Err(Fault::whole(format!("it is longer than {LONGEST} bytes")));
    }
    for (commands, why) in [
        (DEFINITIONS, "defines a command, which formulas can't"),
        (REACHING, "leads out of the formula, which formulas can't"),
    ] {
        if let Some((at, command)) = uses(formula, commands) {
            let message = format!("`{command}` {why}");
            return Err(Fault { message, place: Some(at..at + command.len()) });
        }
    }
    // Nesting is read by recursion: a thread's usual stack would overflow, which ends the program.
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK);
        let made = thread.spawn_scoped(scope, || render(formula, place));
        let made = made.map_err(|error| Fault::whole(error.to_string()))?;
        made.join().unwrap_or_else(|_| Err(Fault::whole("it can't be read")))
    })
}

/// The first of some commands that a formula uses, and where it stands.
fn uses(formula: &str, commands: &[&'static str]) -> Option<(usize, &'static str)> {
    commands.iter().find_map(|command| {
        let mut places = formula.match_indices(command);
        let whole = |(at, _): &(usize, &str)| {
            let next = formula[at + command.len()..].chars().next();
            next.is_none_or(|next| !next.is_ascii_alphabetic())
        };
        places.find(whole).map(|(at, _)| (at, *command))
    })
}

fn render(formula: &str, place: Place) -> Result<String, Fault> {
    let settings = Settings::builder()
        .display_mode(place == Place::Block)
        .output(OutputFormat::Mathml)
        .build();
    let made = render_to_string(&CONTEXT, formula, &settings).map_err(|error| {
        let start = error.position().filter(|start| *start < formula.len());
        // A command takes the space behind it along.
        let place = start.map(|start| {
            let end = start + error.length().unwrap_or(1).max(1);
            let written = formula.get(start..end).map_or("", str::trim_end);
            start..start + written.len().max(1)
        });
        Fault { message: sentence(&error.kind.to_string()), place }
    })?;
    let document = Document::parse(&made).map_err(|_| Fault::whole("it can't be written"))?;
    let mut out = String::new();
    write(document.root_element(), &[], &mut out);
    Ok(out)
}

/// A message on one line that begins in lower case, unless it begins with a name.
fn sentence(message: &str) -> String {
    let message = one_line(message);
    let mut chars = message.chars();
    match chars.next() {
        Some(first) if first.is_ascii_uppercase() => {
            format!("{}{}", first.to_ascii_lowercase(), chars.as_str())
        }
        _ => message,
    }
}

/// Writes what is known, and the content of what isn't; a copy of the source is left out.
fn write(node: Node, columns: &[&str], out: &mut String) {
    let name = node.tag_name().name();
    if name == "annotation" {
        return;
    }
    if node.is_text() {
        let text = node.text().unwrap_or_default();
        let variant = node.parent().and_then(|parent| parent.attribute("mathvariant"));
        let letters = variant.and_then(|variant| letters::in_alphabet(text, variant));
        return out.push_str(&escape_html(letters.as_deref().unwrap_or(text)));
    }
    let known = ELEMENTS.contains(&name);
    let name = if name == "mtext" { text_element(node) } else { name };
    if known {
        out.push_str(&format!("<{name}"));
        if name == "mi" && node.has_tag_name("mtext") && !node.has_attribute("mathvariant") {
            // A single letter would stand in italics.
            out.push_str(" mathvariant=\"normal\"");
        }
        for attribute in ATTRIBUTES {
            if let Some(value) = node.attribute(*attribute) {
                out.push_str(&format!(" {attribute}=\"{}\"", escape_html(value)));
            }
        }
        out.push_str(alignment(node, columns));
        out.push('>');
    }
    let own: Vec<&str> = node.attribute("columnalign").unwrap_or_default().split(' ').collect();
    let columns = if name == "mtable" { &own } else { columns };
    node.children().for_each(|child| write(child, columns, out));
    if known {
        out.push_str(&format!("</{name}>"));
    }
}

/// MathML Core counts `mtext` as space, so that operators beside it would lose theirs.
fn text_element(node: Node) -> &'static str {
    let has_words = |text: &str| text.chars().any(char::is_alphanumeric);
    if node.text().is_some_and(has_words) { "mi" } else { "mtext" }
}

/// How a cell stands in its column: MathML Core leaves that to style sheets.
fn alignment(node: Node, columns: &[&str]) -> &'static str {
    if node.tag_name().name() != "mtd" {
        return "";
    }
    let column = node.prev_siblings().skip(1).filter(Node::is_element).count();
    match columns.get(column).or(columns.last()) {
        Some(&"left") => " class=\"align-left\"",
        Some(&"right") => " class=\"align-right\"",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(formula: &str, mathml: &str) {
        assert_eq!(super::mathml(formula, Place::Inline).as_deref(), Ok(mathml), "{formula}");
    }

    #[test]
    fn a_formula_becomes_mathml_in_one_order() {
        check("a^2", "<math><mrow><msup><mi>a</mi><mn>2</mn></msup></mrow></math>");
        let block = mathml("x", Place::Block).unwrap();
        assert_eq!(block, "<math display=\"block\"><mrow><mi>x</mi></mrow></math>");
    }

    #[test]
    fn words_have_the_space_of_operators_around_them() {
        check(
            "\\text{up} + \\text{a}",
            "<math><mrow><mi mathvariant=\"normal\">up</mi><mo>+</mo>\
             <mi mathvariant=\"normal\">a</mi></mrow></math>",
        );
    }

    #[test]
    fn nothing_of_a_formula_is_markup() {
        check(
            "\\operatorname{<b>}",
            "<math><mrow><mi mathvariant=\"normal\">&lt;b&gt;</mi><mo>\u{2061}</mo></mrow></math>",
        );
        for formula in [
            "\\text{<script>alert(1)</script>}",
            "\\href{javascript:alert(1)}{x}",
            "\\htmlStyle{color:red}{x}",
            "\\fcolorbox{red}{blue}{x}",
            "\\includegraphics{https://example.org/x.png}",
            "\\color{red\" onclick=\"alert(1)}x",
            "\\url{https://example.org}",
        ] {
            let made = mathml(formula, Place::Block).unwrap_or_default();
            for evil in ["<script", " style=", "href=", "onclick=\"", "<img", "src="] {
                assert!(!made.contains(evil), "{formula}: {made}");
            }
        }
    }

    #[test]
    fn a_fault_is_told_in_one_line() {
        check("\\delta", "<math><mrow><mi>δ</mi></mrow></math>");
        let check = |formula: &str, message: &str, place: Option<Range<usize>>| {
            let fault = mathml(formula, Place::Inline).unwrap_err();
            assert_eq!((fault.message.as_str(), fault.place), (message, place), "{formula}");
        };
        check("\\frac{1}{", "unexpected end of input in a macro argument, expected '}'", None);
        check("x + \\unknown y", "undefined control sequence: \\unknown", Some(4..12));
        let message = "`\\def` defines a command, which formulas can't";
        check("\\def\\a{\\a\\a}\\a", message, Some(0..4));
        let message = "`\\href` leads out of the formula, which formulas can't";
        check("x \\href{https://a.example}{y}", message, Some(2..7));
    }

    #[test]
    fn the_deepest_nesting_is_read_or_refused() {
        for (open, close) in
            [("{", "}"), ("\\sqrt{", "}"), ("x^{", "}"), ("\\left(", "\\right)"), ("\\text{", "}")]
        {
            let depth = LONGEST / (open.len() + close.len()) - 1;
            let formula = open.repeat(depth) + "x" + &close.repeat(depth);
            drop(mathml(&formula, Place::Inline));
            let fault = mathml(&open.repeat(LONGEST), Place::Inline).unwrap_err();
            assert!(!fault.message.is_empty());
        }
    }
}
