"""Prints syntax trees; the sources are data and nothing of them runs.

stdin: for each source its length in bytes on a line, then its bytes.
stdout: for each source one line of JSON, its tree or {"error": ..., "line": ...}.
"""
# Not `ast` and `json`: to import them takes as long as fifty files do, and dicts for json.dumps() as long as the parser.
import _ast
import resource
import sys

try:
    from _json import encode_basestring_ascii as quoted
except ImportError:
    from json.encoder import encode_basestring_ascii as quoted

# Nothing that the review asks about.
LEFT_OUT = {"ctx", "type_comment", "type_ignores", "type_params", "returns", "annotation", "kind"}


class Shapes(dict):
    """Of each class of nodes: how its text begins, and its fields, each with what is written before it."""

    def __missing__(self, kind):
        fields = [(name, ',"%s":' % name) for name in kind._fields if name not in LEFT_OUT]
        self[kind] = '{"node":"%s"' % kind.__name__, fields
        return self[kind]


SHAPES = Shapes()


def opaque(why):
    return '{"node":"Opaque","why":"%s"}' % why


# Bytes that the parser may take: enough for 1 MB of dense code. 10 MB of it would take 7 GB and half a minute.
MOST_MEMORY = 2**30


def constant(node):
    value = node.value
    if isinstance(value, str):
        try:
            value.encode("utf-8")
        except UnicodeEncodeError:
            return opaque("a text that is not Unicode")
    elif isinstance(value, (float, complex, bytes)) or value is ...:
        return opaque("a " + type(value).__name__)
    elif isinstance(value, int) and abs(value) >= 2**63:
        return opaque("a large number")
    end = "" if node.end_lineno == node.lineno else ',"end":%d' % node.end_lineno
    return '{"node":"Constant","value":%s,"line":%d%s}' % (scalar(value), node.lineno, end)


def scalar(value):
    if isinstance(value, str):
        return quoted(value)
    return "null" if value is None else str(value).lower()


def written(value):
    return tree(value) if isinstance(value, _ast.AST) else scalar(value)


def tree(node):
    if isinstance(node, _ast.Constant):
        return constant(node)
    text, fields = SHAPES[type(node)]
    given = node.__dict__
    if "lineno" in given:
        text += ',"line":%d,"column":%d' % (given["lineno"], given["col_offset"] + 1)
    for name, key in fields:
        value = given.get(name)
        if value is None:
            continue
        if not isinstance(value, list):
            text += key + written(value)
        elif value:
            text += key + "[" + ",".join(map(written, value)) + "]"
    return text + "}"


def answer(source):
    try:
        return tree(compile(source, "<source>", "exec", _ast.PyCF_ONLY_AST, dont_inherit=True))
    except SyntaxError as error:
        why, line = error.msg, error.lineno or 0
    except RecursionError:
        why, line = "it is nested too deeply to be read", 0
    except MemoryError:
        why, line = "it is too large or nested too deeply to be read", 0
    except ValueError as error:
        why, line = str(error), 0
    return '{"error":%s,"line":%d}' % (quoted(why), line)


def main():
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    most = MOST_MEMORY if hard == resource.RLIM_INFINITY else min(hard, MOST_MEMORY)
    resource.setrlimit(resource.RLIMIT_AS, (most, hard))
    sources = []  # all of them are read before the first is answered: who writes them reads nothing until then
    for length in iter(sys.stdin.buffer.readline, b""):
        sources.append(sys.stdin.buffer.read(int(length)))
    for source in sources:
        print(answer(source))


main()
