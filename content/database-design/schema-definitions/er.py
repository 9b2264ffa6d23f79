"""Draws diagram.svg from schema.sql: one box a table, one arrow a reference.

    python3 er.py > diagram.svg

An arrow to `organisations` is drawn as a dot in the box instead, since nearly every table has one.
"""

import re
import sys
from pathlib import Path

SCHEMA = Path(__file__).resolve().parents[2] / "reference/schema.sql"

# Where each table stands: columns from left to right. A table that isn't named here is an error.
COLUMNS = [
    ("Sign-in", "passkeys sessions one_time_tokens recovery_codes totp_seeds data_keys sign_in_attempts"),
    ("People and keys", "staff users members invitations support_cases api_keys exports"),
    ("Contract", "organisations plans subscriptions projects payment_methods usage_daily number_series"),
    ("Invoices", "invoices invoice_lines payments credit_notes idempotency_keys legal_holds purge_runs"),
    ("Events", "webhook_endpoints webhook_events webhook_deliveries webhook_attempts event_types outbox audit_log"),
]
WIDTH, HEIGHT, GAP, STEP = 168, 30, 62, 54
ALONE = {"schema_migrations"}  # The table of the migrations themselves.


def references(schema):
    """(child, parent) of every reference, and the tables with organisation_id."""
    links, own = set(), set()
    for name, body in re.findall(r"^create table (\w+) \((.*?)^\);", schema, re.M | re.S):
        links |= {(name, parent) for parent in re.findall(r"\breferences\s+(\w+)", body)}
        if re.search(r"^    organisation_id ", body, re.M):
            own.add(name)
    return sorted(links), own


def places():
    return {name: (20 + x * (WIDTH + GAP), 56 + y * STEP)
            for x, (_, names) in enumerate(COLUMNS) for y, name in enumerate(names.split())}


def line(child, parent, at):
    (x1, y1), (x2, y2) = at[child], at[parent]
    y1, y2 = y1 + HEIGHT / 2, y2 + HEIGHT / 2
    if x1 == x2:  # In one column: a bow on the right.
        side = x1 + WIDTH
        return f"M{side} {y1:g}C{side + 34} {y1:g} {side + 34} {y2:g} {side} {y2:g}"
    start, end = (x1, x2 + WIDTH) if x1 > x2 else (x1 + WIDTH, x2)
    middle = (start + end) / 2
    return f"M{start} {y1:g}C{middle:g} {y1:g} {middle:g} {y2:g} {end} {y2:g}"


def draw(schema):
    links, own = references(schema)
    at = places()
    tables = set(re.findall(r"^create table (\w+)", schema, re.M))
    if tables - ALONE != set(at):
        raise SystemExit(f"er.py: place these tables: {sorted((tables - ALONE) ^ set(at))}")
    width, height = 20 + len(COLUMNS) * (WIDTH + GAP) - GAP + 40, 56 + 7 * STEP + 10
    yield (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif"'
           ' font-size="13">')
    yield ('<marker id="to" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
           '<path d="M0 0L8 4L0 8Z" fill="#5b6b7b"/></marker>')
    yield f'<rect width="{width}" height="{height}" fill="#fff"/>'
    for child, parent in links:
        if parent != "organisations" and child != parent:
            yield f'<path d="{line(child, parent, at)}" fill="none" stroke="#5b6b7b" marker-end="url(#to)"/>'
    for x, (title, _) in enumerate(COLUMNS):
        yield f'<text x="{20 + x * (WIDTH + GAP)}" y="36" font-weight="bold">{title}</text>'
    for name, (x, y) in at.items():
        yield f'<rect x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="4" fill="#eef3f8" stroke="#33475b"/>'
        yield f'<text x="{x + 10}" y="{y + 20}">{name}</text>'
        if name in own:
            yield f'<circle cx="{x + WIDTH - 12}" cy="{y + HEIGHT / 2:g}" r="4" fill="#33475b"/>'
    yield "</svg>"


if __name__ == "__main__":
    sys.stdout.writelines(text + "\n" for text in draw(SCHEMA.read_text(encoding="utf-8")))
