"""Checks what can be checked of a page for small screens without a browser: HTML, its style sheet, its manifest.

    python3 check_page.py sample.html sample.css portal.webmanifest
"""
import csv
import json
import re
import sys
from html.parser import HTMLParser
from pathlib import Path

HERE = Path(__file__).parent
TYPED = {"text", "email", "password", "search", "tel", "url", "number", "date"}


def table(name, key, value):
    with open(HERE / name, encoding="utf-8", newline="") as file:
        return {row[key]: float(row[value]) for row in csv.DictReader(file)}


BUDGET = table("budget.csv", "measure", "limit")
BREAKPOINTS = set(table("breakpoints.csv", "name", "from_px").values()) - {0}


# ANCHOR: html
class Page(HTMLParser):
    """Collects findings about the markup."""

    def __init__(self):
        super().__init__()
        self.found, self.viewport, self.labels, self.fields, self.scrolls = [], None, set(), [], []

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        check = getattr(self, f"check_{tag}", None)
        if check:
            check(given)
        if "style" in given:
            self.found.append(f"<{tag}> has a style of its own, which the content security policy refuses")

    def handle_endtag(self, tag):
        if tag == "div" and self.scrolls:
            self.scrolls.pop()

    def check_div(self, given):
        named = given.get("tabindex") == "0" and given.get("role") == "region" and given.get("aria-label")
        self.scrolls.append("scroll" in (given.get("class") or "").split() and bool(named))

    def check_table(self, _given):
        if not any(self.scrolls):
            self.found.append("a table stands outside a named frame that scrolls and takes the focus")

    def check_html(self, given):
        if not given.get("lang"):
            self.found.append("<html> has no lang")

    def check_meta(self, given):
        if given.get("name") == "viewport":
            self.viewport = {part.strip().partition("=")[0]: part.partition("=")[2].strip() for part in given["content"].split(",")}

    def check_label(self, given):
        self.labels.add(given.get("for"))

    def check_input(self, given):
        kind = given.get("type", "text")
        if kind in TYPED:
            self.fields.append(given.get("id"))
            if "autocomplete" not in given:
                self.found.append(f"the field {given.get('id')} has no autocomplete")
            if kind == "number":
                self.found.append(f"the field {given.get('id')}: use inputmode=numeric, not type=number, for what isn't a quantity")

    def check_img(self, given):
        if not (given.get("width") and given.get("height")):
            self.found.append(f"{given.get('src')} has no width and height, so the page jumps when it arrives")
        if "alt" not in given:
            self.found.append(f"{given.get('src')} has no alt")

    def finish(self):
        viewport = self.viewport or {}
        if viewport.get("width") != "device-width":
            self.found.append("the viewport isn't width=device-width")
        if viewport.get("user-scalable") in ("no", "0") or float(viewport.get("maximum-scale", 5)) < 2:
            self.found.append("the viewport forbids zoom (WCAG 2.2, 1.4.4)")
        self.found += [f"the field {field} has no label" for field in self.fields if field not in self.labels]
        return self.found
# ANCHOR_END: html


# ANCHOR: css
def css_findings(text):
    """What is wrong with a style sheet. It must be one of ours: flat rules, and media queries around them."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    for feature, size, unit in re.findall(r"\((min|max)-width:\s*([\d.]+)(px|r?em)\)", text):
        pixels = float(size) * (1 if unit == "px" else 16)
        if feature == "max" or pixels not in BREAKPOINTS:
            yield f"{feature}-width: {size}{unit} is none of our breakpoints, or goes from wide to narrow"
    rules = [(selectors.strip(), body) for selectors, body in re.findall(r"([^{}]+)\{([^{}]*)\}", text)]
    for name in ("a", "button", "summary", "input", "select", "textarea"):
        if largest(rules, name, "min-block-size") < BUDGET["target_px"]:
            yield f"{name} can be lower than {BUDGET['target_px']:g} pixels"
    for name in ("input", "select", "textarea"):
        if largest(rules, name, "font-size") < BUDGET["text_px"]:
            yield f"the text of {name} can be smaller than {BUDGET['text_px']:g} pixels, and phones zoom in on it"
    for selectors, body in rules:
        for side in re.findall(r"(?:margin|padding|border)-(?:left|right)\b|(?<![-\w])(?:left|right|float)\s*:", body):
            yield f"{selectors}: {side.strip(': ')} doesn't turn for right-to-left"
        for width in re.findall(r"(?<![-\w])(?:min-)?(?:width|inline-size):\s*([\d.]+)px", body):
            if float(width) > 320:
                yield f"{selectors}: a width of {width}px doesn't fit 320 pixels (WCAG 2.2, 1.4.10)"
    for wanted in ("prefers-reduced-motion", "safe-area-inset"):
        if wanted not in text:
            yield f"nothing is said about {wanted}"


def largest(rules, name, declaration):
    """The value that the rules for an element give, in pixels; 0 if none does."""
    found = [0.0]
    for selectors, body in rules:
        if name in [selector.strip() for selector in selectors.split(",")]:
            for size, unit in re.findall(rf"(?<![-\w]){declaration}:\s*([\d.]+)(px|r?em)", body):
                found.append(float(size) * (1 if unit == "px" else 16))
    return found[-1]
# ANCHOR_END: css


def manifest_findings(text):
    manifest = json.loads(text)
    for key in ("name", "short_name", "start_url", "lang", "icons"):
        if not manifest.get(key):
            yield f"the manifest has no {key}"
    if manifest.get("display") != "browser":
        yield "the manifest hides the address: people must see which site asks for their password"
    sizes = {icon["sizes"] for icon in manifest.get("icons", [])}
    if not {"192x192", "512x512"} <= sizes:
        yield "the manifest lacks an icon of 192 or 512 pixels"


def check(html, css, manifest):
    page = Page()
    page.feed(html)
    return [*page.finish(), *css_findings(css), *manifest_findings(manifest)]


if __name__ == "__main__":
    findings = check(*(Path(name).read_text(encoding="utf-8") for name in sys.argv[1:4]))
    print("\n".join([*findings, f"{len(findings)} findings"]))
    sys.exit(1 if findings else 0)
