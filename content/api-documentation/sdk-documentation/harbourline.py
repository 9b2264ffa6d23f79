"""A client of the Harbourline API, version 1. One file, Python 3.11 or later, standard library only.

    import harbourline
    client = harbourline.Client(key)
    for invoice in client.invoices(status="open"):
        print(invoice["number"], invoice["total_minor"])

The key is sent to the API's host and to no other: redirects are not followed, and plain HTTP is refused except to
127.0.0.1, for tests. Nothing is logged, and the key is in no `repr` and no error.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import random
import re
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
import warnings
from collections.abc import Iterator

__version__ = "1.2.0"
API_URL = "https://api.harbourline.example"
TIMEOUT_S = 35.0  # The API answers or gives up in 30.
TRIES = 5
GIVE_UP_S = 120.0
WAIT_S, WAIT_MAX_S = 0.5, 30.0
PASSES = frozenset({429, 500, 502, 503, 504})  # What may pass by itself.
TOLERANCE_S = 300


class ApiError(Exception):
    """The API refused. Decide by `code`; `str()` is for people."""

    def __init__(self, status: int, problem: dict, retry_after: float | None = None):
        self.status, self.problem, self.retry_after = status, problem, retry_after
        self.code = problem.get("code", "unknown")
        self.trace_id = problem.get("trace_id")
        said = ": ".join(filter(None, (problem.get("title"), problem.get("detail"))))
        super().__init__(f"{status} {self.code}: {said or 'no problem document'} (trace id {self.trace_id})")

    @property
    def retryable(self) -> bool:
        """Whether the same request may succeed later; the client has tried already where that was safe."""
        return self.status in PASSES or self.code == "idempotency.in_progress"


class NoAnswer(Exception):
    """The API didn't answer; it may have done what was asked. Ask again with the same idempotency key."""


# ANCHOR: retry
def wait_s(tries: int, retry_after: float | None, dice: random.Random) -> float:
    """Seconds to wait after so many failed tries: a random share of a doubling span, and never less than the API
    asked for. The randomness keeps clients that failed together from coming back together."""
    span = min(WAIT_MAX_S, WAIT_S * 2 ** (tries - 1))
    return max(retry_after or 0.0, dice.uniform(0, span))
# ANCHOR_END: retry


