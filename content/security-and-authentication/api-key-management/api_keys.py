"""API keys: issue, verify, rotate, revoke, answer a leak.

Python 3.11, standard library only. Nothing here logs, and no key or digest appears in a `repr`, an error or
an audit event. The caller opens one database transaction around each call, writes the audit events in the
same transaction, and commits. The key's text leaves this module once, in `Issued.secret`.

    python3 api_keys.py scan [FILE...]      exit status 1 if a file holds a key with a right checksum
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import sys
import uuid
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

API_URL = "https://api.harbourline.example"

# ANCHOR: format
PREFIX = "hbl"
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
RANDOM_CHARS = 32  # 32 x log2(62) = 190.5 bits
CHECKSUM_CHARS = 6  # 62^6 > 2^32, so every CRC-32 fits
KEY = re.compile(
    rf"({PREFIX}_(?:live|test)_[0-9A-Za-z]{{{RANDOM_CHARS}}})_([0-9A-Za-z]{{{CHECKSUM_CHARS}}})"
)


def checksum(body: str) -> str:
    """CRC-32 of everything before the last underscore, in base 62. It finds typing errors and proves nothing."""
    number, digits = zlib.crc32(body.encode("ascii")), ""
    while number:
        number, digit = divmod(number, 62)
        digits = ALPHABET[digit] + digits
    return digits.rjust(CHECKSUM_CHARS, "0")


def generate(mode: str) -> str:
    """A new key, from the operating system's random generator."""
    body = f"{PREFIX}_{mode}_" + "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_CHARS))
    return f"{body}_{checksum(body)}"


def find_keys(text: str) -> list[str]:
    """Every key in a text whose checksum is right: what a scanner reports, without asking the database."""
    return [match[0] for match in KEY.finditer(text) if checksum(match[1]) == match[2]]


def digest(key: str) -> bytes:
    """What the database holds. No salt, no slow hash: 190 random bits can't be guessed."""
    return hashlib.sha256(key.encode("ascii")).digest()
# ANCHOR_END: format


# ANCHOR: limits
SCOPES = frozenset({
    "audit:read", "invoices:read", "invoices:write", "members:read", "organisation:read",
    "organisation:write", "projects:read", "subscriptions:read", "subscriptions:write",
    "usage:read", "webhooks:read", "webhooks:write",
})
LIFETIME = {"live": timedelta(days=365), "test": timedelta(days=90)}
IDLE = {"live": timedelta(days=90), "test": timedelta(days=30)}
ROTATION_DUE = {"live": timedelta(days=180)}
OVERLAP = timedelta(hours=72)
OVERLAP_MAX = timedelta(hours=168)
TOUCH_EVERY = timedelta(minutes=15)
REVOKE_REASONS = frozenset({"client", "expired", "idle", "leaked", "offboarding", "rotated", "staff"})
# ANCHOR_END: limits


class Problem(Exception):
    """A refusal, as an RFC 9457 problem. `title` is the one of errors.yaml; `detail` says what happened this time.
    `challenge` is the value of WWW-Authenticate, if one is due."""

    def __init__(self, status: int, code: str, title: str, challenge: str | None = None, detail: str | None = None):
        super().__init__(code)
        self.status, self.code, self.title, self.challenge, self.detail = status, code, title, challenge, detail

    def body(self) -> dict[str, object]:
        return {"type": f"{API_URL}/errors/{self.code}", "title": self.title, "status": self.status,
                "code": self.code, **({"detail": self.detail} if self.detail else {})}


def refused(code: str, title: str, detail: str | None = None) -> Problem:
    return Problem(401, code, title, 'Bearer realm="api", error="invalid_token"', detail)


@dataclass(frozen=True)
class Key:
    """One row of `api_keys`."""

    id: uuid.UUID
    organisation_id: uuid.UUID
    created_by: uuid.UUID | None
    label: str
    mode: str
    hint: str
    digest: bytes = field(repr=False)
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None = None
    replaces: uuid.UUID | None = None
    revoked_at: datetime | None = None
    revoked_reason: str | None = None


