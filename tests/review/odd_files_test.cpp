#include <sys/resource.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reviewing.hpp"

namespace orchestrate {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

std::string repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

rusage used_by(int who) {
  rusage used{};
  getrusage(who, &used);
  return used;
}

/// Expects on its way out that nothing took long or much memory.
class Frugal {
 public:
  ~Frugal() {
    for (const auto& [who, before] : {std::pair{RUSAGE_SELF, own_}, std::pair{RUSAGE_CHILDREN, children_}}) {
      const rusage after = used_by(who);
      EXPECT_LT(after.ru_utime.tv_sec - before.ru_utime.tv_sec, 30) << "seconds";
      EXPECT_LT(after.ru_maxrss, 1'500'000) << "KB";
    }
  }

 private:
  rusage own_ = used_by(RUSAGE_SELF), children_ = used_by(RUSAGE_CHILDREN);
};

ReviewReport review_of_file(const std::string& source) {
  const Project project;
  project.write("0001.py", "revision = '1'\ndown_revision = None\n" + source);
  return review_of(project);
}

constexpr auto an_upgrade = "from alembic import op\ndef upgrade():\n    op.drop_table('t', schema='cfg')\n";

TEST(OddFiles, EndWhateverTheyRepeat) {
  const Frugal frugal;
  const std::string large = "x = 'ab'\n" + repeated("x = x + x\n", 22);
  for (const std::string& body : std::vector<std::string>{
           std::string("for i in range(1000000000):\n  op.execute('SELECT 1')\n  op.drop_table('t')"),
           std::string("for i in range(9999):\n  for j in range(9999):\n    x = i\nop.drop_table('t')"),
           std::string("for i in range(9999):\n  for j in range(9999):\n    op.execute(f'DROP TABLE t{i}')"),
           "x = [1, 2]\n" + repeated("x = x + x\n", 40) + "op.execute(x)",
           "x = 'ab'\n" + repeated("x = x + x\n", 40) + "op.execute(x)",
           "x = 'ab'\n" + repeated("x = f'{x}{x}{x}{x}'\n", 40) + "op.execute(x)",
           "x = []\nfor i in range(9999):\n  x.append(x)\nop.execute(x)",
           large + "for i in range(9999):\n  y = x\nop.execute(y)",
           large + "op.execute([x for i in range(9999)])",
           large + "op.execute([" + repeated("x, ", 1000) + "])",
           large + "op.execute({" + repeated("1: x, ", 1000) + "})",
           large + "op.execute(x.replace('a', x))",
           large + "op.execute(x.join([" + repeated("'a', ", 1000) + "]))",
           large + "op.execute('" + repeated("{0}", 1000) + "'.format(x))",
           large + "op.execute('" + repeated("%(x)s", 1000) + "' % {'x': x})",
       })
    EXPECT_THAT(flags(review_of(body)), Contains(StartsWith("cannot-judge"))) << body.substr(0, 200);
}

TEST(OddFiles, EndWhereValuesAreNestedWithoutEnd) {
  const Frugal frugal;
  EXPECT_THAT(flags(review_of("x = 1\nfor i in range(9999):\n  for j in range(99):\n    x = [x]\nop.execute(x)")),
              Contains(StartsWith("cannot-judge")));
  EXPECT_THAT(flags(review_of("x = sa.table('t')\nfor i in range(9999):\n  for j in range(99):\n    x = x.where(1)\n"
                              "op.execute(x)")),
              Contains(StartsWith("cannot-judge")));
}

TEST(OddFiles, EndWhereBranchesRecur) {
  const Frugal frugal;
  std::string body = "def f(a):\n  if a == 0:\n    f(1)\n";
  for (int i = 1; i < 280; ++i) body += "  elif a == " + std::to_string(i) + ":\n    f(" + std::to_string(i) + ")\n";
  EXPECT_THAT(flags(review_of(body + "  else:\n    f(a)\nf(zz)")), Contains(StartsWith("cannot-judge")));
}

TEST(OddFiles, EndWhereTheyAreLarge) {
  const Frugal frugal;
  for (const std::string& source : {repeated("f()\n", 2'500'000), "x = [\n" + repeated("1,\n", 3'300'000) + "]\n"})
    EXPECT_THAT(review_of_file(source).findings, ElementsAre(testing::Field(&Finding::hazard, HasSubstr("too large"))));
}

TEST(OddFiles, EndWhereTheSqlIsLarge) {
  const Frugal frugal;
  EXPECT_THAT(flags(review_of("op.execute('''" + repeated("SELECT 1;\\n", 1'000'000) + "''')")),
              ElementsAre(StartsWith("cannot-judge")));
  EXPECT_THAT(flags(review_of("for i in range(9999):\n  op.execute('SELECT 1" + repeated(", 1", 50'000) + "')")),
              ElementsAre(StartsWith("cannot-judge")));
}

TEST(OddFiles, EndWhereOneFileSaysThousandsOfThings) {
  const Frugal frugal;
  std::string renames = "from alembic import op\nimport sqlalchemy as sa\n", values = renames;
  renames +=
      "for i in range(2000):\n    op.drop_column('t', f'c{i}')\n    op.execute('SELECT 1')\ndef upgrade(): pass\n";
  values += "def upgrade():\n";
  for (int i = 0; i < 2500; ++i)
    values += "    op.execute(\"ALTER TYPE m ADD VALUE 'v" + std::to_string(i) + "'\")\n    op.execute('SELECT 2')\n";
  EXPECT_EQ(review_of_file(renames).statements, 4000U);
  EXPECT_EQ(review_of_file(values).statements, 5000U);
  EXPECT_EQ(flags(review_of("for i in range(9000):\n  op.execute(f'DROP TABLE cfg.t{i}')")).size(), 9000U);
  const std::string allowed = repeated("# orchestrate: allow drop-table -- x\n", 200'000);
  EXPECT_THAT(flags(review_of_file(allowed + "from alembic import op\ndef upgrade():\n" +
                                   repeated("    op.drop_table('t', schema='cfg')\n", 3000))),
              Contains("drop-table:cfg.t"));
}

TEST(OddFiles, AreReadAsPythonReadsThem) {
  const std::string plain = an_upgrade;
  std::string with_returns;
  for (const char c : plain) with_returns += c == '\n' ? std::string("\r\n") : std::string(1, c);
  const std::string latin = "# -*- coding: latin-1 -*-\nx = '\xe9'\n" + plain;
  for (const std::string& source :
       {"\f" + plain, with_returns, latin, plain + "# orchestrate",
        plain + "    match zz:\n        case [1, *r] | {'a': r, **k}:\n            pass\n",
        plain + "    lone = '\\ud800', f'\\udfff', b'\\xff', 1e999, 10**99, ...\n",
        plain + "    if (n := 3) > 2: print(*[n], **{}, sep=f'{n!r:>{n}} {n=}')\n",
        plain + "class A(B, metaclass=C):\n    x: int\n    async def f(self, /, *a, k=1, **kw):\n"
                "        async with a as b:\n            return [y async for y in z]\n",
        plain + "@deco\ndef g(): yield\nx[1:2, ...] = lambda *a, **k: (yield)\n"}) {
    const Project project;
    project.write("0001.py", source + "\nrevision = '1'\ndown_revision = None\n");
    EXPECT_THAT(flags(review_of(project)), Contains("drop-table:cfg.t")) << source;
  }
}

TEST(OddFiles, CountUpToTheLargestNumber) {
  EXPECT_THAT(flags(review_of("for i in range(0, 9223372036854775807, 9223372036854775806):\n"
                              "  op.execute(f'DROP TABLE cfg.t{i}')\n"
                              "least = -9223372036854775807 + -1\nop.execute(f'DROP TABLE cfg.t{-least}')")),
              ElementsAre("drop-table:cfg.t0", "drop-table:cfg.t9223372036854775806", StartsWith("cannot-judge")));
}

}  // namespace
}  // namespace orchestrate
