"""Each reference of a page was read: its row in docs/references/AREA.csv says where, and what stands there.

A citation is a document or a section by number: "RFC 6238, section 5.2", "GDPR, article 33(1)", "A.8.15". Those of the
section "References" must each lie inside the words of a row; those of the running text and of the front matter need a
row with the same number.
"""

import datetime
import re
import unittest
from urllib.parse import urlsplit

from tools import ROOT, load_csv

REGISTERS = ROOT / "docs/references"
COLUMNS = ["page", "reference", "says", "source", "checked"]

DOCUMENT = (r"\b(?:RFC|ISO|FIPS|ITU-T|CWE|PEP|UTS|EN|WCAG|ASVS|NIST SP|S\.I\.|Directives?|Regulations?|Decisions?)"
            r"(?:/IEC|/IEEE|/EC)*[ -](?:\(E[^)]*\) |Recommendation |No )?[A-Z.]*\d(?:[\w./:-]*\w)?")
PART = r"\b(?:[Ss]ections?|[Aa]rticles?|arts?\.) (?:\d[\d.]*\d|\d)[a-z]?(?:\(\w+\))*"
# Further parts after a comma or "and": "A.8.15", "25(1)", "PW.8.2", "AC-2".
FURTHER = r"(?<![\w.])(?<!OAuth )(?<!TLS )(?:A\.|[A-Z]{2}\.)?\d+(?:\.\d+)+\b|(?<![\w.(])\d+(?:\(\w+\))+|\b(?:AC|AU|CP|IR|SEC)-\d+"


def plain(markdown):
    """The words of a page as people read them, on one line: no code, comments, directives, addresses or emphasis."""
    text = re.sub(r"^( *)(`{3,})[^\n]*\n.*?^\1\2 *$|<!--.*?-->", " ", markdown, flags=re.S | re.M)
    text = re.sub(r"\{\{#.*?\}\}", " ", text)
    text = re.sub(r"\]\([^)]*\)", "]", text)
    return " ".join(re.sub(r"[*`\[\]]", "", text).split())


def split(page):
    """A page as its front matter, its running text, and the items of its section "References"."""
    front, text = re.fullmatch(r"(?:---\n(.*?)\n---\n)?(.*)", page, re.S).groups()
    before, _, after = text.partition("\n## References\n")
    section, heading, rest = re.match(r"(.*?)(\n## |\Z)(.*)", after, re.S).groups()
    items = re.split(r"^[-*] ", section, flags=re.M)[1:]
    # Indented lines are samples of what people write elsewhere.
    running = re.sub(r"^ {4}.*$", "", before + heading + rest, flags=re.M)
    return front or "", plain(running), [plain(item) for item in items]


def number(citation):
    """What two ways to cite one place share: "articles 12(3)" and "art. 12(3)" the "12(3)", "API9" stays whole."""
    return re.search(r"(?:P[OSW]\.|RV\.|API)?\d[\w./()-]*", citation)[0]


def known(place, references):
    """Whether a row names the place, or a part of it: "28(3)" stands for "28", too."""
    named = re.compile(rf"(?<![\w.])(?:A\.|V)?{re.escape(place)}(?!\w|-\d)")
    return any(named.search(reference) for reference in references)


def controls(front):
    block = re.search(r"^controls:\n((?:  - .+\n?)*)", front, re.M)
    return re.findall(r"- (.+)", block[1]) if block else []


def spans(reference, text):
    return [(found.start(), found.end()) for found in re.finditer(re.escape(reference), text)]


def item_faults(item, references):
    covered = [span for reference in references for span in spans(reference, item)]
    if not covered:
        yield f"no row: {item}"
        return
    for found in re.finditer(f"{DOCUMENT}|{PART}|{FURTHER}", item):
        if not any(start < found.end() and found.start() < end for start, end in covered):
            yield f"no row: {found[0]!r} in {item}"


def running_faults(text, references):
    for found in re.finditer(f"{DOCUMENT}|{PART}", text):
        if not known(number(found[0]), references):
            yield f"no row: {found[0]!r} in the running text"


def control_faults(front, references):
    for control in controls(front):
        if not known(number(control.rpartition(" ")[2]), references):
            yield f"no row: {control!r} in the front matter"


