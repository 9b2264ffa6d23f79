//! The examples of the CommonMark specification, each as a page of one book.
//!
//! They come from the npm package `commonmark-spec`, which `scripts/test` installs. Both sides are
//! normalised as the specification's own test programme does it; what Lacuna adds around code and
//! headings is taken out first.

use std::collections::{BTreeMap, BTreeSet};

use crate::html::{Tag, other_length, tag, unescape};
use crate::support::{Sandbox, without_anchors};

/// One example of the specification.
struct Example {
    number: usize,
    markdown: String,
    html: String,
}

/// Examples that Lacuna reads otherwise, each with its reason.
const DIFFERENCES: &[(usize, &str)] = &[
    (21, "an address in raw HTML is a link of the site, too, so it is written as a valid URL"),
    (344, "an address in raw HTML is a link of the site, too, so it is written as a valid URL"),
    (
        500,
        "a colon stands in no source path, since Windows has a meaning for it: reported, and `#`",
    ),
    (602, "addresses in plain text become links, as GFM has it"),
    (606, "addresses in plain text become links, as GFM has it"),
    (608, "addresses in plain text become links, as GFM has it"),
    (611, "addresses in plain text become links, as GFM has it"),
    (612, "addresses in plain text become links, as GFM has it"),
    (631, "an address in raw HTML is a link of the site, too, so it is written as a valid URL"),
    (642, "an address in raw HTML is a link of the site, too, so it is written as a valid URL"),
    (643, "an address in raw HTML is a link of the site, too, so it is written as a valid URL"),
];

#[test]
fn all_examples_of_commonmark_give_their_html() {
    let examples = examples();
    let sandbox = book(&examples);
    sandbox.build();
    let output = sandbox.output();
    let mut failed = BTreeMap::new();
    for example in &examples {
        let page = &output[&format!("example-{}.html", example.number)];
        let (found, expected) = (tokens(&own(page)), tokens(&example.html));
        if found != expected {
            let shown =
                format!("{:?}\n  found    {found:?}\n  expected {expected:?}", example.markdown);
            failed.insert(example.number, shown);
        }
    }
    let known: BTreeSet<usize> = DIFFERENCES.iter().map(|(number, _)| *number).collect();
    let new: Vec<_> = failed.iter().filter(|(number, _)| !known.contains(number)).collect();
    let shown: String = new.iter().map(|(number, text)| format!("{number}: {text}\n")).collect();
    assert!(new.is_empty(), "{} examples give other HTML:\n{shown}", new.len());
    let passing: Vec<_> = known.iter().filter(|number| !failed.contains_key(number)).collect();
    assert!(passing.is_empty(), "these differences are gone, take them off the list: {passing:?}");
}

/// Reads the examples as the package's own `index.js` does.
fn examples() -> Vec<Example> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/node_modules/commonmark-spec/spec.txt");
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| {
        panic!("{path}: {error}; run `scripts/test`, which installs it, or `npm ci`")
    });
    let (tests, _) =
        text.split_once("<!-- END TESTS -->").expect("the specification marks the end");
    let fence = "`".repeat(32);
    let opening = format!("{fence} example\n");
    let closing = format!("{fence}\n");
    let mut examples = Vec::new();
    let mut rest = tests;
    while let Some((_, after)) = rest.split_once(&opening) {
        let (example, after) = after.split_once(&closing).expect("each example ends");
        // An example may have no Markdown, or no HTML.
        let (markdown, html) = match example.strip_prefix(".\n") {
            Some(html) => ("", html),
            None => example.split_once("\n.\n").expect("Markdown and HTML are parted by a dot"),
        };
        examples.push(Example {
            number: examples.len() + 1,
            markdown: markdown.replace('→', "\t") + "\n",
            html: html.replace('→', "\t"),
        });
        rest = after;
    }
    assert_eq!(examples.len(), 652, "version 0.31.2 has 652 examples");
    examples
}

/// One page an example. A paragraph comes first, so that no example begins with front matter or
/// with the heading that the template writes.
fn book(examples: &[Example]) -> Sandbox {
    let settings = "[output.html]\nsmart-punctuation = false\n";
    let page = |example: &Example| {
        let name = format!("content/example-{}.md", example.number);
        (name, format!("First.\n\n{}", example.markdown))
    };
    let mut files: BTreeMap<String, String> = examples.iter().map(page).collect();
    files.insert("book.toml".to_string(), settings.to_string());
    Sandbox::with_files(&files)
}

/// What the page has of the example.
fn own(page: &str) -> String {
    let (_, prose) = page.split_once("<p>First.</p>").expect("each page has its first paragraph");
    let (prose, _) = prose.rsplit_once("<footer>\n").expect("the article has a footer");
    let (prose, _) = prose.rsplit_once("<footer>").unwrap_or((prose, ""));
    let prose = prose.trim_end().strip_suffix("</div>").expect("the prose ends before the footer");
    without_anchors(prose)
}

