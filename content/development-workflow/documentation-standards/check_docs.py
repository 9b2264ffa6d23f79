"""Holds the documentation in code to the rules of the page: docstrings, their examples, comments of the API.

    python3 check_docs.py src                     each public name of each Python file
    python3 check_docs.py --openapi openapi.yaml  each operation and parameter
    python3 check_docs.py --run samples           runs the examples in docstrings, too

One line for each fault; exit status 1 if there is one. Python 3.11; `--openapi` needs python3-yaml.
"""
import argparse
import ast
import doctest
import importlib.util
import re
import sys
from pathlib import Path

# A number whose name ends so says its unit itself.
UNITS = re.compile(r"(^|_)(s|ms|days|hours|minutes|minor|bytes|kb|mb|share|ratio|count|index|id|rate|port|version|year)$")
NUMBERS = {"int", "float", "Decimal"}
LONGEST_SUMMARY = 60


# ANCHOR: docstrings
def code_faults(path, text):
    """Faults of one file. Public is what has no underscore in front and isn't inside a function; tests are left alone."""
    tree = ast.parse(text)
    if not ast.get_docstring(tree):
        yield f"{path}:1: D1 the module has no docstring: what it is for, and how it is called"
    for node, name in public(tree):
        doc = ast.get_docstring(node)
        for code, fault in doc_faults(node, doc):
            yield f"{path}:{node.lineno}: {code} {name}: {fault}"


def public(node, prefix=""):
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and not child.name.startswith("_"):
            yield child, prefix + child.name
            if isinstance(child, ast.ClassDef):
                yield from public(child, f"{child.name}.")


def doc_faults(node, doc):
    if not doc:
        yield "D2", "no docstring: what it gives, in which unit, which errors"
        return
    first = doc.split("\n\n")[0]
    if not re.match(r"[A-Z0-9`“\"(]", first) or not re.search(r"[.:!?]\Z|[.!?] ", first):
        yield "D3", "the first paragraph is a sentence, with a capital and a full stop"
    if re.match(r"(This|The) (function|method|class|module)\b|Returns? the following", first):
        yield "D3", "begin with what it gives, not with what it is"
    if isinstance(node, ast.ClassDef):
        return
    for error in raised(node):
        if not re.search(rf"\b{error}\b", doc):
            yield "D4", f"raises {error}, and doesn't say so"
    for name in numbers(node):
        if not UNITS.search(name) and not re.search(rf"\b{name}\b", doc):
            yield "D5", f"in which unit is {name}?"


def raised(node):
    """Names of the errors that it raises itself. An `AssertionError` says that we are wrong, not the caller."""
    found = []
    for child in ast.walk(node):
        if isinstance(child, ast.Raise) and child.exc:
            call = child.exc.func if isinstance(child.exc, ast.Call) else child.exc
            name = call.attr if isinstance(call, ast.Attribute) else getattr(call, "id", "")
            if name[:1].isupper() and name != "AssertionError" and name not in found:
                found.append(name)
    return found


def numbers(node):
    """Names of parameters that are plain numbers."""
    return [one.arg for one in [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            if isinstance(one.annotation, ast.Name) and one.annotation.id in NUMBERS]
# ANCHOR_END: docstrings


# ANCHOR: examples
def example_faults(path):
    """Runs the examples of a module's docstrings; gives those that print something else."""
    loader = importlib.util.spec_from_file_location(Path(path).stem, path)
    module = importlib.util.module_from_spec(loader)
    loader.loader.exec_module(module)
    said = []
    runner = doctest.DocTestRunner(verbose=False)
    for test in doctest.DocTestFinder(exclude_empty=True).find(module, Path(path).stem):
        before = runner.failures
        runner.run(test, out=said.append)
        if runner.failures > before:
            yield f"{path}:{(test.lineno or 0) + 1}: D6 {test.name}: an example gives something else"
# ANCHOR_END: examples


# ANCHOR: api
def api_faults(document):
    """Each operation has a name and a line that stands in lists; each parameter but ids in paths says what it is."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if method not in ("get", "post", "put", "patch", "delete"):
                continue
            place, summary = f"{method.upper()} {path}", operation.get("summary", "")
            if not operation.get("operationId"):
                yield f"{place}: A1 no operationId"
            if not summary or len(summary) > LONGEST_SUMMARY or summary.endswith(".") or not summary[0].isupper():
                yield f"{place}: A2 a summary of at most {LONGEST_SUMMARY} signs, with a capital and no full stop"
            yield from parameter_faults(place, operation.get("parameters", ()))
    yield from parameter_faults("components", document.get("components", {}).get("parameters", {}).values())


def parameter_faults(place, parameters):
    for one in parameters:
        if "$ref" not in one and one["in"] != "path" and not one.get("description"):
            yield f"{place}: A3 parameter {one['name']} says nothing"
# ANCHOR_END: api


def files(path):
    return sorted(one for one in ([path] if path.is_file() else path.rglob("*.py")) if not one.name.startswith("test_"))


def faults_of(options):
    for path in [one for given in options.code for one in files(given)]:
        yield from code_faults(path, path.read_text(encoding="utf-8"))
        if options.run:
            yield from example_faults(path)
    if options.openapi:
        sys.path.append("/usr/lib/python3/dist-packages")  # Debian's python3-yaml, seen from another Python.
        import yaml
        yield from api_faults(yaml.safe_load(options.openapi.read_text(encoding="utf-8")))


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("code", type=Path, nargs="*")
    parser.add_argument("--run", action="store_true")
    parser.add_argument("--openapi", type=Path)
    faults = list(faults_of(parser.parse_args(arguments)))
    print(*faults, sep="\n", end="\n" if faults else "")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