def row_faults(row, words, newest):
    if plain(row["reference"]) not in words:
        yield f"no longer on its page: {row['reference']!r}"
    if not row["says"].strip():
        yield f"doesn't say what stands there: {row['reference']!r}"
    address = urlsplit(row["source"])
    if address.scheme != "https" or "." not in address.netloc or " " in row["source"]:
        yield f"no public address: {row['source']!r}"
    try:
        if datetime.date.fromisoformat(row["checked"]) > newest:
            yield f"read after the newest request of a review: {row['checked']!r}"
    except ValueError:
        yield f"no day: {row['checked']!r}"


def page_faults(page, rows, newest, beside=()):
    """What is missing in the rows of a page. Texts beside it, such as runbooks and contracts, count as running text."""
    front, running, items = split(page)
    for other in beside:
        running = " ".join([running, split(other)[1], *split(other)[2]])
    references = [plain(row["reference"]) for row in rows]
    if len(set(references)) < len(references):
        yield f"two rows for one reference: {sorted(r for r in set(references) if references.count(r) > 1)}"
    for row in rows:
        yield from row_faults(row, " ".join([*controls(front), running, *items]), newest)
    for item in items:
        yield from item_faults(item, references)
    yield from running_faults(running, references)
    yield from control_faults(front, references)


def newest_request():
    """Days are held to the requests of reviews, not to a clock: the same tree gives the same answer for ever."""
    days = (re.findall(r"^  on: (\S+)$", path.read_text(encoding="utf-8"), re.M)
            for path in ROOT.glob("content/*/*/index.reviews.yaml"))
    return datetime.date.fromisoformat(max(day for page in days for day in page))


def register_faults(areas, registers):
    yield from (f"no register: docs/references/{area}.csv" for area in sorted(areas - registers))
    yield from (f"a register without an area: docs/references/{area}.csv" for area in sorted(registers - areas))


PAGES = {(path.parts[-3], path.parts[-2]): path for path in sorted((ROOT / "content").glob("*/*/index.md"))}


class References(unittest.TestCase):
    def test_each_area_has_a_register(self):
        faults = register_faults({area for area, _ in PAGES}, {path.stem for path in REGISTERS.glob("*.csv")})
        self.assertFalse(list(faults))

    def test_each_reference_has_a_row_and_each_row_its_reference(self):
        newest = newest_request()
        for register in sorted(REGISTERS.glob("*.csv")):
            rows = load_csv(register)
            self.assertEqual(list(rows[0]), COLUMNS, register.name)
            gaps = [gap for area, gap in PAGES if area == register.stem]
            self.assertLessEqual({row["page"] for row in rows}, set(gaps), register.name)
            for gap in gaps:
                with self.subTest(area=register.stem, gap=gap):
                    own = [row for row in rows if row["page"] == gap]
                    path = PAGES[register.stem, gap]
                    beside = [other.read_text(encoding="utf-8") for other in path.parent.glob("*.md") if other != path]
                    faults = list(page_faults(path.read_text(encoding="utf-8"), own, newest, beside))
                    self.assertFalse(faults, "\n" + "\n".join(faults))

    def test_the_rfcs_that_pages_rest_on_are_those_of_the_register_of_standards(self):
        cited = {number for register in REGISTERS.glob("*.csv") for row in load_csv(register)
                 for number in re.findall(r"RFC (\d+)", row["reference"])}
        followed = {row["id"] for row in load_csv(ROOT / "content/reference/standards.csv")}
        self.assertEqual({f"rfc-{number}" for number in cited}, {name for name in followed if name.startswith("rfc-")})


PAGE = """---
controls:
  - OWASP ASVS 5.0 6.2.1
tags: [x]
---
# Page

As RFC 6238 wants (GDPR art. 33(1)); a wish of RFC 8259's. `RFC 1`

    RFC 2: a sample

## References

- RFC 6238, section 5.2: a code counts once; RFC 8259.
- OWASP ASVS 5.0: 6.2.1 (length), 6.3.8 (no *enumeration*).
- GDPR, articles 32(1) and 33(1).

## Related gaps
"""
NEWEST = datetime.date(2026, 11, 26)


def row(reference, **changed):
    return {"page": "page", "reference": reference, "says": "what it says", "source": "https://www.rfc-editor.org/rfc/rfc1",
            "checked": "2026-11-26", **changed}


