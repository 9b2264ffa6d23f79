"""Holds commit messages, names of branches and direct pushes to the rules of the page.

    python3 check_message.py FILE                     as .git/hooks/commit-msg
    python3 check_message.py --range origin/main..HEAD --branch fix/t-482-export-timeout
    python3 check_message.py --direct 2026.11.24..main

One line for each fault; exit status 1 if there is one. Python 3.11 and git, nothing else.
"""
import argparse
import re
import subprocess
import sys
from pathlib import Path

LONGEST_LINE = 72
BRANCH = re.compile(r"(change|fix|hotfix|revert|bump)/(t-[1-9]\d*-)?[a-z0-9]+(-[a-z0-9]+)*")
LONGEST_BRANCH = 60
UNREVIEWED = {"config/flags.json"}
TRAILERS = {
    "Ticket": re.compile(r"T-[1-9]\d*"),
    "Changelog": re.compile(r"(added|changed|deprecated|removed|fixed|security): [A-Z].+[^.]"),
    "Contract": re.compile(r"20\d\d\.[01]\d\.[0-3]\d(\.[2-9])?"),
    "Generated-with": re.compile(r"\S.*"),
    "Co-authored-by": re.compile(r".+ <[^<>@\s]+@[^<>@\s]+>"),
}
UNFINISHED = re.compile(r"(fixup!|squash!|amend!|wip\b)", re.I)
NOT_IMPERATIVE = re.compile(r"[A-Z][a-z]+([^e]ed|ing|[^s]s)")
IMPERATIVE = {"Alias", "Bring", "Embed", "Focus", "Shed", "String"}
REVERTED = re.compile(r"^This reverts commit ([0-9a-f]{40})(, reversing\nchanges made to [0-9a-f]{40})?\.$", re.M)


# ANCHOR: message
def message_faults(text):
    """What is wrong with one message. Messages of merges are the forge's and aren't looked at."""
    lines = text.rstrip().split("\n")
    subject, body = lines[0], lines[1:]
    if subject.startswith("Merge "):
        return
    if subject.startswith('Revert "'):
        yield from revert_faults(text)
    else:
        yield from subject_faults(subject)
    if body and body[0]:
        yield "the second line must be empty"
    for line in body:
        if len(line) > LONGEST_LINE and " " in line.strip() and not re.match(r" {4}|[A-Z][\w-]+: ", line):
            yield f"line of {len(line)} signs, at most {LONGEST_LINE}: {line[:30]}…"
    yield from trailer_faults(lines)


def subject_faults(subject):
    if not subject.strip():
        yield "the first line is empty"
        return
    word = subject.split()[0]
    if UNFINISHED.match(subject):
        yield "unfinished: combine it with the commit that it belongs to"
    elif not (word[0].isupper() or word[0] in "`0123456789"):
        yield "the first line begins with a capital"
    elif NOT_IMPERATIVE.fullmatch(word) and word not in IMPERATIVE:
        yield f"write a command, as in “Add …”: {word}"
    if subject.endswith("."):
        yield "no full stop at the end of the first line"
    if len(subject) > LONGEST_LINE:
        yield f"first line of {len(subject)} signs, at most {LONGEST_LINE}"


def revert_faults(text):
    """A revert names what it reverts, as git writes it, and says why."""
    found = REVERTED.search(text)
    if not found:
        yield "a revert names its commit: “This reverts commit …” with 40 digits"
        return
    rest = text[:found.start()] + text[found.end():]
    if not any(line and not re.match(r"[A-Z][\w-]+: ", line) for line in rest.split("\n")[1:]):
        yield "a revert says why"


def trailer_faults(lines):
    paragraphs = "\n".join(lines).split("\n\n")
    last = paragraphs[-1].split("\n") if len(paragraphs) > 1 else []
    if not last or not all(re.match(r"[A-Za-z]+(-[A-Za-z]+)*: ", line) for line in last):
        return
    for line in last:
        key, value = line.split(": ", 1)
        if key not in TRAILERS:
            yield f"unknown trailer {key}; known are {', '.join(sorted(TRAILERS))}"
        elif not TRAILERS[key].fullmatch(value):
            yield f"trailer {key} can't be “{value}”"
# ANCHOR_END: message


# ANCHOR: branch
def branch_faults(name):
    if not BRANCH.fullmatch(name):
        yield f"branch {name}: write change/, fix/, hotfix/, revert/ or bump/, then words in lower case with hyphens"
    if len(name) > LONGEST_BRANCH:
        yield f"branch of {len(name)} signs, at most {LONGEST_BRANCH}"


def direct_faults(commits, span):
    """What came to the main line past the queue may only be the file of the flags."""
    for commit in commits("rev-list", "--first-parent", "--no-merges", span).split():
        paths = set(commits("diff-tree", "--no-commit-id", "--name-only", "-r", "--root", commit).split("\n")) - {""}
        if paths - UNREVIEWED:
            yield f"{commit[:12]} came without review: {', '.join(sorted(paths - UNREVIEWED))}"
# ANCHOR_END: branch


def git(*arguments):
    return subprocess.run(["git", *arguments], check=True, stdout=subprocess.PIPE, text=True).stdout


def faults_of(options):
    if options.file:
        # As git does: lines of comments don't count, nor what stands below the scissors.
        text = options.file.read_text(encoding="utf-8").split("\n# ------------------------ >8")[0]
        yield from message_faults("\n".join(line for line in text.split("\n") if not line.startswith("#")))
    if options.range:
        for commit in git("rev-list", "--reverse", options.range).split():
            for fault in message_faults(git("log", "-1", "--format=%B", commit)):
                yield f"{commit[:12]}: {fault}"
    if options.branch:
        yield from branch_faults(options.branch)
    if options.direct:
        yield from direct_faults(git, options.direct)


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path, nargs="?")
    parser.add_argument("--range", help="commits of a branch, such as origin/main..HEAD")
    parser.add_argument("--branch", help="name of a branch")
    parser.add_argument("--direct", help="span of the main line, such as 2026.11.24..main")
    options = parser.parse_args(arguments)
    faults = list(faults_of(options))
    print(*faults, sep="\n", end="\n" if faults else "")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
