"""Evaluates feature flags from a file, in the terms of the OpenFeature specification.

An evaluation never raises and never asks the network, the database or the clock: the same file and
the same context give the same value everywhere. An expired flag keeps its value (see flagctl.py).
"""
import hashlib
import json
import logging
import os
from dataclasses import dataclass, field

log = logging.getLogger("flags")
BUCKETS = 10_000


@dataclass(frozen=True)
class Details:
    """OpenFeature's evaluation details."""

    flag_key: str
    value: object
    variant: str = ""
    reason: str = "ERROR"
    error_code: str = ""
    error_message: str = ""
    flag_metadata: dict = field(default_factory=dict)


# ANCHOR: bucket
def bucket(flag_key, targeting_key):
    """A number from 0 to 9,999 that depends on both keys alone.

    The flag's key is part of it, so that the same clients aren't the first in every rollout.
    """
    digest = hashlib.sha256(f"{flag_key}:{targeting_key}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % BUCKETS
# ANCHOR_END: bucket


# ANCHOR: order
def resolve(flag, flag_key, context):
    """The variant and the reason: kill switch, then the rules in order, then the default."""
    if flag["state"] == "DISABLED":
        return flag["off_variant"], "DISABLED"
    for rule in flag["rules"]:
        if not all(holds(condition, context) for condition in rule.get("when", ())):
            continue
        if "percentage" not in rule:
            return rule["variant"], "TARGETING_MATCH"
        if in_share(rule["percentage"], flag_key, context):
            return rule["variant"], "SPLIT"
    return flag["default_variant"], "DEFAULT" if flag["rules"] else "STATIC"


def holds(condition, context):
    """Nothing is known of an absent attribute, so it satisfies neither `in` nor `not_in`."""
    value = context.get(condition["attribute"])
    if value is None:
        return False
    return (value in condition["values"]) == (condition["op"] == "in")


def in_share(percentage, flag_key, context):
    """Percentages of one flag are thresholds on one bucket: growing one never drops anybody."""
    if not context.get("targeting_key"):
        raise NoTargetingKey
    return bucket(flag_key, context["targeting_key"]) < round(percentage * BUCKETS / 100)
# ANCHOR_END: order


class NoTargetingKey(Exception):
    """A share was asked of a context that names nobody."""


class Flags:
    """The provider and the client in one: reads the file, and reads it again when it changes."""

    def __init__(self, path):
        self.path, self.flags, self.stamp = path, None, None
        self.reload()

    # ANCHOR: reload
    def reload(self):
        """Called every 30 seconds. A file that can't be read leaves the last good flags in force."""
        try:
            status = os.stat(self.path)
            stamp = (status.st_mtime_ns, status.st_ino, status.st_size)
            if stamp != self.stamp:
                with open(self.path, encoding="utf-8") as file:
                    content = json.load(file)
                if content["version"] != 1:
                    raise ValueError("unknown version")
                self.flags, self.stamp = dict(content["flags"]), stamp
        except (OSError, ValueError, KeyError, TypeError) as error:
            log.error("flags not reloaded from %s: %s", self.path, error)
    # ANCHOR_END: reload

    def boolean_value(self, flag_key, default, context=None):
        return self.details(flag_key, default, context, bool).value

    def string_value(self, flag_key, default, context=None):
        return self.details(flag_key, default, context, str).value

    def number_value(self, flag_key, default, context=None):
        return self.details(flag_key, default, context, (int, float)).value

    def object_value(self, flag_key, default, context=None):
        return self.details(flag_key, default, context, dict).value

    # ANCHOR: details
    def details(self, flag_key, default, context=None, kind=object):
        """Evaluates a flag; `default` is what the caller gets whenever that fails."""
        def failed(code, message=""):
            log.warning("flag %s: %s %s", flag_key, code, message)
            return Details(flag_key, default, error_code=code, error_message=message)

        flags = self.flags  # Once, because another thread may reload.
        if flags is None:
            return failed("PROVIDER_NOT_READY")
        if flag_key not in flags:
            return failed("FLAG_NOT_FOUND")
        flag = flags[flag_key]
        try:
            variant, reason = resolve(flag, flag_key, context or {})
            value = flag["variants"][variant]
            metadata = {name: flag[name] for name in ("kind", "owner", "expires")}
        except NoTargetingKey:
            return failed("TARGETING_KEY_MISSING")
        except (KeyError, TypeError, AttributeError) as error:
            return failed("PARSE_ERROR", repr(error))
        if not isinstance(value, kind) or (isinstance(value, bool) and kind not in (bool, object)):
            return failed("TYPE_MISMATCH", f"value is {type(value).__name__}")
        return Details(flag_key, value, variant, reason, flag_metadata=metadata)
    # ANCHOR_END: details
