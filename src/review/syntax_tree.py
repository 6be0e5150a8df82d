"""Prints syntax trees; the sources are data and nothing of them runs.

stdin: for each source its length in bytes on a line, then its bytes.
stdout: for each source one line of JSON, its tree or {"error": ..., "line": ...}.
"""
import ast
import json
import sys

# Nothing that the review asks about.
LEFT_OUT = {"ctx", "type_comment", "type_ignores", "type_params", "returns", "annotation", "kind"}


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


def answer(source):
    try:
        return tree(ast.parse(source))
    except SyntaxError as error:
        return {"error": error.msg, "line": error.lineno or 0}
    except RecursionError:
        return {"error": "it is nested too deeply to be read", "line": 0}
    except (ValueError, MemoryError) as error:
        return {"error": str(error) or type(error).__name__, "line": 0}


def main():
    sources = []
    for length in iter(sys.stdin.buffer.readline, b""):
        sources.append(sys.stdin.buffer.read(int(length)))
    for source in sources:
        print(json.dumps(answer(source), separators=(",", ":")))


main()
