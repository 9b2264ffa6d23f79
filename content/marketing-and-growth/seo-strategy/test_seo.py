"""Each rule finds its fault in a page that was right, and the samples are held to the registers."""

import csv
import json
import sys
import unittest
from datetime import date
from pathlib import Path

sys.dont_write_bytecode = True

from seo import Page, data_faults, faults, sitemap_faults

HERE = Path(__file__).resolve().parent
HTML = (HERE / "samples/pricing.html").read_text(encoding="utf-8")
URL = "https://www.harbourline.example/pricing/"
XML = (HERE / "sitemap.xml").read_text(encoding="utf-8")
ROBOTS = (HERE / "robots.txt").read_text(encoding="utf-8")
TODAY = date(2026, 11, 25)


def rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def changed(old, new):
    if HTML.count(old) < 1:
        raise AssertionError(f"{old} isn't in the sample")
    return HTML.replace(old, new, 1)


class Rules(unittest.TestCase):
    def check(self, expected, html, **more):
        self.assertEqual(faults(html, URL, **more), expected)

    def test_the_sample_has_no_fault_and_each_rule_of_the_table_is_tried(self):
        self.check([], HTML)
        tried = Path(__file__).read_text(encoding="utf-8")
        for row in rows(HERE / "rules.csv"):
            self.assertIn(f'"{row["id"]}: ', tried, row["id"])

    def test_title_and_description(self):
        title, text = "Prices of the client portal – Harbourline", Page(HTML).metas["description"]
        for length in (15, 60):
            html = HTML.replace(title, "x" * length)
            self.check([], html)
        for length in (14, 61):
            self.check([f"title: {length} characters"], HTML.replace(title, "x" * length))
        for length in (70, 160):
            self.check([], changed(text, "y" * length))
        for length in (0, 69, 161):
            self.check([f"description: {length} characters"], changed(text, "y" * length))
        self.check(["title: used by another page", "description: used by another page"], HTML, others=[Page(HTML)])

    def test_heading_language_and_index(self):
        self.check(["heading: 2 h1"], changed("<h2>Plans</h2>", "<h1>Plans</h1>"))
        self.check(["heading: 0 h1"], changed("<h1>Prices of the client portal</h1>", ""))
        self.check(["language: pl", "alternates: doesn't name itself"], changed('lang="en-IE"', 'lang="pl"'))
        self.check(["index: noindex"], changed("<title>", '<meta name="robots" content="noindex"><title>'))
        self.check([], changed("<title>", '<meta name="robots" content="max-snippet:-1"><title>'))

    def test_canonical_and_alternates(self):
        link = f'<link rel="canonical" href="{URL}">'
        self.check(["canonical: none"], changed(link, ""))
        self.check([f"canonical: {URL} {URL}"], changed(link, link * 2))
        self.check(["canonical: /pricing/"], changed(link, '<link rel="canonical" href="/pricing/">'))
        self.check(["alternates: no x-default"], changed('hreflang="x-default"', 'hreflang="fr-CH"'))
        german = HTML.replace('<html lang="en-IE"', '<html lang="de"').replace(link, link.replace("/pricing", "/de/pricing"))
        german = german.replace("Prices of", "Preise von").replace("What the client", "Was das Portal")
        self.check([], HTML, others=[Page(german)])
        one_sided = Page(german.replace('hreflang="fr"', 'hreflang="it"'))
        self.check(["alternates: https://www.harbourline.example/de/pricing/ differs"], HTML, others=[one_sided])

    def test_images_links_and_words(self):
        for name in ('alt="The page Usage: calls of this month against the plan"', 'width="640"', 'height="360"'):
            self.check(["images: /img/usage.png"], changed(name, ""))
        site = {URL, "https://www.harbourline.example/", "https://www.harbourline.example/security/"}
        self.check([], HTML, site=site)
        self.check(["links: /security/"] * 2, HTML, site=site - {"https://www.harbourline.example/security/"})
        self.check([], changed('href="/security/">Sec', 'href="https://elsewhere.example/">Sec'), site=site)
        self.check(['links: /security/: says "here"'], changed(">Security<", "> here <"))
        self.check(['links: /security/: says ""'], changed(">Security<", "><"))
        start, end = HTML.index("<h2>What happens"), HTML.index("<img")
        self.check([f"words: {Page(HTML[:start] + HTML[end:]).words} words"], HTML[:start] + HTML[end:])

    def test_structured_data(self):
        self.assertEqual(faults(changed('"@graph": [', '"@graph": ['), URL), [])
        broken = faults(changed('"@context": "https://schema.org",', '"@context": "https://schema.org"'), URL)
        self.assertEqual([text[:6] for text in broken], ["data: "])
        self.check(["data: url is https://www.harbourline.example/"],
                   changed(f'"url": "{URL}", "name"', '"url": "https://www.harbourline.example/", "name"'))
        self.check(["data: name is Other"], changed('"name": "Prices of the client portal – Harbourline"', '"name": "Other"'))
        self.check(["data: breadcrumb [1, 3]"], changed('"position": 2', '"position": 3'))
        self.check(["data: 0 pages described"], changed('"@type": "WebPage"', '"@type": "Thing"'))
        self.assertEqual(data_faults(Page("<html></html>"), URL), ["data: 0 pages described"])


