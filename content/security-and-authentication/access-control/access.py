"""May this person or key do this, to this? The answer of the matrix in permissions.csv: no, unless a line says yes.

    python3 access.py ROLE RESOURCE ACTION      prints the reach, or `no` with exit status 1
"""

from __future__ import annotations

import csv
import sys
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

REFERENCE = Path(__file__).resolve().parents[2] / "reference"
RECENT = timedelta(minutes=10)
# What only a person does who has just proved who they are; a stolen open session is not enough.
SENSITIVE = {
    ("api_keys", "write"), ("members", "write"), ("exports", "write"), ("jobs", "write"),
    ("payment_methods", "write"),
    ("organisation", "delete"), ("organisation", "transfer"), ("staff_access", "write"), ("members", "lock"),
    ("organisation", "suspend"),
}


def read_matrix(path: Path = REFERENCE / "permissions.csv") -> dict[tuple[str, str, str], dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as file:
        return {(row["role"], row["resource"], row["action"]): row for row in csv.DictReader(file)}


class Denied(Exception):
    """404 where the caller may not know that the object exists, 401 for a new sign-in, else 403. The text is for the log."""

    def __init__(self, status: int, reason: str):
        super().__init__(reason)
        self.status = status


@dataclass(frozen=True)
class Caller:
    """Who asks. Built from the session or the key, never from the request."""

    role: str
    organisation: str | None = None  # Staff have none.
    scopes: frozenset[str] | None = None  # Of a key; None for a person.
    confirmed_at: datetime | None = None  # Last full sign-in.
    open_cases: frozenset[str] = field(default_factory=frozenset)  # Organisations with an open case, for staff.


# ANCHOR: decide
def decide(matrix, caller: Caller, resource: str, action: str, owner: str | None, now: datetime) -> None:
    """Returns if allowed, raises `Denied` if not. `owner` is the organisation that the object belongs to."""
    line = matrix.get((caller.role, resource, action))
    if line is None:
        raise Denied(403, "no line in the matrix")
    if caller.scopes is not None and (line["scope"] == "none" or line["scope"] not in caller.scopes):
        raise Denied(403, "the key lacks the scope, or no key may do this")
    if line["reach"] == "organisation" and (owner is None or owner != caller.organisation):
        raise Denied(404, "the object belongs to another organisation")
    if line["reach"] == "case" and owner not in caller.open_cases:
        raise Denied(404, "no open case of that organisation")
    if caller.scopes is None and (resource, action) in SENSITIVE and not recent(caller, now):
        raise Denied(401, "auth.step_up_required")
# ANCHOR_END: decide


def recent(caller: Caller, now: datetime) -> bool:
    return caller.confirmed_at is not None and timedelta(0) <= now - caller.confirmed_at <= RECENT


def table(matrix) -> list[list[str]]:
    """The matrix as people read it: one row a resource, one column a role."""
    roles = list(dict.fromkeys(role for role, _, _ in matrix))
    rows = [["resource", *roles]]
    for resource in sorted({resource for _, resource, _ in matrix}):
        cells = []
        for role in roles:
            held = [(action, line["reach"]) for (r, s, action), line in matrix.items() if (r, s) == (role, resource)]
            cells.append(", ".join(action + ("*" if reach == "case" else "") for action, reach in held) or "–")
        rows.append([resource, *cells])
    return rows


def main(arguments: list[str]) -> int:
    if arguments == ["table"]:
        csv.writer(sys.stdout, lineterminator="\n").writerows(table(read_matrix()))
        return 0
    if len(arguments) != 3:
        print(__doc__)
        return 2
    line = read_matrix().get(tuple(arguments))
    print(line["reach"] if line else "no")
    return 0 if line else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
