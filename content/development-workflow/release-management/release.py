"""Plans a release, writes its notes, and makes its tag. Without --publish nothing is changed.

    python3 release.py --checks checks.csv --freezes freezes.csv --by eve --approved-by ada
    python3 release.py … --publish                  makes the signed tag; the job that it starts does the rest
    python3 release.py … --hotfix "SEV2: exports"   past window and freeze, never past a check
    python3 release.py … --maintenance              in the announced window of a Sunday instead

Prints the plan; exit status 1 and the reasons if something stands in the way. Python 3.11 and git 2.34.
"""
import argparse
import csv
import re
import subprocess
import sys
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Dublin")
OPENS, CLOSES, CLOSES_FRIDAY = time(9, 30), time(16, 0), time(12, 0)
MAINTENANCE = (6, time(4, 0), time(6, 0))  # Sunday; what contracts exclude from availability.
MOST_A_DAY = 2
CONTRACT_DAYS = 7
NAME = re.compile(r"(\d{4})\.(\d\d)\.(\d\d)(?:\.([2-9]))?")
KINDS = ("security", "added", "changed", "deprecated", "removed", "fixed")
NEEDED = ("required", "staging")  # On the commit itself; the last night counts if it ran on what the commit holds.
TRAILER = re.compile(r"^(Changelog|Contract|Ticket): (.+)$", re.M)


def git(*arguments):
    return subprocess.run(["git", *arguments], check=True, stdout=subprocess.PIPE, text=True).stdout.rstrip("\n")


# ANCHOR: name
def next_name(tags, today):
    """The day, and from the second release of a day a number: 2026.11.25, 2026.11.25.2."""
    name = today.strftime("%Y.%m.%d")
    made = [tag for tag in tags if tag == name or tag.startswith(f"{name}.")]
    return name if not made else f"{name}.{len(made) + 1}"


def releases(*which):
    """Tags of releases, newest last: all, or those that HEAD contains by `--merged HEAD`."""
    tags = [tag for tag in git("tag", *which).split() if NAME.fullmatch(tag)]
    return sorted(tags, key=lambda tag: [int(part) for part in tag.split(".")])


def day_of(tag):
    return date(*map(int, NAME.fullmatch(tag).groups()[:3]))
# ANCHOR_END: name


# ANCHOR: changes
def changes(last):
    """Messages of all commits since the last release, without what was merged and reverted in between."""
    commits = git("rev-list", "--reverse", f"{last}..HEAD").split()
    messages = {commit: git("log", "-1", "--format=%B", commit) for commit in commits}
    gone = set()
    for commit, message in reversed(messages.items()):
        reverted = re.search(r"^This reverts commit ([0-9a-f]{40})", message, re.M)
        if reverted and reverted[1] in messages and commit not in gone:
            gone |= {commit, reverted[1]}
            if len(git("rev-list", "--parents", "-n", "1", reverted[1]).split()) > 2:
                gone |= set(git("rev-list", f"{reverted[1]}^1..{reverted[1]}^2").split())
    return [message for commit, message in messages.items() if commit not in gone]


def notes(name, last, messages, people):
    """What clients and whoever is on call read. `contract:` decides whether a way back exists."""
    lines, contracts = {kind: [] for kind in KINDS}, []
    for message in messages:
        found = dict(TRAILER.findall(message))
        if "Changelog" in found:
            kind, sentence = found["Changelog"].split(": ", 1)
            lines[kind].append(f"- {sentence}" + (f" ({found['Ticket']})" if "Ticket" in found else ""))
        contracts += [found["Contract"]] if "Contract" in found else []
    head = [f"release: {name}", f"commit: {git('rev-parse', 'HEAD')}", f"from: {last}",
            f"contract: {'yes' if contracts else 'no'}", f"by: {people[0]}", f"approved by: {people[1]}"]
    text = [part for kind in KINDS if lines[kind] for part in ("", kind.capitalize(), *lines[kind])]
    return "\n".join([*head, *(text or ["", "Nothing that clients notice"])])
# ANCHOR_END: changes


