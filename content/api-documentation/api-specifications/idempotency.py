"""Idempotency keys: the same request again gets the same answer, and does nothing twice.

Python 3.11, standard library only. The table is `idempotency_keys` of schema.sql. The SQL runs on PostgreSQL and, for
the tests, on SQLite: times go in as texts of one form.
"""

import hashlib
import json
import re
import sys
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "error-handling-and-recovery" / "detailed-error-codes"))

from problems import Problem

KEEP = timedelta(hours=24)  # How long an answer is kept.
LEASE = timedelta(seconds=60)  # Twice the time-out of a request: after it, the first try is dead.
KEY = re.compile(r'"?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"?', re.I)


# ANCHOR: once
class Idempotency:
    """`db` is a connection: used as a context it is one transaction, and `execute` gives a cursor."""

    def __init__(self, db, clock):
        self.db, self.clock = db, clock

    def once(self, organisation_id, header, operation, body, work):
        """Gives (status, answer, replayed). `operation` is method and path; `work()` does what is asked for, in the
        transaction that keeps its answer: either both are committed or neither is."""
        if not header:
            raise Problem("idempotency.key_missing")
        if not (match := KEY.fullmatch(header)):
            raise Problem("idempotency.key_invalid")
        now = self.clock()
        row = {"organisation_id": organisation_id, "key": match[1].lower(), "operation": operation,
               "digest": hashlib.sha256(operation.encode() + b"\0" + body).digest(),
               "now": text(now), "expires_at": text(now + KEEP), "stale": text(now - LEASE)}
        if (kept := self.claim(row)) is not None:
            return *kept, True
        try:
            with self.db:
                status, answer = work()
                self.db.execute("update idempotency_keys set status = :status, response = :response"
                                " where organisation_id = :organisation_id and key = :key",
                                {**row, "status": status, "response": json.dumps(answer)})
        except Exception:
            # Nothing was done, so the key is free again: what failed on our side may be tried again.
            with self.db:
                self.db.execute("delete from idempotency_keys where organisation_id = :organisation_id"
                                " and key = :key and created_at = :now and status is null", row)
            raise
        return status, answer, False

    def claim(self, row):
        """Takes the key, in a transaction of its own so that others see it; gives the kept answer if there is one."""
        with self.db:
            self.db.execute("delete from idempotency_keys where organisation_id = :organisation_id and key = :key"
                            " and (expires_at <= :now or (status is null and created_at < :stale))", row)
            taken = self.db.execute(
                "insert into idempotency_keys (organisation_id, key, operation, request_digest, created_at, expires_at)"
                " values (:organisation_id, :key, :operation, :digest, :now, :expires_at) on conflict do nothing", row)
            if taken.rowcount:
                return None
            digest, status, response = self.db.execute(
                "select request_digest, status, response from idempotency_keys"
                " where organisation_id = :organisation_id and key = :key", row).fetchone()
        if bytes(digest) != row["digest"]:
            raise Problem("idempotency.key_reused")
        if status is None:
            raise Problem("idempotency.in_progress", retry_after_s=1)
        return status, json.loads(response)


def text(time):
    return time.isoformat(sep=" ", timespec="microseconds")
# ANCHOR_END: once