class Samples(unittest.TestCase):
    def test_prices_in_the_structured_data_are_those_of_the_plans(self):
        things = json.loads(Page(HTML).data[0])["@graph"]
        offers = next(thing["offers"] for thing in things if thing["@type"] == "SoftwareApplication")
        plans = rows(HERE.parents[1] / "reference/plans.csv")
        self.assertEqual([(offer["name"], offer["price"]) for offer in offers],
                         [(plan["id"], f"{int(plan['price_minor']) / 100:.2f}") for plan in plans])

    def test_the_map_the_sitemap_and_the_readers_agree(self):
        pages = rows(HERE / "content-map.csv")
        for row in pages:
            self.assertIn(f"<loc>https://www.harbourline.example{row['page']}</loc>", XML)
        self.assertEqual(len(pages), XML.count("<url>"))
        questions = [row["question"] for row in pages]
        self.assertEqual(len(questions), len(set(questions)))
        readers = {row["id"] for row in rows(HERE.parent / "content-strategy/audiences.csv")}
        self.assertLessEqual({row["reader"] for row in pages}, readers)


class Sitemap(unittest.TestCase):
    def check(self, expected, xml=XML, robots=ROBOTS):
        self.assertEqual(sitemap_faults(xml, robots, TODAY), expected)

    def test_the_sample_has_no_fault(self):
        self.check([])

    def test_each_fault_is_found(self):
        home, pricing = "https://www.harbourline.example/", "https://www.harbourline.example/pricing/"
        self.check([f"{pricing}: forbidden by robots.txt"], robots=ROBOTS.replace("/search", "/pricing/"))
        self.check(["robots.txt names no sitemap"], robots=ROBOTS.replace("Sitemap:", "#"))
        self.check([f"{home}: twice"], XML.replace(f"<loc>{pricing}<", f"<loc>{home}<"))
        for wrong in (pricing.replace("https", "http"), pricing + "?a=b", pricing + "#plans"):
            self.check([f"{wrong}: no plain https address"], XML.replace(f"<loc>{pricing}<", f"<loc>{wrong}<"))
        self.check([], XML.replace("2026-11-10", "2026-11-25"))
        self.check([f"{home}: lastmod 2026-11-26"], XML.replace("2026-11-10", "2026-11-26"))
        self.check([f"{home}: lastmod missing"], XML.replace("<lastmod>2026-11-10</lastmod>", ""))
        self.check(["root is urlset"], XML.replace(' xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"', ""))


if __name__ == "__main__":
    unittest.main()
