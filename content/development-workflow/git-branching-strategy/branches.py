"""Draws branches.svg from history.csv: a line for main, one for each branch, a flag for each release.

    python3 branches.py > branches.svg
"""
import csv
import sys
from pathlib import Path
from xml.sax.saxutils import escape

HERE = Path(__file__).resolve().parent
STEP, TOP, LEFT, LANE = 76, 50, 24, 74
COLOURS = {"main": "#33475b", "change": "#1f5fbf", "fix": "#1a6b3c", "revert": "#8f3f71", "hotfix": "#a33a00"}


def read(path=HERE / "history.csv"):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def places(commits):
    """The column is the order in the file, the row that of the lane; main stands on top."""
    lanes = list(dict.fromkeys(commit["lane"] for commit in commits))
    return {commit["id"]: (LEFT + column * STEP, TOP + lanes.index(commit["lane"]) * LANE)
            for column, commit in enumerate(commits)}


def draw(commits):
    at, lanes = places(commits), {commit["id"]: commit["lane"] for commit in commits}
    width = LEFT + len(commits) * STEP + 30
    height = TOP + len(set(lanes.values())) * LANE
    yield (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif"'
           ' font-size="13">')
    yield f'<rect width="{width}" height="{height}" fill="#fff"/>'
    for commit in commits:
        for parent in commit["parents"].split():
            yield line(at[parent], at[commit["id"]], colour(lanes, parent, commit["id"]))
    seen = set()
    for commit in commits:
        yield from circle(commit, at[commit["id"]], commit["lane"] not in seen)
        seen.add(commit["lane"])
    yield "</svg>"


def colour(lanes, parent, child):
    branch = lanes[child] if lanes[child] != "main" else lanes[parent]
    return COLOURS[branch.split("/")[0]]


def line(start, end, stroke):
    (x1, y1), (x2, y2) = start, end
    if y1 == y2:
        path = f"M{x1} {y1}H{x2}"
    elif y2 > y1:  # A branch begins.
        path = f"M{x1} {y1}V{y2 - 20}Q{x1} {y2} {x1 + 20} {y2}H{x2}"
    else:  # It is merged.
        path = f"M{x1} {y1}H{x2 - 20}Q{x2} {y1} {x2} {y1 - 20}V{y2}"
    return f'<path d="{path}" fill="none" stroke="{stroke}" stroke-width="2"/>'


def circle(commit, place, first):
    x, y = place
    stroke = COLOURS[commit["lane"].split("/")[0]]
    yield f'<circle cx="{x}" cy="{y}" r="7" fill="#fff" stroke="{stroke}" stroke-width="2"/>'
    if first:
        x = x + 20 if commit["lane"] == "main" else x  # Beside the lines that begin there.
        yield f'<text x="{x - 6}" y="{y + 25}" fill="{stroke}" font-weight="bold">{escape(commit["lane"])}</text>'
        yield f'<text x="{x - 6}" y="{y + 41}" font-size="12">{escape(commit["what"])}</text>'
    if commit["tag"]:
        x = place[0]
        yield f'<rect x="{x - 8}" y="{y - 34}" width="86" height="19" rx="3" fill="{stroke}"/>'
        yield f'<text x="{x - 1}" y="{y - 20}" fill="#fff">{escape(commit["tag"])}</text>'


if __name__ == "__main__":
    sys.stdout.writelines(text + "\n" for text in draw(read()))
