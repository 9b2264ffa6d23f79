"""The headers of a deprecated operation, and whether our own rules are kept. Python 3.11, standard library only."""

import re
import sys
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime, parsedate_to_datetime

NOTICE = timedelta(days=365)


# ANCHOR: headers
def headers(deprecated, sunset, page):
    """`deprecated` and `sunset` in UTC. RFC 9745: seconds since 1970 after an @. RFC 8594: a date of HTTP."""
    if sunset - deprecated < NOTICE:
        raise ValueError("an operation lives for 365 days after it is deprecated, at least")
    return {"Deprecation": f"@{int(deprecated.timestamp())}", "Sunset": format_datetime(sunset, usegmt=True),
            "Link": f'<{page}>; rel="deprecation"; type="text/html", <{page}>; rel="sunset"; type="text/html"'}


def faults(given):
    """What is wrong with the headers of an answer; nothing if neither is there."""
    deprecation, sunset = given.get("Deprecation"), given.get("Sunset")
    if deprecation is None:
        return [] if sunset is None else ["Sunset without Deprecation"]
    if not re.fullmatch(r"@-?\d{1,15}", deprecation):
        return ["Deprecation is no date of RFC 9651"]
    if 'rel="deprecation"' not in given.get("Link", ""):
        return ["no Link to what replaces it"]
    if sunset is None:
        return []  # Deprecated, with no end yet.
    try:
        ends = parsedate_to_datetime(sunset)
    except ValueError:
        return ["Sunset is no date of HTTP"]
    if not sunset.endswith(" GMT"):
        return ["Sunset is no date of HTTP"]
    notice = ends - datetime.fromtimestamp(int(deprecation[1:]), timezone.utc)
    return [] if notice >= NOTICE else [f"only {notice.days} days between Deprecation and Sunset"]
# ANCHOR_END: headers


def main():
    """Reads the headers of an answer, as `curl -sI` prints them."""
    given = dict(line.rstrip("\r\n").split(": ", 1) for line in sys.stdin if ": " in line)
    found = faults({name.title(): value for name, value in given.items()})
    print("\n".join(found) or "headers ok")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