# ANCHOR: gates
def window_faults(now, freezes, maintenance=False):
    """Monday to Friday in working hours, with somebody there to watch; or the window of maintenance."""
    local = now.astimezone(ZONE)
    if maintenance:
        day, opens, closes = MAINTENANCE
        inside = local.weekday() == day and opens <= local.time() < closes
    else:
        closes = CLOSES_FRIDAY if local.weekday() == 4 else CLOSES
        inside = local.weekday() <= 4 and OPENS <= local.time() < closes
    if not inside:
        yield f"outside the window: {local:%A %H:%M}"
    for row in freezes:
        if date.fromisoformat(row["from"]) <= local.date() <= date.fromisoformat(row["until"]):
            yield f"frozen until {row['until']}: {row['why']}"


def check_faults(rows, commit, contained):
    """Each needed check has passed on this very commit, and the last night on something that is in it.

    The latest row of a check counts; `contained` says whether a commit is in the one that is released.
    """
    latest = {row["check"]: row["outcome"] for row in rows if row["commit"] == commit}
    for check in NEEDED:
        if latest.get(check) != "passed":
            yield f"check {check} on {commit[:12]}: {latest.get(check, 'has not run')}"
    nights = [row for row in rows if row["check"] == "night" and contained(row["commit"])]
    if not nights or nights[-1]["outcome"] != "passed":
        yield f"the last night: {nights[-1]['outcome'] if nights else 'has not run on anything in this release'}"


def contract_faults(messages, made, today, last):
    """A release and 7 days lie between the last code that used the old thing and what takes it away."""
    used = [value for message in messages for key, value in TRAILER.findall(message) if key == "Contract"]
    added = git("diff", "--name-only", "--diff-filter=A", last, "HEAD").split("\n")
    if any(re.search(r"(^|/)\d{4}_contract_\w+\.up\.sql$", path) for path in added) and not used:
        yield "a contract without the trailer Contract"
    for value in used:
        if value not in made:
            yield f"Contract: {value} is no release"
        elif value == made[-1] or today - day_of(value) < timedelta(days=CONTRACT_DAYS):
            yield f"Contract: {value} used it; wait for a release in between and {CONTRACT_DAYS} days"


def people_faults(people):
    if not all(people) or people[0] == people[1]:
        yield "somebody else approves the release"
# ANCHOR_END: gates


def faults(options, now, name, made, messages):
    if git("status", "--porcelain", "--untracked-files=no"):
        yield "the checkout has changes that nobody committed"
    branch = git("rev-parse", "--abbrev-ref", "HEAD")
    if branch != "main" and not branch.startswith("hotfix/"):
        yield f"on {branch}: a release comes from main or hotfix/"
    if not messages:
        yield f"nothing has changed since {made[-1]}"
    yield from check_faults(options.checks, git("rev-parse", "HEAD"), set(git("rev-list", "HEAD").split()).__contains__)
    yield from contract_faults(messages, releases(), now.astimezone(ZONE).date(), made[-1])
    yield from people_faults((options.by, options.approved_by))
    if not options.hotfix:
        yield from window_faults(now, options.freezes, options.maintenance)
        if name.count(".") == 3 and int(name.split(".")[3]) > MOST_A_DAY:
            yield f"{MOST_A_DAY} releases a day are enough; what can't wait is a hotfix"


def table(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def arguments_of(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--checks", type=table, required=True, help="results of the pipeline: check,commit,outcome")
    parser.add_argument("--freezes", type=table, required=True)
    parser.add_argument("--by", required=True)
    parser.add_argument("--approved-by", required=True)
    parser.add_argument("--hotfix", metavar="WHY")
    parser.add_argument("--maintenance", action="store_true")
    parser.add_argument("--now", type=datetime.fromisoformat, default=datetime.now(ZONE))
    parser.add_argument("--publish", action="store_true")
    return parser.parse_args(arguments)


def main(arguments=None):
    options = arguments_of(arguments)
    made = releases("--merged", "HEAD")
    if not made:
        print("no release yet: make the first tag by hand", file=sys.stderr)
        return 1
    name = next_name(releases(), options.now.astimezone(ZONE).date())
    messages = changes(made[-1])
    text = notes(name, made[-1], messages, (options.by, options.approved_by))
    text += f"\nhotfix: {options.hotfix}" if options.hotfix else ""
    text += "\nmaintenance: announced" if options.maintenance else ""
    print(text)
    found = list(faults(options, options.now, name, made, messages))
    for fault in found:
        print(f"refused: {fault}", file=sys.stderr)
    if found:
        return 1
    if options.publish:
        git("tag", "--sign", "--cleanup=verbatim", "-m", text + "\n", name)
        print(f"\nmade the tag {name}; push it: git push origin {name}")
    else:
        print("\ndry run: nothing was changed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
