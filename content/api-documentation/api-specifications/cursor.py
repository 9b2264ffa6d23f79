"""Pages of a list: from one key to the next, never by counting rows.

Python 3.11, standard library only. The SQL runs on PostgreSQL and SQLite.
"""

import base64
import hashlib
import hmac
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "error-handling-and-recovery" / "detailed-error-codes"))

from problems import Problem

LIMIT_DEFAULT, LIMIT_MAX = 25, 100
LIFETIME_S = 24 * 3600


# ANCHOR: cursor
def seal(last, filters, secret, now):
    """The cursor after a row: its sort key, the filters it belongs to, the time, and a tag over all three."""
    inside = json.dumps([last, sorted(filters.items()), int(now)], separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_tag(inside, secret) + inside).decode().rstrip("=")


def unseal(cursor, filters, secret, now):
    """The sort key in a cursor; a Problem unless we made it, for these filters, in the last 24 hours."""
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        tag, inside = raw[:16], raw[16:]
        if not hmac.compare_digest(tag, _tag(inside, secret)):
            raise ValueError("not ours")
        last, of, made_at = json.loads(inside)
    except ValueError:
        raise Problem("request.cursor_invalid") from None
    if of != [list(item) for item in sorted(filters.items())] or now - made_at > LIFETIME_S:
        raise Problem("request.cursor_invalid", "Start again without a cursor.")
    return last


def _tag(inside, secret):
    return hmac.new(secret, inside, hashlib.sha256).digest()[:16]
# ANCHOR_END: cursor


# ANCHOR: page
def page(execute, organisation_id, *, status=None, limit=None, cursor=None, secret, now):
    """One page of an organisation's invoices, newest first. `execute(sql, parameters)` gives rows as dicts."""
    limit = LIMIT_DEFAULT if limit is None else limit
    if not 1 <= limit <= LIMIT_MAX:
        raise Problem("request.invalid", errors=[{"parameter": "limit", "detail": f"1 to {LIMIT_MAX}"}])
    filters = {} if status is None else {"status": status}
    where, parameters = "organisation_id = :organisation_id", {"organisation_id": organisation_id, **filters}
    where += " and status <> 'draft'" if status is None else " and status = :status"
    if cursor is not None:
        parameters["after"], parameters["id"] = unseal(cursor, filters, secret, now)
        where += " and (created_at, id) < (:after, :id)"
    # One row more than asked for says whether there is a next page.
    rows = execute(f"select * from invoices where {where} order by created_at desc, id desc limit :rows",
                   {**parameters, "rows": limit + 1})
    data, more = rows[:limit], len(rows) > limit
    last = [str(data[-1]["created_at"]), str(data[-1]["id"])] if more else None
    return {"data": data, "next_cursor": seal(last, filters, secret, now) if more else None}
# ANCHOR_END: page