/// A piece of HTML, normalised.
#[derive(Debug, PartialEq, Eq)]
enum Token {
    Tag(Tag),
    Text(String),
    /// A comment, a declaration and the like, as they are.
    Other(String),
}

/// Reads HTML into tokens: attributes by name, text with its references resolved and its white
/// space folded outside `<pre>`, none of it beside block tags.
fn tokens(html: &str) -> Vec<Token> {
    let mut reader = Reader { rest: html, tokens: Vec::new(), pre: false, wrapper: None };
    while reader.step() {}
    reader.fold();
    reader.tokens
}

struct Reader<'a> {
    rest: &'a str,
    tokens: Vec<Token>,
    pre: bool,
    /// The language of the code block around which Lacuna has put a `<div>`.
    wrapper: Option<String>,
}

impl Reader<'_> {
    fn step(&mut self) -> bool {
        if self.rest.is_empty() {
            return false;
        }
        if let Some(length) = other_length(self.rest) {
            let (other, rest) = self.rest.split_at(length);
            self.tokens.push(Token::Other(other.to_string()));
            self.rest = rest;
            return true;
        }
        if let Some((found, rest)) = tag(self.rest) {
            self.rest = rest;
            self.tag(found);
            return true;
        }
        let first = self.rest.chars().next().map_or(0, char::len_utf8);
        let end = self.rest[first..].find('<').map_or(self.rest.len(), |end| end + first);
        let (text, rest) = self.rest.split_at(end);
        self.text(&unescape(text));
        self.rest = rest;
        true
    }

    fn text(&mut self, text: &str) {
        match self.tokens.last_mut() {
            Some(Token::Text(last)) => last.push_str(text),
            _ => self.tokens.push(Token::Text(text.to_string())),
        }
    }

    /// Takes in a tag, without what Lacuna adds to code and headings.
    fn tag(&mut self, tag: Tag) {
        match tag {
            Tag::Start(name, attributes) => self.start(name, attributes),
            Tag::End(name) if name == "div" && self.wrapper.is_some() => self.wrapper = None,
            Tag::End(name) if name == "span" && self.pre => {}
            Tag::End(name) => {
                self.pre &= name != "pre";
                self.tokens.push(Token::Tag(Tag::End(name)));
            }
        }
    }

    fn start(&mut self, name: String, mut attributes: BTreeMap<String, String>) {
        match name.as_str() {
            "div" if attributes.get("class").is_some_and(|class| class == "code") => {
                self.wrapper = Some(attributes.remove("data-language").unwrap_or_default());
                return;
            }
            "span" if self.pre => return,
            "pre" => {
                self.pre = true;
                attributes.remove("tabindex");
            }
            "code" if self.pre => {
                if let Some(language) = self.wrapper.as_ref().filter(|name| !name.is_empty()) {
                    attributes.insert("class".to_string(), format!("language-{language}"));
                }
            }
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => drop(attributes.remove("id")),
            _ => {}
        }
        self.tokens.push(Token::Tag(Tag::Start(name, attributes)));
    }

    /// Folds white space, and takes it out beside block tags and at the ends.
    fn fold(&mut self) {
        let mut pre = false;
        let blocks: Vec<bool> = self.tokens.iter().map(is_block).collect();
        for (index, token) in self.tokens.iter_mut().enumerate() {
            match token {
                Token::Tag(Tag::Start(name, _)) if name == "pre" => pre = true,
                Token::Tag(Tag::End(name)) if name == "pre" => pre = false,
                Token::Text(text) if !pre => {
                    let after_block = index == 0 || blocks[index - 1];
                    let before_block = blocks.get(index + 1).is_none_or(|block| *block);
                    *text = fold(text, after_block, before_block);
                }
                _ => {}
            }
        }
        self.tokens.retain(|token| !matches!(token, Token::Text(text) if text.is_empty()));
    }
}

fn fold(text: &str, after_block: bool, before_block: bool) -> String {
    let mut folded = String::new();
    for char in text.chars() {
        match char.is_ascii_whitespace() {
            true if folded.ends_with(' ') => {}
            true => folded.push(' '),
            false => folded.push(char),
        }
    }
    let folded = if after_block { folded.trim_start_matches(' ') } else { &folded };
    let folded = if before_block { folded.trim_end_matches(' ') } else { folded };
    folded.to_string()
}

fn is_block(token: &Token) -> bool {
    const BLOCKS: &str = "article header aside hgroup blockquote hr iframe body li map button object \
        canvas ol caption output col p colgroup pre dd progress div section dl table td dt tbody \
        embed textarea fieldset tfoot figcaption th figure thead footer tr form ul h1 h2 h3 h4 h5 h6 \
        video script style br";
    match token {
        Token::Tag(Tag::Start(name, _) | Tag::End(name)) => {
            BLOCKS.split_whitespace().any(|block| block == name)
        }
        Token::Other(_) => true,
        Token::Text(_) => false,
    }
}
