"""Turns failures into answers after RFC 9457, from the registry errors.yaml. Standard library only.

    raise Problem("invoice.not_payable", detail="Invoice 2026-0042 was paid on 20 November.")

At the outermost boundary, for whatever was raised: status, headers, body = answer(error, trace_id)
"""
import json
import re
from pathlib import Path

REGISTRY = Path(__file__).resolve().parents[2] / "reference/errors.yaml"
DETAIL_MAX = 300


def read_registry(path=REGISTRY):
    """The registry by code. It is a list of flat maps, so that no YAML library is needed."""
    entries = {}
    for block in re.split(r"^- ", path.read_text(encoding="utf-8"), flags=re.M)[1:]:
        lines = [line.strip().split(": ", 1) for line in block.splitlines() if re.match(r"\s*\w+: ", line)]
        entry = {key: value.strip('"') for key, value in lines}
        entries[entry["code"]] = {**entry, "http": int(entry["http"]), "retryable": entry["retryable"] == "true"}
    return entries


CODES = read_registry()


class Problem(Exception):
    """A failure that the client is told. A code that isn't registered is a fault of the caller, found at once."""

    def __init__(self, code, detail=None, errors=None, retry_after_s=None):
        if code not in CODES:
            raise LookupError(f"not in errors.yaml: {code}")
        if (code == "request.invalid") != bool(errors):
            raise ValueError("request.invalid and only it names the faults in `errors`")
        if CODES[code]["http"] in (429, 503) and retry_after_s is None:
            raise ValueError(f"{code} says when to come back: retry_after_s")
        super().__init__(code)
        self.code, self.detail, self.errors, self.retry_after_s = code, detail, errors, retry_after_s


# ANCHOR: answer
# Failures that aren't problems: the client learns the kind, never the text of the exception.
UNEXPECTED = [(TimeoutError, "service.timeout"), (ConnectionError, "service.dependency_failed"),
              (Exception, "service.internal")]


def answer(error, trace_id):
    """Status, headers and body for a failure. Logging it, with its stack, is up to the caller."""
    if isinstance(error, Problem):
        code, detail, errors, wait = error.code, error.detail, error.errors, error.retry_after_s
    else:
        code = next(code for kind, code in UNEXPECTED if isinstance(error, kind))
        detail = errors = wait = None
    entry = CODES[code]
    body = {"type": entry["type"], "title": entry["title"], "status": entry["http"], "code": code, "trace_id": trace_id}
    if detail and code != "service.internal":
        body["detail"] = detail[:DETAIL_MAX]
    if errors:
        body["errors"] = errors[:50]
    headers = {"Content-Type": "application/problem+json", "Cache-Control": "no-store"}
    if wait is not None:
        headers["Retry-After"] = str(max(1, round(wait)))
    if entry["http"] == 401:
        sent = re.match(r"auth\.key_(?!missing)", code)
        headers["WWW-Authenticate"] = 'Bearer realm="api"' + (', error="invalid_token"' if sent else "")
    return entry["http"], headers, json.dumps(body, ensure_ascii=False).encode()
# ANCHOR_END: answer


# ANCHOR: client
def may_repeat(status, body):
    """What a client asks before it sends the same request again, with the same Idempotency-Key."""
    try:
        code = json.loads(body)["code"]
        return CODES[code]["retryable"]
    except (ValueError, KeyError, TypeError):  # A proxy's page, or a code that is newer than this client.
        return status in (429, 500, 502, 503, 504)
# ANCHOR_END: client
