"""Checks the catalogues of messages and fills messages in. Standard library only.

    python3 catalogue.py check [FOLDER] [--today 2026-11-25]
    python3 catalogue.py pseudo messages/en-IE.json      # a made-up language that shows what isn't translated

Messages are a part of ICU MessageFormat: {name}, {name, number|money|date}, {name, plural, …}, {name, select, …}
and # for the number of a plural.
"""
import argparse
import csv
import datetime
import json
import re
import sys
from pathlib import Path

HERE = Path(__file__).parent
SOURCE = "en-IE"
LONGEST_GROWTH = 1.6  # A translation longer than this times the source breaks buttons and columns.
NAME = re.compile(r"[a-z][a-z0-9_]*\Z")
KEY = re.compile(r"[a-z]+(_[a-z]+)*(\.[a-z]+(_[a-z]+)*)+\Z")


class BadMessage(ValueError):
    """A message that can't be read."""


# ANCHOR: plurals
def plural(locale, number):
    """The CLDR plural category of a whole number (Unicode CLDR 48, plurals.xml, cardinal)."""
    n, language = abs(number), locale.split("-")[0]
    if language in ("en", "de"):
        return "one" if n == 1 else "other"
    if language == "fr":
        return "one" if n <= 1 else "many" if n % 1_000_000 == 0 else "other"
    if language == "pl":
        if n == 1:
            return "one"
        return "few" if n % 10 in (2, 3, 4) and n % 100 not in (12, 13, 14) else "many"
    if language == "ar":
        if n <= 2:
            return ("zero", "one", "two")[n]
        return "few" if 3 <= n % 100 <= 10 else "many" if n % 100 >= 11 else "other"
    raise LookupError(f"no plural rule for {locale}")
# ANCHOR_END: plurals


# ANCHOR: lookup
def lookup(ranges, supported, default=SOURCE):
    """The locale for a list of wishes, best first (RFC 4647, section 3.4, Lookup)."""
    known = {locale.lower(): locale for locale in supported}
    for wish in ranges:
        parts = wish.lower().split("-")
        while parts:
            if "-".join(parts) in known:
                return known["-".join(parts)]
            parts.pop()
            if parts and len(parts[-1]) == 1:  # An extension has lost its value.
                parts.pop()
    return default


