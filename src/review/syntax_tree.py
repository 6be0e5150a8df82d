"""Prints syntax trees; the sources are data and nothing of them runs.

stdin: for each source its length in bytes on a line, then its bytes.
stdout: for each source one line of JSON, its tree or {"error": ..., "line": ...}.
"""
import ast
import json
import resource
import sys

# Nothing that the review asks about.
LEFT_OUT = {"ctx", "type_comment", "type_ignores", "type_params", "returns", "annotation", "kind"}


# Bytes that the parser may take: enough for 1 MB of dense code. 10 MB of it would take 7 GB and half a minute.
MOST_MEMORY = 2**30


def constant(node):
    value = node.value
    if isinstance(value, str):
        try:
            value.encode("utf-8")
        except UnicodeEncodeError:
            return {"node": "Opaque", "why": "a text that is not Unicode"}
    elif isinstance(value, (float, complex, bytes)) or value is ...:
        return {"node": "Opaque", "why": "a " + type(value).__name__}
    elif isinstance(value, int) and abs(value) >= 2**63:
        return {"node": "Opaque", "why": "a large number"}
    plain = {"node": "Constant", "value": value, "line": node.lineno}
    if node.end_lineno != node.lineno:
        plain["end"] = node.end_lineno
    return plain


def tree(node):
    if isinstance(node, ast.Constant):
        return constant(node)
    plain = {"node": type(node).__name__}
    if hasattr(node, "lineno"):
        plain["line"] = node.lineno
        plain["column"] = node.col_offset + 1
    for name in node._fields:
        value = getattr(node, name, None)
        if name in LEFT_OUT or value is None:
            continue
        if isinstance(value, ast.AST):
            plain[name] = tree(value)
        elif not isinstance(value, list):
            plain[name] = value
        elif value:
            plain[name] = [tree(item) if isinstance(item, ast.AST) else item for item in value]
    return plain


def text(plain):
    return json.dumps(plain, separators=(",", ":"))


def answer(source):
    try:
        return text(tree(ast.parse(source)))
    except SyntaxError as error:
        return text({"error": error.msg, "line": error.lineno or 0})
    except RecursionError:
        return text({"error": "it is nested too deeply to be read", "line": 0})
    except MemoryError:
        return text({"error": "it is too large or nested too deeply to be read", "line": 0})
    except ValueError as error:
        return text({"error": str(error), "line": 0})


def main():
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    most = MOST_MEMORY if hard == resource.RLIM_INFINITY else min(hard, MOST_MEMORY)
    resource.setrlimit(resource.RLIMIT_AS, (most, hard))
    sources = []
    for length in iter(sys.stdin.buffer.readline, b""):
        sources.append(sys.stdin.buffer.read(int(length)))
    for source in sources:
        print(answer(source))


main()
