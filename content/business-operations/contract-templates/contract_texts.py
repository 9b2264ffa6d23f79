"""Checks the contract texts, and fills them.

    python3 contract_texts.py check services-agreement.md statement-of-work.md    # blanks, clauses, words, the Data Act
    python3 contract_texts.py fill statement-of-work.md values.csv    # prints the text; refuses while a blank is open

`fill` also replaces what the handbook includes: variables of book.toml, values and tables of the registers.
"""

import csv
import re
import sys
import tomllib
from pathlib import Path

sys.dont_write_bytecode = True  # Everything in this folder is published.
HERE = Path(__file__).resolve().parent
TEXTS = {"agreement": "services-agreement.md", "sow": "statement-of-work.md"}
BLANK = re.compile(r"(?<!\])\[([^\]\[]+)\](?![(\[])")
DIRECTIVE = re.compile(r"\{\{#(\w+) ([^}]*)\}\}")
# Names that begin with a capital without being words of the contract.
NAMES = set("""Communities Contracts Convention Dublin EUR English European Goods International Irish JSON Kingdom PDF Regulation Sale
Schedule Schedules Supply UK UN Union United VAT""".split())


def rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def contract_of(page):
    """The text of a contract: the section Template of its page."""
    return page.split("\n## Template\n", 1)[1].split("\n## How to fill it\n", 1)[0].strip() + "\n"


# ANCHOR: checks
def check_blanks(document, text, fields):
    listed = {row["blank"] for row in fields if row["document"] in (document, "both")}
    used = set(BLANK.findall(DIRECTIVE.sub("", text)))
    return [f"blank not in fields.csv: [{name}]" for name in sorted(used - listed)] + \
           [f"field that no blank uses: {name}" for name in sorted(listed - used)]


def clauses(text):
    """The numbers of all clauses: of headings such as `### 4. Fees`, of paragraphs such as `4.1 The fees`."""
    return re.findall(r"^### (\d+)\. ", text, re.M) + re.findall(r"^(\d+\.\d+) ", text, re.M)


def check_numbers(text):
    faults, heads = [], [int(number) for number in re.findall(r"^### (\d+)\. ", text, re.M)]
    if heads != list(range(1, len(heads) + 1)):
        faults.append(f"headings are numbered {heads}")
    for head in heads:
        parts = [int(part) for part in re.findall(rf"^{head}\.(\d+) ", text, re.M)]
        if not parts or parts != list(range(1, len(parts) + 1)):
            faults.append(f"clause {head} has the paragraphs {parts}")
    return faults


def check_references(text, agreement):
    """Each clause that a text speaks of exists: in itself or, where it says so, in the agreement."""
    faults = []
    own, theirs = set(clauses(text)), set(clauses(agreement))
    for words, foreign in re.findall(r"[Cc]lauses? (\d+(?:\.\d+)?(?:\([a-z]\))?(?:(?:, | and | to )\d+(?:\.\d+)?)*)( of the Agreement)?", text):
        known = theirs if foreign else own
        faults += [f"no clause {number}" for number in re.findall(r"\d+(?:\.\d+)?", words) if number not in known]
    schedules = set(re.findall(r"^### Schedule (\d)", agreement, re.M))
    return faults + [f"no Schedule {number}" for number in re.findall(r"Schedule (\d)", text) if number not in schedules]


def check_words(text, agreement):
    """Capitals in the middle of a sentence are defined words; each defined word is used besides its definition."""
    defined = {word for part in re.findall(r"\*\*([A-Z][^*]+)\*\*", agreement + text) for word in part.split()}
    plain = re.sub(r"- \*\*[^*]+\*\*|\*\*|https?://\S+|^#.*$|^\|.*$|\([^)]*\)", "", BLANK.sub("", DIRECTIVE.sub("", text)), flags=re.M)
    found = set(re.findall(r"(?<=[a-z,;] )([A-Z][A-Za-z]*)", plain))
    plural = {word.removesuffix("y") + "ies" if word.endswith("y") else word + "s" for word in defined}
    faults = [f"word that isn't defined: {word}" for word in sorted(found - defined - plural - NAMES)]
    for term in re.findall(r"^- \*\*([^*]+)\*\* (?:is|are|has) ", text, re.M):
        if len(re.findall(rf"\b{term}", text)) < 2:
            faults.append(f"defined and not used: {term}")
    return faults


