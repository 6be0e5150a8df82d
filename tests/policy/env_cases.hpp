#pragma once

#include <string>
#include <vector>

namespace orchestrate {

/// An env file, for comparing our reading with the real readers'.
struct EnvCase {
  std::string name, text;
};

inline const std::vector<EnvCase> env_cases = {
    {"plain", "A=1\nB=two\n"},
    {"no newline at the end", "A=1"},
    {"empty file", ""},
    {"empty value", "A=\nB=\"\"\nC=''\n"},
    {"later wins", "A=1\nB=2\nA=3\n"},
    {"spaces around the value", "A=  x y  \nB=\tz\t\n"},
    {"space before the equals sign", "A =1\n"},
    {"leading space", "   A=1\n\tB=2\n"},
    {"comments", "# one\n; two\n  # three\nA=1\n"},
    {"comment that ends in a backslash", "# one \\\nA=1\nB=2\n"},
    {"comment that ends in two backslashes", "# one \\\\\nA=1\nB=2\n"},
    {"two comments, the first ends in a backslash", "# one \\\n# two\nA=1\n"},
    {"comment with a backslash inside", "# a\\b\nA=1\n"},
    {"inline comment", "A=1 # one\nB=x#y\nC=\"q\" # two\nD= # three\nE='r'#four\n"},
    {"semicolon in the value", "A=a;b\n"},
    {"double quotes", "A=\"x y\"\nB=\"a\\\"b\"\nC=\"a\\\\b\"\nD=\"a\\$b\"\nE=\"a\\nb\"\nF=\"a\\`b\"\nG=\"a'b\"\n"},
    {"single quotes", "A='x y'\nB='a\"b'\nC='a\\b'\nD='a\\\\b'\n"},
    {"escaped single quote", "A='a\\'b'\n"},
    {"only an escaped quote at the end", "A='a\\'\n"},
    {"quotes next to each other", "A=\"x\" \"y\"\nB='x''y'\nC=\"x\"y\nD=\"x\" y\n"},
    {"quotes inside a plain value", "A=x\"y\"\nB=it's\nC=5'\n"},
    {"more after the quotes", "A=\"x\"y\\z\n"},
    {"value over two lines in double quotes", "A=\"x\ny\"\nB=1\n"},
    {"value over two lines in single quotes", "A='x\ny'\nB=1\n"},
    {"continued line", "A=x\\\ny\nB=1\n"},
    {"continued line with spaces", "A=x \\\n  y\nB=1\n"},
    {"continued line in double quotes", "A=\"x\\\ny\"\n"},
    {"continuation of an empty value", "A=\\\nx\n"},
    {"continuation at the end of the file", "A=x\\"},
    {"escapes in a plain value", "A=a\\b\nB=a\\ b\nC=a\\\\b\nD=x\\ \nE=x\\\t \n"},
    {"export", "export A=1\nexport  B=2\nexportC=3\n"},
    {"names that are not valid", "A-B=1\n1A=2\nA.B=3\nC=4\n"},
    {"line without an equals sign", "FOO\nA=1\nBAR BAZ\nB=2\n"},
    {"name alone after its value", "A=1\nB=2\nA\n"},
    {"line that begins with an equals sign", "=x\nA=1\n=y=2\n== \nB=2\n"},
    {"several equals signs", "A=b=c\nB==\n"},
    {"reference to an earlier variable", "A=1\nB=x${A}y\nC=\"${A}\"\nD='${A}'\nE=$A\n"},
    {"reference with a default", "B=${A:-x y}z\nC=\"${A:-q}\"\n"},
    {"reference that is none", "A=${\nB=${x\nC=$\nD=a$ b\nE=${A:x}\n"},
    {"reference cut off at its colon", "A=${B:"},
    {"dollar that is escaped", "A=a\\$b\nB=\"a\\${b}\"\n"},
    {"carriage returns", "A=1\r\nB=\"x\"\r\n# c\r\nC=y z\r\n"},
    {"carriage return alone", "A=1\rB=2\r"},
    {"carriage return after a continuation", "A=x\\\r\ny\r\nB=1\r\n"},
    {"URL", "DATABASE_URL=postgresql+asyncpg://bot:p%40ss@db:5432/app?ssl=require&x=y\n"},
    {"URL in quotes", "DATABASE_URL=\"postgresql://bot:p%40ss@db/app?ssl=require&x=y\"\n"},
    {"password with a hash", "A=pa#ss\nB=pa ss#x\nC=\"pa #ss\"\n"},
    {"unicode", "A=gr\u00fc\u00dfe\nB=\"\u00e9\u4e2d\"\nC=x\u00a0# nbsp\nD=x\u00a0\n"},
    {"command substitution", "A=$(echo hi)\nB=`echo hi`\nC=1\n"},
    {"tilde", "A=~/x\nB=/x:~/y\nC=\"~/x\"\n"},
    {"two on a line", "A=1 B=2\nC=3; D=4\n"},
    {"tabs in quotes", "A=\"a\tb\"\nB='\\t'\nC=\"\\t\\q\"\n"},
    {"quoted name", "'A'=1\nB=2\n"},
    {"space after the opening of a value", "A= \"x\"\nB=\t'y'\n"},
    {"vertical tab and form feed", "A=x\v\nB=\fy\n"},
};

}  // namespace orchestrate
