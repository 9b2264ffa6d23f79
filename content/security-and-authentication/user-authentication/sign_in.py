"""Sign-in to the portal: passwords, sessions, one-time tokens, TOTP, recovery codes, throttling.

Python 3.11 with python3-cryptography. Passkeys are checked by a WebAuthn library; what follows a good one is here.
Nothing here logs, and no secret appears in a `repr`. The store is the tables of schema.sql; the caller opens one
transaction around each call.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import unicodedata
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor import InvalidToken
from cryptography.hazmat.primitives.twofactor.totp import TOTP

# ANCHOR: limits
LIFETIME = {"user": timedelta(hours=12), "staff": timedelta(hours=10)}
IDLE = {"user": timedelta(minutes=60), "staff": timedelta(minutes=30)}
TOKEN_LIFETIME = {"password-reset": timedelta(minutes=30), "email-verification": timedelta(hours=24)}
TOUCH_EVERY = timedelta(minutes=1)
MIN_ALONE, MIN_WITH_FACTOR, MAX_LENGTH = 15, 8, 128
WINDOW = timedelta(minutes=15)
FAILURES = {"account": 10, "address": 50}  # in the window; then the answer is "try later", without a look at the password
COST = (17, 8, 1)  # scrypt: N = 2^17, r, p: 128 MiB and about a third of a second
COOKIE = "__Host-session={}; Path=/; Secure; HttpOnly; SameSite=Lax"
# ANCHOR_END: limits


class Refused(Exception):
    """What the person is told is `code`, the same for all causes that a stranger may not tell apart."""

    def __init__(self, code: str, cause: str):
        super().__init__(cause)
        self.code = code


# ANCHOR: password
def weakness(password: str, *, with_factor: bool, blocked: frozenset[str], context: Iterable[str] = ()) -> str | None:
    """Why a new password is refused, or None. No rule about kinds of characters, no expiry."""
    text = unicodedata.normalize("NFC", password)
    shortest = MIN_WITH_FACTOR if with_factor else MIN_ALONE
    if len(text) < shortest:
        return f"Use at least {shortest} characters"
    if len(text) > MAX_LENGTH:
        return f"Use at most {MAX_LENGTH} characters"
    if text.lower() in blocked or len(set(text)) < 3:
        return "This password is on a list of passwords that are tried first"
    if any(len(word) >= 4 and word.lower() in text.lower() for word in context):
        return "Leave out your name, your address and our name"
    return None


def hash_password(password: str, cost: tuple[int, int, int] = COST) -> str:
    salt = secrets.token_bytes(16)
    encoded = [base64.b64encode(part).decode() for part in (salt, scrypt(password, salt, cost))]
    return "$".join(["scrypt", *map(str, cost), *encoded])


def check_password(password: str, stored: str) -> bool:
    _, n, r, p, salt, wanted = stored.split("$")
    found = scrypt(password, base64.b64decode(salt), (int(n), int(r), int(p)))
    return hmac.compare_digest(found, base64.b64decode(wanted))


def is_cheap(stored: str) -> bool:
    """Whether a hash was made at a lower cost than today's: make it anew while the password is at hand."""
    return tuple(map(int, stored.split("$")[1:4])) < COST


def scrypt(password: str, salt: bytes, cost: tuple[int, int, int]) -> bytes:
    text = unicodedata.normalize("NFC", password).encode()
    n, r, p = 2 ** cost[0], cost[1], cost[2]
    return hashlib.scrypt(text, salt=salt, n=n, r=r, p=p, maxmem=2**28, dklen=32)
# ANCHOR_END: password


def digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


@dataclass(frozen=True)
class Person:
    id: uuid.UUID
    email: str
    kind: str = "user"  # or staff
    password_hash: str | None = field(default=None, repr=False)
    totp_seed: bytes | None = field(default=None, repr=False)  # decrypted by the caller
    totp_last_step: int = 0
    recovery_hashes: tuple[str, ...] = field(default=(), repr=False)
    factor_required: bool = False  # by the role; see roles.csv
    locked: bool = False