@dataclass(frozen=True)
class Issued:
    """A new key, and the only copy of its text. Show `secret` once, then drop this object."""

    key: Key
    secret: str = field(repr=False)


# ANCHOR: store
class SqlStore:
    """The table. `execute(sql, parameters)` runs one statement and gives its rows as dicts, as psycopg 3 with
    `dict_row` does; the caller owns the transaction."""

    def __init__(self, execute: Callable[[str, dict], list[dict]]):
        self.execute = execute

    def insert(self, key: Key) -> None:
        self.execute(
            "insert into api_keys (id, organisation_id, created_by, label, mode, hint, digest, scopes,"
            " created_at, expires_at, replaces) values (%(id)s, %(organisation_id)s, %(created_by)s, %(label)s,"
            " %(mode)s, %(hint)s, %(digest)s, %(scopes)s, %(created_at)s, %(expires_at)s, %(replaces)s)",
            {**vars(key), "scopes": list(key.scopes)})

    def by_digest(self, wanted: bytes) -> Key | None:
        return self._one("select * from api_keys where digest = %(digest)s", {"digest": wanted})

    def by_id(self, key_id: uuid.UUID) -> Key | None:
        """Locks the row, so that two rotations or a rotation and a revocation can't cross."""
        return self._one("select * from api_keys where id = %(id)s for update", {"id": key_id})

    def successor(self, key_id: uuid.UUID) -> Key | None:
        return self._one("select * from api_keys where replaces = %(id)s", {"id": key_id})

    def open_keys(self, organisation_id: uuid.UUID | None = None) -> list[Key]:
        """All keys without an end, of one organisation or of all; locked."""
        return self._all("select * from api_keys where revoked_at is null"
                         " and (%(organisation_id)s::uuid is null or organisation_id = %(organisation_id)s::uuid)"
                         " order by id for update", {"organisation_id": organisation_id})

    def save(self, key: Key) -> None:
        self.execute("update api_keys set expires_at = %(expires_at)s, revoked_at = %(revoked_at)s,"
                     " revoked_reason = %(revoked_reason)s where id = %(id)s", vars(key))

    def touch(self, key_id: uuid.UUID, now: datetime) -> None:
        self.execute("update api_keys set last_used_at = %(now)s where id = %(id)s", {"now": now, "id": key_id})

    def _one(self, sql: str, parameters: dict) -> Key | None:
        return next(iter(self._all(sql, parameters)), None)

    def _all(self, sql: str, parameters: dict) -> list[Key]:
        return [Key(**{**row, "digest": bytes(row["digest"]), "scopes": tuple(row["scopes"])})
                for row in self.execute(sql, parameters)]
# ANCHOR_END: store


