"""Writes logs as one JSON object a line, with the trace they belong to and without secrets. Standard library only.

    structured_log.setup(service="api", version="2026.11.25", environment="production")
    log = logging.getLogger("invoices")
    with structured_log.bind(trace_id=trace_id, organisation_id=organisation_id):
        structured_log.event(log, logging.INFO, "invoice.issued", "Invoice issued", invoice_id=invoice.id)

The form of a line is log.schema.json. Lines of libraries, which know nothing of events, become `log.other`.
"""
import collections
import contextlib
import contextvars
import decimal
import json
import logging
import math
import re
import secrets
import socket
import sys
import traceback
import uuid
from datetime import date, datetime, timezone

MESSAGE_MAX, VALUE_MAX, STACK_MAX, DATA_MAX = 1000, 500, 8000, 20
READ_MAX = 20_000  # What lies beyond is never looked at; far more than is kept, so that no cut secret is.
CONTEXT = ("trace_id", "span_id", "organisation_id", "user_id", "key_id")
_context = contextvars.ContextVar("log_context", default={})

# ANCHOR: redaction
SECRET_FIELD = re.compile(r"password|secret|token|authorization|cookie|credential|private_key|api_key$|^key$"
                          r"|(^|_)(card|iban|totp|otp)(_|$)|recovery_code|signature$", re.I)
# A pattern with a group keeps what the group found, and takes out the rest. Lengths are bounded where a pattern could
# start at every sign: a long word must not stop the process.
PATTERNS = {
    "private-key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.S),
    "api-key": re.compile(r"hbl_(?:live|test)_[0-9A-Za-z_]{8,}"),
    "webhook-secret": re.compile(r"whsec_[0-9A-Za-z_-]{8,}"),
    "provider-key": re.compile(r"\b(?:[sr]k_(?:live|test)_|gh[pousr]_|github_pat_|xox[abprs]-|AKIA)[0-9A-Za-z_-]{12,}"),
    "jwt": re.compile(r"\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*"),
    "bearer": re.compile(r"\b((?:bearer|basic) +)[\w.~+/=-]{16,}", re.I),
    "url-password": re.compile(r"(://[^\s/:@]*:)[^\s/@]+(?=@)"),
    "cookie": re.compile(r"(__Host-[a-z]+=)[^;\s\"']+"),
    "query": re.compile(r"([?&](?:code|state|sig|signature)=)[^&\s\"']+", re.I),
    "assignment": re.compile(r"((?:password|passwd|secret|token|api_?key)[\"']?\s*[=:]\s*[\"']?)[^\s\"',;&})\[]+", re.I),
    "email": re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+"),
    "card": re.compile(r"(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)"),
    "iban": re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}\b"),
}
PLAIN = (str, datetime, date, uuid.UUID, decimal.Decimal)
redactions = collections.Counter()  # The metric log_redactions_total reads it.


def redact(text):
    """The text with every secret and every address replaced by the name of the rule that found it."""
    for rule, pattern in PATTERNS.items():
        text = pattern.sub(lambda match: _mark(rule, match), text)
    return text


def _mark(rule, match):
    if (rule == "card" and not _luhn(match[0])) or (rule == "iban" and not _mod97(match[0])):
        return match[0]
    redactions[rule] += 1
    return f"{match[1] if match.re.groups else ''}[{rule}]"