ROWS = [row("RFC 6238, section 5.2"), row("RFC 8259"), row("OWASP ASVS 5.0: 6.2.1 (length)"), row("6.3.8 (no *enumeration*)"),
        row("articles 32(1) and 33(1)")]


class PlantedFaults(unittest.TestCase):
    def check(self, said, page=PAGE, rows=ROWS, beside=()):
        faults = list(page_faults(page, rows, NEWEST, beside))
        self.assertEqual(len(faults), len(said), faults)
        for fault, words in zip(faults, said):
            self.assertIn(words, fault)

    def check_row(self, said, **changed):
        self.check([said], rows=[row("RFC 6238, section 5.2", **changed), *ROWS[1:]])

    def test_a_page_whose_references_all_have_rows_passes(self):
        self.check([])

    def test_an_item_without_a_row_is_told(self):
        self.check(["no row: ISO 4217"], PAGE.replace("\n\n## Related", "\n- ISO 4217\n\n## Related"))
        self.check(["no row: Prometheus"], PAGE.replace("\n\n## Related", "\n- Prometheus manual\n\n## Related"))

    def test_a_further_citation_in_an_item_is_told(self):
        self.check(["'RFC 8996'"], PAGE.replace("RFC 8259.\n", "RFC 8259, RFC 8996.\n"))
        self.check(["'6.3.9'"], PAGE.replace("6.3.8 (no", "6.3.9 (more), 6.3.8 (no"))
        self.check(["'A.8.15'"], PAGE.replace("and 33(1).", "and 33(1); A.8.15."))
        self.check(["'PW.8.2'"], PAGE.replace("and 33(1).", "and 33(1), PW.8.2."))
        self.check(["'34(2)'"], PAGE.replace("and 33(1).", "and 33(1); 34(2)."))
        self.check(["'section 7'"], PAGE.replace("counts once", "counts once, and section 7"))

    def test_a_citation_of_the_text_alone_is_told(self):
        for words in ("RFC 6239", "ISO/IEC 27002:2022", "NIST SP 800-53", "FIPS 203", "CWE-639", "article 34",
                      "art. 33(2)", "section 285", "Regulation (EU) 2023/2854", "Directive 2002/58/EC", "S.I. 580/2012",
                      "WCAG 2.2", "ASVS 6.2.2"):
            with self.subTest(words):
                self.check([repr(words)], PAGE.replace("`RFC 1`", words + "."))

    def test_a_citation_beside_the_page_is_told(self):
        self.check([], beside=["As RFC 6238 wants."])
        self.check(["'article 31(1)'"], beside=["As RFC 6238 wants.", "# A runbook\n\n## References\n\n- article 31(1)\n"])

    def test_a_control_of_the_front_matter_is_told(self):
        rows = [*ROWS, row("ISO 27001:2022 A.5.18")]
        self.check([], PAGE.replace("  - OWASP", "  - ISO 27001:2022 A.5.18\n  - OWASP"), rows)
        self.check(["ISO 27001:2022 A.5.17"], PAGE.replace("  - OWASP", "  - ISO 27001:2022 A.5.17\n  - OWASP"))

    def test_an_area_without_a_register_is_told_and_the_other_way_round(self):
        self.assertEqual(list(register_faults({"a", "b"}, {"b", "c"})), [
            "no register: docs/references/a.csv", "a register without an area: docs/references/c.csv"])

    def test_a_row_that_its_page_no_longer_has_is_told(self):
        self.check(["no longer on its page: 'RFC 7914'"], rows=[*ROWS, row("RFC 7914")])

    def test_a_second_row_for_one_reference_is_told(self):
        self.check(["two rows"], rows=[*ROWS, ROWS[0]])

    def test_a_row_without_words_or_a_public_address_is_told(self):
        self.check_row("doesn't say", says=" ")
        for source in ("http://www.rfc-editor.org/rfc/rfc6238", "rfc6238.txt", "https://localhost/rfc", "https://a.org/an rfc"):
            self.check_row("no public address", source=source)

    def test_a_day_that_is_malformed_or_to_come_is_told(self):
        self.check_row("no day", checked="26.11.2026")
        self.check_row("read after", checked="2026-11-27")


if __name__ == "__main__":
    unittest.main()