class Client:
    """`sleep`, `clock` and `dice` are for tests."""

    def __init__(self, key: str, *, url: str = API_URL, timeout: float = TIMEOUT_S, sleep=time.sleep,
                 clock=time.monotonic, dice: random.Random | None = None):
        parts = urllib.parse.urlsplit(url)
        if parts.scheme != "https" and parts.hostname != "127.0.0.1":
            raise ValueError("the API is called by https only")
        if not re.fullmatch(r"[!-~]+", key):
            raise ValueError("this is not an API key")  # Without the text: it may be another secret.
        self._key, self._url, self._timeout = key, url.rstrip("/"), timeout
        self._sleep, self._clock, self._dice = sleep, clock, dice or random.Random()
        self._opener = urllib.request.build_opener(NoRedirects)

    def __repr__(self) -> str:
        return f"Client({self._url!r})"

    # Operations

    def organisation(self) -> dict:
        """The organisation that the key belongs to."""
        return self.request("GET", "/v1/organisation")

    def update_organisation(self, *, version: int | None = None, **changes) -> dict:
        """With `version` the change is refused (412) when the organisation has changed since you read it."""
        return self.request("PATCH", "/v1/organisation", changes, version=version)

    def invoices(self, **filters) -> Iterator[dict]:
        """All invoices, newest first, fetched as they are needed; filters are those of `listInvoices`."""
        return self.every("/v1/invoices", **filters)

    def invoice(self, invoice_id: str) -> dict:
        """One invoice with its lines."""
        return self.request("GET", f"/v1/invoices/{quote(invoice_id)}")

    def pay_invoice(self, invoice_id: str, *, idempotency_key: str) -> dict:
        """Keep the key beside the invoice in your own database before you call, and use it for every repetition."""
        return self.request("POST", f"/v1/invoices/{quote(invoice_id)}/pay", idempotency_key=idempotency_key)

    def usage(self, month: str | None = None) -> dict:
        """Calls of a month such as `2026-11` beside what the plan includes; without one, of this month."""
        return self.request("GET", "/v1/usage", query={"month": month})

    def create_webhook_endpoint(self, url: str, events: list[str], *, idempotency_key: str, description: str = "") -> dict:
        """The answer holds the secret, this once."""
        body = {"url": url, "events": events, "description": description}
        return self.request("POST", "/v1/webhook-endpoints", body, idempotency_key=idempotency_key)

    def webhook_events(self, **filters) -> Iterator[dict]:
        """Events of the last 30 days, newest first; filters are those of `listWebhookEvents`."""
        return self.every("/v1/webhook-events", **filters)

    def replay_webhook_event(self, event_id: str) -> list[dict]:
        """The new deliveries, one for each endpoint that wants the event."""
        return self.request("POST", f"/v1/webhook-events/{quote(event_id)}/replay", repeatable=True)["data"]

    # How they are made

    # ANCHOR: every
    def every(self, path: str, **filters) -> Iterator[dict]:
        """All objects of a list, page by page as they are needed."""
        cursor = None
        while True:
            page = self.request("GET", path, query={"limit": 100, **filters, "cursor": cursor})
            yield from page["data"]
            cursor = page["next_cursor"]
            if cursor is None:
                return
    # ANCHOR_END: every

    # ANCHOR: request
    def request(self, method: str, path: str, body: dict | None = None, *, query: dict | None = None,
                idempotency_key: str | None = None, version: int | None = None, repeatable: bool = False) -> dict:
        """One operation: the answer's body, or ApiError or NoAnswer. What is safe to repeat is repeated: reading,
        deleting, and whatever carries an idempotency key."""
        request = self._prepare(method, path, body, query, idempotency_key, version)
        repeatable = repeatable or method in ("GET", "DELETE") or idempotency_key is not None
        give_up_at = self._clock() + GIVE_UP_S
        for tries in range(1, TRIES + 1):
            try:
                return self._send(request)
            except NoAnswer as failure:
                error, retry_after, again = failure, None, repeatable
            except ApiError as failure:
                # A 429 was refused before anything was done, so it may always be repeated.
                error, retry_after = failure, failure.retry_after
                again = failure.retryable and (repeatable or failure.status == 429)
            wait = wait_s(tries, retry_after, self._dice)
            if not again or tries == TRIES or self._clock() + wait > give_up_at:
                raise error
            self._sleep(wait)
        raise AssertionError("the last try returns or raises")
    # ANCHOR_END: request

    def _prepare(self, method, path, body, query, idempotency_key, version) -> urllib.request.Request:
        asked = {name: value for name, value in (query or {}).items() if value is not None}
        url = self._url + path + (f"?{urllib.parse.urlencode(asked)}" if asked else "")
        headers = {"Authorization": f"Bearer {self._key}", "Accept": "application/json",
                   "User-Agent": f"harbourline-python/{__version__}"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if idempotency_key is not None:
            headers["Idempotency-Key"] = f'"{uuid.UUID(idempotency_key)}"'
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        data = None if body is None else json.dumps(body).encode()
        return urllib.request.Request(url, data, headers, method=method)

    def _send(self, request: urllib.request.Request) -> dict:
        try:
            with self._opener.open(request, timeout=self._timeout) as answer:
                warn_of_deprecation(request, answer.headers)
                text = answer.read()
        except urllib.error.HTTPError as error:
            with error:
                raise ApiError(error.code, problem_in(error), seconds(error.headers.get("Retry-After"))) from None
        except (OSError, http.client.HTTPException) as error:
            raise NoAnswer(f"{request.method} {urllib.parse.urlsplit(request.full_url).path}: {error}") from error
        return json.loads(text) if text else {}


class NoRedirects(urllib.request.HTTPRedirectHandler):
    """Refuses redirects: urllib would send the key along to wherever they lead."""

    def redirect_request(self, *_):
        """No request: the redirect then is an answer like others, and an error."""
        return None


def quote(part: str) -> str:
    """A part of a path in which no sign has a meaning."""
    return urllib.parse.quote(part, safe="")


def problem_in(error: urllib.error.HTTPError) -> dict:
    """The problem document; nothing for another body, such as a proxy's page."""
    if error.headers.get_content_type() != "application/problem+json":
        return {}
    try:
        problem = json.loads(error.read())
    except (ValueError, OSError, http.client.HTTPException):
        return {}
    return problem if isinstance(problem, dict) else {}


def seconds(value: str | None) -> float | None:
    """Whole seconds of a `Retry-After`; nothing for a date, which the API never sends."""
    return float(value) if value and value.isascii() and value.isdigit() else None


def warn_of_deprecation(request: urllib.request.Request, headers) -> None:
    """Warns once a place when an operation has been given an end."""
    if headers.get("Deprecation"):
        path = urllib.parse.urlsplit(request.full_url).path
        warnings.warn(f"{request.method} {path} is deprecated; it ends {headers.get('Sunset', 'at a time to be told')}",
                      DeprecationWarning, stacklevel=2)


# ANCHOR: verify
def verify_webhook(header: str | None, body: bytes, secrets: list[str], now: float | None = None) -> dict:
    """The event in a delivery, if one of your secrets signed these very bytes in the last five minutes; ValueError
    else. Give both secrets while a rotation is open. Check `id` against those you have handled before you act."""
    fields = [part.strip().partition("=") for part in (header or "").split(",")]
    times = [value for name, _, value in fields if name == "t"]
    given = [value for name, _, value in fields if name == "v1"]
    if len(times) != 1 or not (times[0].isascii() and times[0].isdigit()) or not given:
        raise ValueError("no usable signature")
    if abs((time.time() if now is None else now) - int(times[0])) > TOLERANCE_S:
        raise ValueError("the signature is too old, or your clock is wrong")
    signed = times[0].encode() + b"." + body
    wanted = [hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in secrets]
    if not any(hmac.compare_digest(a.encode(), b.encode()) for a in wanted for b in given):
        raise ValueError("none of the secrets made this signature")
    return json.loads(body)
# ANCHOR_END: verify
