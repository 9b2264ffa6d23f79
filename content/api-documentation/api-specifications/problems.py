"""Problems: the errors of the API as RFC 9457 has them. Every answer from 400 up is made here.

Python 3.11, standard library only. Reads the registry `reference/errors.yaml`, so that no code can be raised that is
not in it.
"""

import json
import re
from pathlib import Path

REGISTRY = Path(__file__).resolve().parents[2] / "reference" / "errors.yaml"


def read_registry(path=REGISTRY):
    """The codes with their fields. Reads a YAML list of flat maps, which is all that errors.yaml may hold."""
    entries = []
    for line in Path(path).read_text(encoding="utf-8").splitlines():
        if match := re.match(r"(- |  )(\w+): (.*)", line):
            start, key, value = match.groups()
            if start == "- ":
                entries.append({})
            entries[-1][key] = json.loads(value) if re.fullmatch(r'\d+|true|false|".*"', value) else value
    return {entry["code"]: entry for entry in entries}


# ANCHOR: problem
CODES = read_registry()


class Problem(Exception):
    """A refusal. `detail` is for people and holds no personal data and no secret; `extra` are further members."""

    def __init__(self, code, detail=None, headers=(), **extra):
        super().__init__(code)
        self.entry = CODES[code]  # An unregistered code is a fault of ours, found by the first test that raises it.
        self.status, self.headers = self.entry["http"], dict(headers)
        self.extra = {key: value for key, value in {"detail": detail, **extra}.items() if value is not None}

    def body(self, trace_id=None):
        members = {"type": self.entry["type"], "title": self.entry["title"], "status": self.status,
                   "code": self.entry["code"], **self.extra}
        return {**members, "trace_id": trace_id} if trace_id else members
# ANCHOR_END: problem
