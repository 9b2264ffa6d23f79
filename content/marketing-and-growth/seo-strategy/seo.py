"""Checks a page of the public site, its sitemap and its robots.txt by the rules in rules.csv.

    python3 seo.py samples/pricing.html https://www.harbourline.example/pricing/
"""

import json
import re
import sys
import xml.etree.ElementTree as ElementTree
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin, urlsplit
from urllib.robotparser import RobotFileParser

sys.dont_write_bytecode = True  # Everything in this folder is published.
HERE = Path(__file__).resolve().parent
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
EMPTY_WORDS = {"here", "click here", "more", "read more", "link", "this page"}


class Page(HTMLParser):
    """What the rules look at, taken out of the HTML."""

    def __init__(self, html):
        super().__init__()
        self.title, self.language, self.h1, self.words = "", "", 0, 0
        self.metas, self.canonicals, self.alternates, self.images, self.links, self.data = {}, [], {}, [], [], []
        self._open, self._text = [], ""
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        if tag == "html":
            self.language = values.get("lang", "")
        elif tag == "meta" and "name" in values:
            self.metas[values["name"]] = values.get("content", "")
        elif tag == "link" and values.get("rel") == "canonical":
            self.canonicals.append(values.get("href", ""))
        elif tag == "link" and values.get("rel") == "alternate" and "hreflang" in values:
            self.alternates[values["hreflang"]] = values.get("href", "")
        elif tag == "img":
            self.images.append(values)
        elif tag == "h1":
            self.h1 += 1
        if tag in ("title", "main", "a", "script"):
            self._open.append((tag, values))
            self._text = "" if tag != "main" else self._text

    def handle_endtag(self, tag):
        if not self._open or self._open[-1][0] != tag:
            return
        _, values = self._open.pop()
        if tag == "title":
            self.title = self._text.strip()
        elif tag == "a":
            self.links.append((values.get("href", ""), " ".join(self._text.split())))
        elif tag == "script" and values.get("type") == "application/ld+json":
            self.data.append(self._text)

    def handle_data(self, data):
        self._text += data
        names = [tag for tag, _ in self._open]
        if "main" in names and "script" not in names:
            self.words += len(data.split())


# ANCHOR: faults
def faults(html, url, site=None, others=()):
    """The ids of the rules that a page breaks, with what was seen. `site` are the addresses that exist, `others` are
    the pages that were read before: their titles, descriptions and alternates must fit this one."""
    page, found = Page(html), []

    def check(rule, holds, seen=""):
        if not holds:
            found.append(f"{rule}: {seen}".rstrip(": "))

    description = page.metas.get("description", "")
    check("title", 15 <= len(page.title) <= 60, f"{len(page.title)} characters")
    check("title", page.title not in [other.title for other in others], "used by another page")
    check("description", 70 <= len(description) <= 160, f"{len(description)} characters")
    check("description", description not in [other.metas.get("description") for other in others],
          "used by another page")
    check("heading", page.h1 == 1, f"{page.h1} h1")
    check("language", page.language in shipped(), page.language or "none")
    check("canonical", page.canonicals == [url] and url.startswith("https://"), " ".join(page.canonicals) or "none")
    check("index", not re.search("noindex|nofollow|none", page.metas.get("robots", "")), page.metas.get("robots", ""))
    if page.alternates:
        check("alternates", page.alternates.get(page.language) == url, "doesn't name itself")
        check("alternates", "x-default" in page.alternates, "no x-default")
        for other in others:
            if other.canonicals and other.canonicals[0] in page.alternates.values():
                check("alternates", other.alternates == page.alternates, f"{other.canonicals[0]} differs")
    for image in page.images:
        check("images", all(name in image for name in ("alt", "width", "height")), image.get("src", ""))
    for target, text in page.links:
        whole = urljoin(url, target).split("#")[0]
        inside = urlsplit(whole).netloc == urlsplit(url).netloc
        check("links", site is None or not inside or whole in site, target)
        check("links", text.lower() not in EMPTY_WORDS and text, f"{target}: says \"{text}\"")
    check("words", page.words >= 150, f"{page.words} words")
    return found + data_faults(page, url)


def data_faults(page, url):
    """Structured data that isn't JSON, or says other than the page."""
    try:
        things = [thing for text in page.data for thing in json.loads(text).get("@graph", [json.loads(text)])]
    except (ValueError, AttributeError) as error:
        return [f"data: {error}"]
    pages = [thing for thing in things if thing.get("@type") in ("WebPage", "Article", "TechArticle")]
    if len(pages) != 1:
        return [f"data: {len(pages)} pages described"]
    found = [] if pages[0].get("url") == url else [f"data: url is {pages[0].get('url')}"]
    name = pages[0].get("name") or pages[0].get("headline")
    found += [] if name == page.title else [f"data: name is {name}"]
    crumbs = [item.get("position") for item in pages[0].get("breadcrumb", {}).get("itemListElement", [])]
    return found + ([] if crumbs == list(range(1, len(crumbs) + 1)) else [f"data: breadcrumb {crumbs}"])
# ANCHOR_END: faults


def shipped():
    lines = (HERE.parents[1] / "advanced-features/internationalization/locales.csv").read_text(encoding="utf-8")
    rows = [line.split(",") for line in lines.splitlines()[1:]]
    return {row[0] for row in rows if row[2] == "yes"}


# ANCHOR: sitemap
def sitemap_faults(xml, robots, today):
    """What is wrong with a sitemap, alone and against robots.txt."""
    found, seen = [], set()
    rules = RobotFileParser()
    rules.parse(robots.splitlines())
    if not rules.site_maps():
        found.append("robots.txt names no sitemap")
    root = ElementTree.fromstring(xml)
    if root.tag != f"{SITEMAP}urlset":
        return [f"root is {root.tag}"]
    for entry in root:
        address, changed = entry.findtext(f"{SITEMAP}loc", ""), entry.findtext(f"{SITEMAP}lastmod", "")
        if address in seen:
            found.append(f"{address}: twice")
        seen.add(address)
        if not re.fullmatch(r"https://[^?#]+", address):
            found.append(f"{address}: no plain https address")
        if not rules.can_fetch("*", address):
            found.append(f"{address}: forbidden by robots.txt")
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", changed) or date.fromisoformat(changed) > today:
            found.append(f"{address}: lastmod {changed or 'missing'}")
    if len(seen) > 50_000:
        found.append(f"{len(seen)} addresses: split it")
    return found
# ANCHOR_END: sitemap


def main(arguments):
    path, url = arguments
    found = faults(Path(path).read_text(encoding="utf-8"), url)
    print("\n".join(found) or "no fault")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
