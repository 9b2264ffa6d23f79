"""Which metrics and labels a query of Prometheus uses, for checks against the catalogue. promtool checks the grammar."""
import re

WORDS = set("and or unless by without on ignoring group_left group_right bool offset inf nan".split())
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|\{|\}|\[[^\]]*\]|\(|\)|[a-zA-Z_:][\w:]*|\d[\w.]*|=~|!~|!=|==|=|,|\S')


# ANCHOR: used
def used(query):
    """The metrics of a query with the labels they are selected by, and the labels that results are grouped by."""
    tokens = TOKEN.findall(query)
    metrics, grouped, place = {}, set(), 0
    while place < len(tokens):
        token, after = tokens[place], tokens[place + 1] if place + 1 < len(tokens) else ""
        if token in ("by", "without", "on", "ignoring", "group_left", "group_right") and after == "(":
            end = tokens.index(")", place)
            grouped |= set(tokens[place + 2:end]) - {","}
            place = end
        elif re.match(r"[a-zA-Z_:]", token) and token.lower() not in WORDS and after not in ("(", "by", "without"):
            labels = set()
            if after == "{":
                end = tokens.index("}", place)
                inside = tokens[place + 2:end]
                labels = {inside[n - 1] for n, part in enumerate(inside) if part in ("=", "!=", "=~", "!~")}
                place = end
            metrics.setdefault(token, set()).update(labels)
        place += 1
    return metrics, grouped


def faults(query, known, recorded=()):
    """What a query uses that the catalogue (with `up`, and names recorded by rules) doesn't have."""
    labels_of = {"up": {"job", "instance"}, **{name: {"le"} for name in recorded}}
    for name, row in known.items():
        labels = {*row["labels"], "instance", "job"}
        parts = {"_bucket": {*labels, "le"}, "_sum": labels, "_count": labels} if row["type"] == "histogram" else {"": labels}
        labels_of.update({name + part: found for part, found in parts.items()})
    metrics, grouped = used(query)
    found = [f"{name} is not in the catalogue" for name in metrics if name not in labels_of and name not in recorded]
    found += [f"{name} has no label {label}" for name, labels in metrics.items() if name not in recorded
              for label in sorted(labels - labels_of.get(name, labels))]
    if not set(metrics) & set(recorded):
        every = set().union(*(labels_of.get(name, set()) for name in metrics)) if metrics else set()
        found += [f"no metric of the query has the label {label}" for label in sorted(grouped - every)]
    return found
# ANCHOR_END: used