class ApiKeys:
    """The operations. `audit` gets one dict for each thing that happened; `clock` gives the time in UTC."""

    def __init__(self, store, audit: Callable[[dict], None], clock: Callable[[], datetime]):
        self.store, self.audit, self.clock = store, audit, clock

    # ANCHOR: issue
    def issue(self, *, organisation_id: uuid.UUID, created_by: uuid.UUID, label: str, scopes: Iterable[str],
              grantable: Iterable[str], mode: str = "live", lifetime: timedelta | None = None) -> Issued:
        """A new key. `grantable` are the scopes that the issuer's own role holds: nobody gives what they lack."""
        wanted = frozenset(scopes)
        lifetime = LIFETIME.get(mode) if lifetime is None else lifetime
        if (mode not in LIFETIME or not wanted or not wanted <= SCOPES or not clean_label(label)
                or not timedelta(0) < lifetime <= LIFETIME[mode]):
            raise Problem(422, "api_keys.invalid", "The label, mode, scopes or lifetime is not allowed")
        if not wanted <= frozenset(grantable):
            raise Problem(403, "api_keys.scope_not_grantable", "Your role does not hold every scope asked for")
        return self._create(organisation_id, created_by, label.strip(), mode, wanted, lifetime, None, "api_key.created")
    # ANCHOR_END: issue

    def _create(self, organisation_id, created_by, label, mode, scopes, lifetime, replaces, action) -> Issued:
        secret, now = generate(mode), self.clock()
        key = Key(uuid.uuid4(), organisation_id, created_by, label, mode, secret.split("_")[2][:4], digest(secret),
                  tuple(sorted(scopes)), now, now + lifetime, replaces=replaces)
        self.store.insert(key)
        self._record(action, key, f"user:{created_by}", replaces=str(replaces) if replaces else None)
        return Issued(key, secret)

    # ANCHOR: verify
    def verify(self, authorization: str | None, scope: str) -> Key:
        """The key of a request, or a `Problem`. The cheapest test comes first; only a holder of the whole key
        learns that it is revoked or expired."""
        if not authorization:
            raise Problem(401, "auth.key_missing", "Send the key as Authorization: Bearer", 'Bearer realm="api"')
        scheme, _, text = authorization.partition(" ")
        if scheme.lower() != "bearer" or find_keys(text) != [text]:
            raise refused("auth.key_malformed", "This is not a key",
                          "Compare its length and its last six characters.")
        fingerprint, now = digest(text), self.clock()
        key = self.store.by_digest(fingerprint)
        if key is None or not hmac.compare_digest(key.digest, fingerprint):
            raise refused("auth.key_unknown", "No such key")
        if key.revoked_at is not None and key.revoked_reason != "expired":
            raise refused("auth.key_revoked", "This key was revoked")
        if key.revoked_at is not None or now >= key.expires_at:
            raise refused("auth.key_expired", "This key has expired")
        if scope not in key.scopes:
            raise Problem(403, "auth.scope_missing", "This key lacks a scope",
                          f'Bearer realm="api", error="insufficient_scope", scope="{scope}"', f"It needs {scope}.")
        if key.last_used_at is None or now - key.last_used_at >= TOUCH_EVERY:
            self.store.touch(key.id, now)
        return key
    # ANCHOR_END: verify

    # ANCHOR: rotate
    def rotate(self, key_id: uuid.UUID, *, organisation_id: uuid.UUID, created_by: uuid.UUID,
               grantable: Iterable[str], overlap: timedelta = OVERLAP) -> Issued:
        """A successor with the same label, mode and scopes; both keys work until the overlap ends. Whoever rotates
        a key gets its successor's text, so they need every scope of it, as for a new key."""
        if not timedelta(0) <= overlap <= OVERLAP_MAX:
            raise Problem(422, "api_keys.invalid", "The label, mode, scopes or lifetime is not allowed",
                          detail="The overlap must be between 0 and 168 hours.")
        old, now = self._owned(key_id, organisation_id), self.clock()
        if old.revoked_at is not None or now >= old.expires_at:
            raise Problem(409, "api_keys.not_open", "This key has ended", detail="Issue a new one.")
        if not frozenset(old.scopes) <= frozenset(grantable):
            raise Problem(403, "api_keys.scope_not_grantable", "Your role does not hold every scope asked for",
                          detail="You would get a key with all scopes of this one.")
        if self.store.successor(old.id) is not None:
            raise Problem(409, "api_keys.already_rotated", "This key has a successor", detail="Rotate that one.")
        issued = self._create(old.organisation_id, created_by, old.label, old.mode, old.scopes, LIFETIME[old.mode],
                              old.id, "api_key.rotated")
        if overlap:
            self.store.save(replace(old, expires_at=min(old.expires_at, now + overlap)))
        else:
            self._close(old, "rotated", f"user:{created_by}")
        return issued
    # ANCHOR_END: rotate

    # ANCHOR: revoke
    def revoke(self, key_id: uuid.UUID, *, reason: str, actor: str, organisation_id: uuid.UUID | None = None) -> Key:
        """Ends a key at once and for good; again is no fault. Staff leave `organisation_id` out."""
        if reason not in REVOKE_REASONS:
            raise Problem(422, "api_keys.invalid", "The label, mode, scopes or lifetime is not allowed", detail="Unknown reason.")
        key = self._owned(key_id, organisation_id)
        return key if key.revoked_at is not None else self._close(key, reason, actor)

    def revoke_all(self, organisation_id: uuid.UUID, *, reason: str, actor: str) -> list[Key]:
        """Ends every open key of an organisation: its contract ends, or its owner's account was taken over."""
        return [self.revoke(key.id, reason=reason, actor=actor) for key in self.store.open_keys(organisation_id)]
    # ANCHOR_END: revoke

    # ANCHOR: leak
    def report_leak(self, text: str, *, found_at: str, actor: str) -> list[tuple[str, str]]:
        """Revokes every key found in a text. Gives (hint, outcome): revoked, already-ended or unknown."""
        return [self._leaked(found, found_at, actor) for found in dict.fromkeys(find_keys(text))]

    def _leaked(self, found: str, found_at: str, actor: str) -> tuple[str, str]:
        key, hint = self.store.by_digest(digest(found)), found.split("_")[2][:4]
        if key is None:
            return hint, "unknown"
        key = self.store.by_id(key.id)  # Locked, and read again.
        self._record("api_key.leak_reported", key, actor, found_at=found_at)
        if key.revoked_at is not None or self.clock() >= key.expires_at:
            return hint, "already-ended"
        self._close(key, "leaked", actor)
        return hint, "revoked"
    # ANCHOR_END: leak

    # ANCHOR: sweep
    def sweep(self) -> list[Key]:
        """Each hour: ends what has expired and what nobody uses, so that each end has its event."""
        now, closed = self.clock(), []
        for key in self.store.open_keys():
            if now >= key.expires_at:
                closed.append(self._close(key, "expired", "system:sweep"))
            elif now - (key.last_used_at or key.created_at) >= IDLE[key.mode]:
                closed.append(self._close(key, "idle", "system:sweep"))
        return closed
    # ANCHOR_END: sweep

    def _owned(self, key_id: uuid.UUID, organisation_id: uuid.UUID | None) -> Key:
        key = self.store.by_id(key_id)
        if key is None or organisation_id not in (None, key.organisation_id):
            raise Problem(404, "api_keys.not_found", "No such key")
        return key

    def _close(self, key: Key, reason: str, actor: str) -> Key:
        ended = replace(key, revoked_at=self.clock(), revoked_reason=reason)
        self.store.save(ended)
        self._record("api_key.revoked", ended, actor, reason=reason)
        return ended

    def _record(self, action: str, key: Key, actor: str, **detail: str | None) -> None:
        self.audit({"action": action, "actor": actor, "at": self.clock().isoformat(), "key_id": str(key.id),
                    "organisation_id": str(key.organisation_id),
                    "detail": {"hint": key.hint, "mode": key.mode, **detail}})