def check_data_act(table, agreement):
    wanted = {"23", *(f"25(2)({letter})" for letter in "abcdefghi"), "25(1)", "25(3)", "25(4)", "25(5)", "26", "27", "28", "29(1)",
              "29(4)", "30(2)", "30(5)", "31(1)", "31(3)"}
    faults = [f"article {article} isn't answered" for article in sorted(wanted - {row["article"] for row in table})]
    known = set(clauses(agreement)) | set(re.findall(r"^### (Schedule \d)", agreement, re.M))
    for row in table:
        named = re.findall(r"clause (\d+\.\d+)|(Schedule \d)", row["answered by"])
        faults += [f"article {row['article']}: no {clause or schedule}" for clause, schedule in named if (clause or schedule) not in known]
        if not named:
            faults.append(f"article {row['article']} names no clause")
    return faults
# ANCHOR_END: checks


def faults_of(texts, fields, table):
    agreement = texts["agreement"]
    found = []
    for document, text in texts.items():
        checks = (check_blanks(document, text, fields), check_numbers(text), check_references(text, agreement),
                  check_words(text, agreement))
        found += [f"{document}: {fault}" for faults in checks for fault in faults]
        found += [f"{document}: unfinished: {mark}" for mark in re.findall(r"TODO|TBD|XXX|\?\?\?|lorem ipsum", text)]
    return found + check_data_act(table, agreement)


def texts():
    return {document: contract_of((HERE / name).read_text(encoding="utf-8")) for document, name in TEXTS.items()}


# ANCHOR: fill
def resolve(text, folder):
    """Replaces the directives of the handbook as a build does, for those that contracts use."""
    def one(match):
        kind, words = match[1], match[2].split(" ", 1)
        if kind == "var":
            return variables()[words[0]]
        path = (folder / words[0].split(":")[0]).resolve()
        if kind == "value":
            return value(path, words[1])
        if kind == "include":
            part = path.read_text(encoding="utf-8").split(f"ANCHOR: {words[0].split(':')[1]} -->\n")[1].split("<!-- ANCHOR_END")[0]
            return resolve(part.strip(), path.parent)
        columns = re.search(r'columns="([^"]+)"', match[2])
        return table(path, columns and columns[1].split(","))
    return DIRECTIVE.sub(one, text)


def variables():
    book = next(parent / "book.toml" for parent in HERE.parents if (parent / "book.toml").exists())
    return tomllib.loads(book.read_text(encoding="utf-8"))["variables"]


def value(path, keys):
    if path.suffix == ".csv":
        row, column = keys.split(".")
        return next(each[column] for each in rows(path) if next(iter(each.values())) == row)
    parts, lines = keys.split("."), path.read_text(encoding="utf-8").splitlines()
    pattern = "  " * (len(parts) - 1) + parts[-1] + ": "
    begin = next(n for n, line in enumerate(lines) if line.startswith(parts[0] + ":"))
    return next(line for line in lines[begin:] if line.startswith(pattern)).removeprefix(pattern).strip('"')


def table(path, columns=None):
    columns = columns or list(rows(path)[0])
    cells = [columns, ["---"] * len(columns)] + [[row[column] for column in columns] for row in rows(path)]
    return "\n".join("| " + " | ".join(row) + " |" for row in cells)


def fill(text, values):
    """The text with all blanks filled. A blank that is left, or a value that isn't used, is an error."""
    blanks = set(BLANK.findall(text))
    if left := sorted(blanks - {name for name, word in values.items() if word.strip()}):
        raise ValueError("open blanks: " + "; ".join(left))
    if unused := sorted(set(values) - blanks):
        raise ValueError("values that no blank takes: " + "; ".join(unused))
    return BLANK.sub(lambda match: values[match[1]], text)
# ANCHOR_END: fill


def main(arguments):
    if arguments[0] == "check":
        if sorted(arguments[1:]) != sorted(TEXTS.values()):
            sys.exit("check takes both texts: each is read with the other")
        found = faults_of(texts(), rows(HERE / "fields.csv"), rows(HERE / "data-act.csv"))
        print("\n".join(found) or "2 contracts, 23 articles: nothing found")
        return 1 if found else 0
    page, filled = HERE / arguments[1], {row["blank"]: row["value"] for row in rows(arguments[2])}
    try:
        print(fill(resolve(contract_of(page.read_text(encoding="utf-8")), page.parent), filled), end="")
    except ValueError as fault:
        sys.exit(f"refused: {fault}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