def wishes(header):
    """The language ranges of an Accept-Language header, best first (RFC 9110, section 12.5.4)."""
    found = []
    for place, part in enumerate(header.split(",")):
        tag, _, weight = part.strip().partition(";")
        match = re.fullmatch(r"\s*q=(0(\.\d{0,3})?|1(\.0{0,3})?)", weight) if weight else None
        if not re.fullmatch(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*", tag) or (weight and not match):
            continue
        quality = float(match[1]) if match else 1.0
        if quality > 0:
            found.append((-quality, place, tag))
    return [tag for _, _, tag in sorted(found)]
# ANCHOR_END: lookup


# ANCHOR: parse
def parse(text, in_plural=False):
    """A message as a list of texts and of arguments (name, kind, branches)."""
    parts, at = [], 0
    while at < len(text):
        start = text.find("{", at)
        plain = text[at:] if start < 0 else text[at:start]
        if "}" in plain:
            raise BadMessage("a bracket is closed that isn't open")
        if plain:
            parts.extend(split_number(plain) if in_plural else [plain])
        if start < 0:
            break
        end = closing(text, start)
        parts.append(argument(text[start + 1:end]))
        at = end + 1
    return parts


def closing(text, start):
    depth = 0
    for at in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        if depth == 0:
            return at
    raise BadMessage("a bracket isn't closed")


def split_number(text):
    pieces = text.split("#")
    joined = [piece for pair in zip(pieces, [("#",)] * len(pieces)) for piece in pair][:-1]
    return [piece for piece in joined if piece != ""]


def argument(text):
    name, _, rest = (piece.strip() for piece in text.partition(","))
    if not NAME.match(name):
        raise BadMessage(f"`{name}` is no name")
    if not rest:
        return (name, "text", None)
    kind, _, branches = (piece.strip() for piece in rest.partition(","))
    if kind in ("number", "money", "date") and not branches:
        return (name, kind, None)
    if kind not in ("plural", "select"):
        raise BadMessage(f"`{rest}` is no kind of argument")
    found, at = {}, 0
    while at < len(branches):
        match = re.compile(r"\s*(=\d+|[a-z]+)\s*(?={)").match(branches, at)
        if not match:
            raise BadMessage(f"`{branches[at:].strip()}` is no branch")
        end = closing(branches, match.end())
        found[match[1]] = parse(branches[match.end() + 1:end], in_plural=kind == "plural")
        at = end + 1 + len(branches[end + 1:]) - len(branches[end + 1:].lstrip())
    if "other" not in found:
        raise BadMessage(f"`{name}` has no branch `other`")
    return (name, kind, found)
# ANCHOR_END: parse


def fill(parts, arguments, locale, show=lambda kind, value: str(value), number=None):
    """The text of a message. `show` writes numbers, money and dates; the platform does that (see the page)."""
    out = []
    for part in parts:
        if isinstance(part, str):
            out.append(part)
        elif part == ("#",):
            out.append(show("number", number))
        else:
            name, kind, branches = part
            value = arguments[name]
            if kind == "plural":
                branch = branches.get(f"={value}") or branches.get(plural(locale, value), branches["other"])
                out.append(fill(branch, arguments, locale, show, value))
            elif kind == "select":
                out.append(fill(branches.get(value, branches["other"]), arguments, locale, show, number))
            else:
                out.append(str(value) if kind == "text" else show(kind, value))
    return "".join(out)


def shape(parts):
    """The arguments of a message with their kinds, and the keys of each select."""
    found = set()
    for part in parts:
        if isinstance(part, tuple) and len(part) == 3:
            name, kind, branches = part
            found.add((name, kind, tuple(sorted(branches)) if kind == "select" else ()))
            for branch in (branches or {}).values():
                found |= shape(branch)
    return found


def plain(parts):
    """The words that a reader can see, of the longest branch."""
    def seen(part):
        if isinstance(part, str):
            return part
        return max((plain(branch) for branch in part[2].values()), key=len) if len(part) == 3 and part[2] else "00"
    return "".join(seen(part) for part in parts)


# ANCHOR: check
def check_message(locale, key, text, source, categories):
    """What is wrong with one message; `source` is the parsed message of the source language."""
    if re.search(r"<[a-zA-Z/]", text):
        yield "no markup in a message: split it, or mark the place by an argument"
    if "'" in text or text != text.strip() or "  " in text:
        yield "write ’ for an apostrophe, and no space at the ends or twice"
    try:
        parts = parse(text)
    except BadMessage as error:
        yield str(error)
        return
    for branches in plurals_in(parts):
        wanted, exact = set(categories), {key for key in branches if key.startswith("=")}
        if set(branches) - exact != wanted:
            yield f"{locale} has the plurals {' '.join(categories)}, the message has {' '.join(sorted(set(branches) - exact))}"
    if source is None:
        return
    if shape(parts) != shape(source):
        yield "its arguments differ from those of the source"
    if len(plain(parts)) > max(LONGEST_GROWTH * len(plain(source)), len(plain(source)) + 20):
        yield f"it is more than {LONGEST_GROWTH} times as long as the source"


def plurals_in(parts):
    for part in parts:
        if isinstance(part, tuple) and len(part) == 3 and part[2]:
            if part[1] == "plural":
                yield part[2]
            for branch in part[2].values():
                yield from plurals_in(branch)


def check(folder, today):
    """All findings, one line each."""
    locales = [row for row in rows(folder / "locales.csv") if row["shipped"] == "yes"]
    pending = {(row["locale"], row["key"]): row["due"] for row in rows(folder / "pending.csv")}
    source = json.loads((folder / f"messages/{SOURCE}.json").read_text(encoding="utf-8"))
    parsed = {}
    for key, text in source.items():
        if not KEY.match(key):
            yield f"{SOURCE} {key}: a key is made of lower-case words with dots"
        try:
            parsed[key] = parse(text)
        except BadMessage:
            pass  # It is told below, with all messages of the source.
    for row in locales:
        locale, messages = row["locale"], json.loads((folder / f"messages/{row['locale']}.json").read_text(encoding="utf-8"))
        if list(messages) != sorted(messages):
            yield f"{locale}: sort the keys, so that two changes don't meet on one line"
        for key, text in messages.items():
            if key not in source:
                yield f"{locale} {key}: the source has no such message"
                continue
            for fault in check_message(locale, key, text, parsed.get(key) if locale != SOURCE else None, row["plurals"].split()):
                yield f"{locale} {key}: {fault}"
        yield from check_missing(locale, source, messages, pending, today)


def check_missing(locale, source, messages, pending, today):
    """A translation may be missing until its day; the same language as the source needs differences only."""
    for key in source:
        due = pending.get((locale, key))
        if key in messages:
            if due:
                yield f"{locale} {key}: it is translated; take it out of pending.csv"
        elif locale.split("-")[0] != SOURCE.split("-")[0] and (due is None or due < today):
            yield f"{locale} {key}: it isn't translated" + (f" (due {due})" if due else "; name a day in pending.csv")
# ANCHOR_END: check


def pseudo(text):
    """A message with accents, a third longer, between marks: what is cut off or not translated shows at once."""
    letters = str.maketrans("aceinosuyACEINOSU", "áçéíñóšúýÁÇÉÍÑÓŠÚ")
    depth, out = 0, []
    for char in text:
        depth += char == "{"
        out.append(char if depth else char.translate(letters))
        depth -= char == "}"
    return "⟦" + "".join(out) + " " + "~" * (len(text) // 3) + "⟧"


def rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    check_command = commands.add_parser("check")
    check_command.add_argument("folder", nargs="?", type=Path, default=HERE)
    check_command.add_argument("--today", default=datetime.date.today().isoformat())
    commands.add_parser("pseudo").add_argument("file", type=Path)
    options = parser.parse_args(arguments)
    if options.command == "pseudo":
        messages = json.loads(options.file.read_text(encoding="utf-8"))
        print(json.dumps({key: pseudo(text) for key, text in messages.items()}, ensure_ascii=False, indent=2))
        return 0
    found = list(check(options.folder, options.today))
    print("\n".join([*found, f"{len(found)} findings"]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