def clean_label(label: str) -> bool:
    return 1 <= len(label.strip()) <= 80 and not re.search(rf"{PREFIX}_(live|test)_", label)


# ANCHOR: reminder
def reminder(key: Key, now: datetime) -> str | None:
    """What to tell the owners and admins today, once a day for each open key."""
    left, age = key.expires_at - now, now - key.created_at
    unused = now - (key.last_used_at or key.created_at)
    if left.days in (30, 7, 1):
        return f"expires in {left.days} days" if left.days > 1 else "expires tomorrow"
    if IDLE[key.mode].days - unused.days == 7:
        return "unused, ends in 7 days"
    if key.mode in ROTATION_DUE and age.days == ROTATION_DUE[key.mode].days:
        return "rotation is due"
    return None
# ANCHOR_END: reminder


# ANCHOR: scan
def scan(paths: Iterable[str]) -> int:
    """Prints place and hint of each key found, never the key. Reads standard input when no file is named."""
    hits = 0
    for name in list(paths) or ["-"]:
        text = sys.stdin.read() if name == "-" else Path(name).read_text("utf-8", errors="replace")
        for number, line in enumerate(text.splitlines(), 1):
            for found in find_keys(line):
                hits += 1
                print(f"{name}:{number}: API key {found[:len(PREFIX) + 10]}…")
    return 1 if hits else 0
# ANCHOR_END: scan


if __name__ == "__main__":
    if sys.argv[1:2] != ["scan"]:
        sys.exit("usage: api_keys.py scan [FILE...]")
    sys.exit(scan(sys.argv[2:]))