@dataclass(frozen=True)
class Session:
    digest: bytes = field(repr=False)
    person: uuid.UUID
    kind: str
    factors: str
    created_at: datetime
    last_seen_at: datetime
    confirmed_at: datetime
    expires_at: datetime
    ended_reason: str | None = None


@dataclass(frozen=True)
class Token:
    digest: bytes = field(repr=False)
    person: uuid.UUID
    purpose: str
    email: str
    expires_at: datetime
    used: bool = False


class SignIn:
    """`store` keeps people, sessions, tokens and attempts; `audit` gets a dict for each act; `clock` gives UTC.
    `pepper` comes from the secret store."""

    def __init__(self, store, audit: Callable[[dict], None], clock: Callable[[], datetime], pepper: bytes, cost=COST):
        self.store, self.audit, self.clock, self.pepper, self.cost = store, audit, clock, pepper, cost
        self.decoy = hash_password(secrets.token_hex(), cost)

    # ANCHOR: password_step
    def with_password(self, email: str, password: str, code: str | None, address: str) -> str:
        """A session's cookie for e-mail, password and, where the person has one, a second factor."""
        now, person = self.clock(), self.store.person_by_email(email)
        account = self.account(email)
        if self.store.failures("account", account, now - WINDOW) >= FAILURES["account"] or \
                self.store.failures("address", address, now - WINDOW) >= FAILURES["address"]:
            raise Refused("auth.sign_in_throttled", "throttled")
        # The same work for a stranger, so that the time of the answer doesn't tell who has an account.
        right = check_password(password, person.password_hash if person and person.password_hash else self.decoy)
        if person is None or person.password_hash is None or person.kind == "staff" or not right:
            return self.fail(account, address, "wrong-password")
        if person.locked:
            return self.fail(account, address, "locked")
        factors = self.second_factor(person, code)
        if factors is None:
            return self.fail(account, address, "wrong-factor")
        self.store.attempt(account, address, now, "success")
        if is_cheap(person.password_hash) and self.cost == COST:
            self.store.set_password(person.id, hash_password(password))
        return self.open(person, factors)
    # ANCHOR_END: password_step

    def account(self, email: str) -> str:
        """What an attempt is counted by: keyed, so that the table of attempts is no list of addresses."""
        return hmac.new(self.pepper, email.strip().lower().encode(), hashlib.sha256).hexdigest()

    def fail(self, account: str, address: str, cause: str):
        self.store.attempt(account, address, self.clock(), cause)
        raise Refused("auth.sign_in_failed", cause)

    # ANCHOR: factor
    def second_factor(self, person: Person, code: str | None) -> str | None:
        """How the person was recognised, or None. A code of an authenticator counts once, a recovery code too."""
        if person.totp_seed is None:
            return None if person.factor_required else "password"
        if not code:
            return None
        step = int(self.clock().timestamp()) // 30
        for candidate in (step, step - 1, step + 1):  # 30 s of drift either way
            if candidate > person.totp_last_step and totp_is(person.totp_seed, code, candidate):
                self.store.use_totp(person.id, candidate)
                return "password+totp"
        for stored in person.recovery_hashes:
            if check_password(code.replace("-", "").upper(), stored):
                self.store.use_recovery(person.id, stored)
                self.audit({"action": "sign_in.recovery_used", "person": str(person.id)})
                return "password+recovery"
        return None
    # ANCHOR_END: factor

    def with_passkey(self, person: Person) -> str:
        """After the WebAuthn library has accepted the answer, with user verification."""
        if person.locked:
            raise Refused("auth.sign_in_failed", "locked")
        return self.open(person, "passkey")

    # ANCHOR: session
    def open(self, person: Person, factors: str) -> str:
        """A new session, with a new cookie: one that an attacker planted before the sign-in is worth nothing."""
        cookie, now = secrets.token_urlsafe(32), self.clock()
        self.store.add_session(Session(digest(cookie), person.id, person.kind, factors, now, now, now,
                                       now + LIFETIME[person.kind]))
        self.audit({"action": "sign_in.succeeded", "person": str(person.id), "factors": factors})
        return cookie

    def check(self, cookie: str | None) -> Session:
        """The session of a request. Slides the idle time, at most once a minute, and never the end."""
        session, now = self.store.session(digest(cookie or "")), self.clock()
        if session is None or session.ended_reason:
            raise Refused("auth.session_expired", "unknown or ended")
        if now >= session.expires_at:
            return self.close(session, "expired")
        if now - session.last_seen_at >= IDLE[session.kind]:
            return self.close(session, "idle")
        if now - session.last_seen_at >= TOUCH_EVERY:
            session = replace(session, last_seen_at=now)
            self.store.save_session(session)
        return session

    def close(self, session: Session, reason: str):
        self.store.save_session(replace(session, ended_reason=reason))
        raise Refused("auth.session_expired", reason)

    def end_all(self, person: uuid.UUID, reason: str, keep: bytes | None = None) -> int:
        open_ones = [session for session in self.store.sessions(person)
                     if not session.ended_reason and session.digest != keep]
        for session in open_ones:
            self.store.save_session(replace(session, ended_reason=reason))
        return len(open_ones)
    # ANCHOR_END: session

    # ANCHOR: reset
    def ask_reset(self, email: str, send: Callable[[str, str], None]) -> None:
        """Says nothing about whether the address is known. `send` queues a mail; it doesn't wait for it."""
        person = self.store.person_by_email(email)
        if person and person.kind == "user" and not person.locked:
            send(person.email, self.token(person, "password-reset"))

    def token(self, person: Person, purpose: str) -> str:
        """A new one ends those of the same purpose before it."""
        text = secrets.token_urlsafe(32)
        self.store.replace_token(Token(digest(text), person.id, purpose, person.email,
                                       self.clock() + TOKEN_LIFETIME[purpose]))
        return text

    def use_token(self, text: str, purpose: str) -> Person:
        token = self.store.token(digest(text))
        person = self.store.person(token.person) if token else None
        if (token is None or person is None or token.purpose != purpose or token.used or person.locked
                or self.clock() >= token.expires_at or token.email != person.email):
            raise Refused("auth.token_invalid", "unknown, used, expired or for another address")
        self.store.replace_token(replace(token, used=True))
        return person

    def reset(self, text: str, password: str, blocked: frozenset[str]) -> Person:
        """A new password ends every session. It signs nobody in: the second factor is asked for as always."""
        token = self.store.token(digest(text))
        person = self.store.person(token.person) if token else None
        fault = person and weakness(password, with_factor=person.totp_seed is not None, blocked=blocked,
                                    context=(person.email.split("@")[0], "harbourline"))
        if fault:
            raise Refused("request.invalid", fault)  # The token stays good for another try.
        person = self.use_token(text, "password-reset")
        self.store.set_password(person.id, hash_password(password, self.cost))
        self.end_all(person.id, "password-changed")
        self.audit({"action": "password.reset", "person": str(person.id)})
        return person
    # ANCHOR_END: reset


def totp_is(seed: bytes, code: str, step: int) -> bool:
    try:
        TOTP(seed, 6, SHA1(), 30, enforce_key_length=False).verify(code.encode(), step * 30)
    except InvalidToken:
        return False
    return True


def recovery_codes() -> list[str]:
    """Ten codes of 80 bits, to print. Store each with `hash_password` of the code without its hyphens."""
    texts = (base64.b32encode(secrets.token_bytes(10)).decode() for _ in range(10))
    return ["-".join(text[i:i + 4] for i in range(0, 16, 4)) for text in texts]


def may_come_from_elsewhere(method: str, headers: dict[str, str], own: str) -> bool:
    """Whether a request that changes something was sent by another site. Refuse it (403 auth.cross_site)."""
    if method in ("GET", "HEAD", "OPTIONS"):
        return False
    if site := headers.get("Sec-Fetch-Site"):
        return site != "same-origin"
    return headers.get("Origin") != own