def _luhn(text):
    digits = [int(sign) for sign in text if sign.isdigit()]
    doubled = [sum(divmod(digit * 2, 10)) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _mod97(text):
    text = text.replace(" ", "")
    return int("".join(str(int(sign, 36)) for sign in text[4:] + text[:4])) % 97 == 1


def clean(name, value):
    """One value of `data`. Types that could hide a secret inside (maps, objects) are named, not written."""
    if value is None or isinstance(value, (bool, int)):
        return value
    if SECRET_FIELD.search(name):
        redactions["field"] += 1
        return "[field]"
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    return first(str(value), VALUE_MAX) if isinstance(value, PLAIN) else f"[{type(value).__name__}]"
# ANCHOR_END: redaction


def first(text, longest):
    """The beginning of a text, redacted."""
    text = redact(text[:READ_MAX])
    return text if len(text) <= longest else text[:longest - 1] + "…"


def last(text, longest):
    """The end of a text, redacted: of a stack it tells most."""
    text = redact(text[-READ_MAX:])
    return text if len(text) <= longest else "…" + text[1 - longest:]


# ANCHOR: trace
TRACEPARENT = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")


def parse_traceparent(header):
    """Trace id and span id of a W3C `traceparent` from inside our network, or None if it isn't one."""
    match = TRACEPARENT.fullmatch(header or "")
    if not match or match[1] == "ff" or (match[1] == "00" and match[5]):
        return None
    if set(match[2]) == {"0"} or set(match[3]) == {"0"}:
        return None
    return match[2], match[3]


def new_trace_id():
    """What the public edge gives each request: an outsider must not choose an id of ours."""
    return secrets.token_hex(16)


def kept(trace_id, share):
    """Whether the lines of a trace are kept: the same answer for every line and on every host."""
    return int(trace_id[-14:], 16) < share * 2**56
# ANCHOR_END: trace


@contextlib.contextmanager
def bind(**values):
    """Adds ids to every line that is written inside, in this thread or task."""
    unknown = set(values) - set(CONTEXT)
    if unknown:
        raise TypeError(f"not part of the context: {', '.join(sorted(unknown))}")
    token = _context.set({**_context.get(), **values})
    try:
        yield
    finally:
        _context.reset(token)


def event(log, level, name, message, *, exc_info=None, **data):
    """Writes one event. `message` is constant: what varies goes into `data`, where it can be searched."""
    log.log(level, message, exc_info=exc_info, extra={"event": name, "data": data})


# ANCHOR: formatter
class JsonFormatter(logging.Formatter):
    """Makes a line of JSON of a record. It never raises: a log that fails must not fail the request."""

    def __init__(self, service, version, environment):
        super().__init__()
        self.fixed = {"service": service, "version": version, "environment": environment, "host": socket.gethostname()}

    def format(self, record):
        try:
            return self.line(self.fields(record))
        except Exception as error:  # Whatever a value's __str__ may do.
            return self.line({**self.head(record, "log.failed"), "message": f"line lost: {type(error).__name__}"})

    def head(self, record, name):
        at = datetime.fromtimestamp(record.created, timezone.utc)
        return {"time": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                "level": record.levelname.lower(), **self.fixed, "event": name}

    def fields(self, record):
        fields = self.head(record, getattr(record, "event", "log.other"))
        fields["message"] = first(record.getMessage(), MESSAGE_MAX)
        fields.update({name: value for name, value in _context.get().items() if value is not None})
        data = list(getattr(record, "data", {}).items())[:DATA_MAX]
        if data:
            fields["data"] = {name: clean(name, value) for name, value in data}
        if record.exc_info and record.exc_info[0]:
            stack = "".join(traceback.format_exception(*record.exc_info))
            fields["error"] = {"type": record.exc_info[0].__name__, "stack": last(stack, STACK_MAX)}
        return fields

    def line(self, fields):
        return json.dumps(fields, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
# ANCHOR_END: formatter


class Sampled(logging.Filter):
    """Keeps a share of the lines `http.request` of answers below 400; everything else always."""

    def __init__(self, share):
        super().__init__()
        self.share = share

    def filter(self, record):
        data = getattr(record, "data", {})
        if getattr(record, "event", "") != "http.request" or data.get("status", 500) >= 400:
            return True
        return kept(_context.get().get("trace_id") or new_trace_id(), self.share)


def setup(service, version, environment, share=1.0, stream=sys.stdout, level=logging.INFO):
    """Sends the logs of the whole process to `stream`, where systemd and rsyslog take them."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter(service, version, environment))
    handler.addFilter(Sampled(share))
    logging.basicConfig(handlers=[handler], level=level, force=True)
