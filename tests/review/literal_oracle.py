"""What the four names hold by Python's own parser: python3 literal_oracle.py FILE. One line of JSON comes back."""
import ast
import json
import sys

names = {}
tree = ast.parse(open(sys.argv[1], "rb").read())
for statement in tree.body:
    if isinstance(statement, ast.Assign):
        targets = statement.targets
    elif isinstance(statement, ast.AnnAssign) and statement.value:
        targets = [statement.target]
    else:
        continue
    for target in targets:
        if not isinstance(target, ast.Name):
            continue
        try:
            value = ast.literal_eval(statement.value)
            names[target.id] = sorted(value) if isinstance(value, set) else value
        except ValueError:
            names[target.id] = {"unreadable": statement.lineno}
print(json.dumps(names))
