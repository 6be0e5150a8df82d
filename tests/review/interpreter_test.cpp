#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reviewing.hpp"

namespace orchestrate {
namespace {

using testing::AllOf;
using testing::AnyOf;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;
using testing::UnorderedElementsAre;

/// Flags of a whole file; `source` stands behind the identifiers.
std::vector<std::string> flags_of_file(const std::string& source) {
  const Project project;
  project.write("0001.py", "revision = '1'\ndown_revision = None\n" + source);
  return flags(review_of(project));
}

TEST(Interpreter, KnowsOpUnderEveryName) {
  for (const char* source :
       {"from alembic import op\ndef upgrade():\n    op.drop_table('t', schema='cfg')\n",
        "from alembic import op as o\ndef upgrade():\n    o.drop_table('t', schema='cfg')\n",
        "import alembic\ndef upgrade():\n    alembic.op.drop_table('t', schema='cfg')\n",
        "from alembic.op import drop_table as d\ndef upgrade():\n    d('t', schema='cfg')\n",
        "import alembic.op as o\ndef upgrade():\n    o.drop_table(table_name='t', schema='cfg')\n",
        "def upgrade():\n    from alembic import op\n    x = op\n    x.drop_table('t', schema='cfg')\n",
        "from alembic import op\ndef upgrade():\n    getattr(op, 'drop_table')('t', schema='cfg')\n",
        "from alembic import op\ndef d(o, t):\n    o.drop_table(t, schema='cfg')\n"
        "def upgrade():\n    d(op, 't')\n"})
    EXPECT_THAT(flags_of_file(source), ElementsAre("drop-table:cfg.t")) << source;
}

TEST(Interpreter, TakesAClassAmongAColumnsArgumentsForADataType) {
  const auto of = [](const std::string& type) {
    return flags(review_of("from app.types import Money, money\nimport app\nop.add_column('t', sa.Column('c', " + type +
                           "), schema='cfg')"));
  };
  for (const char* type : {"Money(12)", "app.types.Money(scale=2)", "app.Enumeration(app.Kind, name='k')"})
    EXPECT_THAT(of(type), IsEmpty()) << type;
  for (const char* type : {"money(12)", "Money(op.get_bind())", "(lambda: Money(12))()"})
    EXPECT_THAT(of(type), Contains(StartsWith("cannot-judge"))) << type;
  EXPECT_THAT(flags(review_of("from app.types import Money\nMoney('cfg.t')")), Contains(StartsWith("cannot-judge")));
  EXPECT_THAT(flags(review_of("from app.types import Money\n"
                              "op.alter_column('t', 'c', existing_type=Money(1), server_default='1', schema='cfg')")),
              IsEmpty());
}

TEST(Interpreter, SeesWhatASelectDoesBesides) {
  EXPECT_THAT(flags(review_of("op.execute(sa.select(sa.func.setval('cfg.s', 1)))")),
              ElementsAre(StartsWith("cannot-judge")));
  EXPECT_THAT(flags(review_of("t = sa.table('t', schema='cfg')\n"
                              "gone = sa.delete(t).returning(t.c.id).cte('gone')\n"
                              "op.get_bind().execute(sa.select(sa.func.count()).select_from(gone))")),
              ElementsAre("delete-without-where:cfg.t"));
  EXPECT_THAT(flags(review_of("op.get_bind().execute(sa.select(sa.func.count(), sa.func.max(sa.column('id'))))")),
              IsEmpty());
}

TEST(Interpreter, TakesAConditionThatIsAlwaysTrueForNone) {
  for (const char* where : {"where(sa.true())", "where(True)", "where()"})
    EXPECT_THAT(
        flags(review_of("t = sa.table('t', schema='cfg')\nop.execute(sa.delete(t)." + std::string(where) + ")")),
        ElementsAre("delete-without-where:cfg.t"))
        << where;
  EXPECT_THAT(flags(review_of("t = sa.table('t', schema='cfg')\nop.execute(sa.delete(t).where(t.c.id == 1))")),
              IsEmpty());
}

TEST(Interpreter, DoesNotTakeTheReprOfAValueForTheValue) {
  EXPECT_THAT(flags(review_of("name = 'cfg.t'\nop.execute(f'DROP TABLE {name!r}')")),
              UnorderedElementsAre("drop-table:unknown_part", StartsWith("cannot-judge")));
  EXPECT_THAT(flags(review_of("name = 'cfg.t'\nop.execute(f'DROP TABLE {name}')")), ElementsAre("drop-table:cfg.t"));
}

TEST(Interpreter, KnowsATableThatIsMadeHereUnderItsPresentName) {
  const std::string create = "op.create_table('t', sa.Column('c', sa.Integer), schema='cfg')\n";
  EXPECT_THAT(flags(review_of(create + "op.drop_column('t', 'c', schema='cfg')")), IsEmpty());
  EXPECT_THAT(
      flags(review_of(create + "op.rename_table('t', 'u', schema='cfg')\nop.drop_column('u', 'c', schema='cfg')")),
      IsEmpty());
  EXPECT_THAT(flags(review_of(create + "op.rename_table('t', 'u', schema='cfg')\n"
                                       "op.rename_table('old', 't', schema='cfg')\n"
                                       "op.drop_column('t', 'c', schema='cfg')")),
              Contains("drop-column:cfg.t.c"));
  EXPECT_THAT(flags(review_of(create + "op.drop_table('t', schema='cfg')\nop.drop_table('t', schema='cfg')")),
              ElementsAre("drop-table:cfg.t"));
}

TEST(Interpreter, EndsOnValuesThatGrowWithoutBound) {
  for (const char* body : {"s = 'x'\nfor i in range(60):\n    s = s + s\nop.execute(s)",
                           "s = 'x'\nfor i in range(60):\n    s = f'{s}{s}'\nop.execute(s)",
                           "a = [1]\nfor i in range(60):\n    a = a + a\nfor x in a:\n    op.drop_table(x)",
                           "a = [1]\nfor i in range(60):\n    a = [a, a]\nop.execute(a)",
                           "a = []\nfor i in range(60):\n    a.append(a)\nop.execute(a)",
                           "f = lambda x: f((x, x, x, x))\nop.execute(f(1))"})
    EXPECT_THAT(flags(review_of(body)), Contains(StartsWith("cannot-judge"))) << body;
}

TEST(Interpreter, SaysThatAFileIsNestedTooDeeply) {
  std::string sum = "1";
  for (int i = 0; i < 1500; ++i) sum += "+1";
  const ReviewReport report = review_of("x = " + sum);
  EXPECT_THAT(flags(report), ElementsAre("cannot-judge:syntax"));
  EXPECT_THAT(report.findings.at(0).hazard, testing::HasSubstr("nested too deeply"));
}

TEST(Interpreter, EndsOnCallsThatBranchAndOnDeepNesting) {
  EXPECT_THAT(flags(review_of("f = lambda: (f(), f(), f(), f())\nop.execute(f())")),
              Contains(StartsWith("cannot-judge")));
  std::string deep = "1";
  for (int i = 0; i < 180; ++i) deep = "(lambda x: " + deep + ")(2)";
  EXPECT_THAT(flags(review_of("op.execute(" + deep + ")")), Contains(StartsWith("cannot-judge")));
}

TEST(Interpreter, FollowsConstantsLoopsAndHelpers) {
  EXPECT_THAT(flags_of_file("from alembic import op\n"
                            "SCHEMA = 'cfg'\nTABLES = [('a', 1), ('b', 2)]\nMORE = {'c': 1}\n"
                            "def drop(name, schema=SCHEMA, *, suffix=''):\n"
                            "    op.execute('DROP TABLE {}.{}'.format(schema, name + suffix))\n"
                            "def upgrade():\n"
                            "    for name, number in TABLES:\n        drop(name)\n"
                            "    for name in MORE:\n        drop(name, suffix='_x')\n"
                            "    for n in range(2):\n        drop(f't{n}')\n"
                            "    names = []\n    names.append('z')\n"
                            "    [drop('%s_%d' % (x, 1)) for x in names]\n"),
              ElementsAre("drop-table:cfg.a", "drop-table:cfg.b", "drop-table:cfg.c_x", "drop-table:cfg.t0",
                          "drop-table:cfg.t1", "drop-table:cfg.z_1"));
}

TEST(Interpreter, SeesEveryWayToExecute) {
  for (const char* body : {"op.execute('DROP TABLE cfg.t')", "op.execute(sa.text('DROP TABLE cfg.t'))",
                           "op.execute(sqltext='DROP TABLE cfg.t')", "op.get_bind().execute(text('DROP TABLE cfg.t'))",
                           "bind = op.get_bind()\nbind.exec_driver_sql('DROP TABLE cfg.t')",
                           "op.get_context().bind.execute(sa.DDL('DROP TABLE cfg.t'))",
                           "c = op.get_bind()\nc.scalar(text(' '.join(['DROP', 'TABLE', 'cfg.t'])))",
                           "sql = 'DROP '\nsql += 'TABLE cfg.t'\nop.execute(sql)",
                           "sa.Table('t', sa.MetaData(), schema='cfg').drop(op.get_bind())"})
    EXPECT_THAT(flags(review_of(body)), ElementsAre("drop-table:cfg.t")) << body;
}

TEST(Interpreter, KnowsParametersOfTextAndDriver) {
  EXPECT_THAT(flags(review_of("op.execute(text(\"UPDATE cfg.t SET a = :a, b = CAST(:b AS text), c = '1'::int WHERE d = "
                              ":d\").bindparams(a=1, b=2, d=3))\n"
                              "op.get_bind().exec_driver_sql('DELETE FROM cfg.t WHERE a = %s AND b = %(b)s', (1,))")),
              IsEmpty());
}

TEST(Interpreter, TakesPostgresqlsBranchAndTheOnlineOne) {
  EXPECT_THAT(
      flags(review_of("if op.get_bind().dialect.name == 'sqlite':\n    op.drop_table('no', schema='cfg')\n"
                      "elif op.get_context().dialect.name in ('postgresql',):\n    op.drop_table('t', schema='cfg')\n"
                      "if context.is_offline_mode():\n    op.drop_table('no', schema='cfg')")),
      ElementsAre("drop-table:cfg.t"));
}

TEST(Interpreter, ReportsTheLineOfTheStatementInsideItsText) {
  const ReviewReport report = review_of("op.execute('''\nSELECT 1;\n\nDROP TABLE cfg.t;\n''')");
  ASSERT_EQ(flags(report), std::vector<std::string>{"drop-table:cfg.t"});
  const auto found = std::ranges::find(report.findings, "drop-table", &Finding::rule);
  EXPECT_EQ(found->place.line, 11);
  EXPECT_EQ(found->source_line, "    DROP TABLE cfg.t;");
  EXPECT_EQ(found->id(), "0002:drop-table:cfg.t");
}

TEST(Interpreter, IsLoudWhereTheTextDoesNotTell) {
  for (const char* body :
       {"op.execute(unknown)",
        "op.execute(open('x.sql').read())",
        "op.drop_table(op.get_tag())",
        "op.create_entity(1)",
        "for t in sa.inspect(op.get_bind()).get_table_names():\n    op.drop_table(t, schema='cfg')",
        "if not sa.inspect(op.get_bind()).has_table('t'):\n    op.create_table('t', schema='cfg')",
        "if sa.inspect(op.get_bind()).has_table('t'):\n    return\nop.create_table('t', schema='cfg')",
        "try:\n    op.create_table('t', schema='cfg')\nexcept Exception:\n    pass",
        "while True:\n    op.execute('INSERT INTO cfg.t VALUES (1)')\n    break",
        "op.get_bind().connection.cursor().execute('DROP TABLE cfg.t')",
        "eval('op.drop_table(1)')",
        "getattr(op, unknown)('t')",
        "import app.models\napp.models.Base.metadata.drop_all(op.get_bind())",
        "from app import helper\nhelper(op)",
        "sa.create_engine('x').execute('DROP TABLE cfg.t')",
        "list(filter(op.drop_table, ['a', 'b']))",
        "arguments = unknown()\nop.drop_table(*arguments)",
        "def again():\n    op.execute('INSERT INTO cfg.t VALUES (1)')\n    again()\nagain()",
        "class A:\n    def run(self):\n        op.drop_table('t')\nA().run()",
        "import contextlib\nwith contextlib.suppress(Exception):\n    op.create_table('t', schema='cfg')",
        "sa.MetaData().create_all(op.get_bind())",
        "op.execute(sa.delete(unknown).where(1 == 1))",
        "match op.get_bind().scalar(text('SELECT 1')):\n    case 1:\n        op.create_table('t', schema='cfg')",
        "op.drop_constraint(None, 't', schema='cfg')",
        "op.invoke(1)",
        "import os\nname = 'a' if os.environ['X'] else 'b'\nop.create_table(name, schema='cfg')",
        "import functools\nfunctools.partial(op.drop_table, 't')()",
        "import functools\nfunctools.partial(op.execute)('x')",
        "sa.inspect(op.get_bind()).bind.execute('DROP TABLE cfg.t')",
        "import copy\ncopy.copy(op.get_bind()).execute('DROP TABLE cfg.t')",
        "sorted(['a'], key=lambda t: op.drop_table(t))",
        "import pathlib\npathlib.Path('x').unlink()",
        "import importlib\nimportlib.import_module('x').run()"})
    EXPECT_THAT(flags(review_of(body)), Contains(StartsWith("cannot-judge:"))) << body;
}

TEST(Interpreter, IsLoudAboutAFunctionThatNobodyCanName) {
  const std::string head = "import os\nfrom alembic import op\ndef a():\n    op.drop_table('a')\n";
  for (const char* source :
       {"if os.environ.get('X'):\n    def f():\n        op.drop_table('t')\nelse:\n    f = a\ndef upgrade():\n    "
        "f()\n",
        "def upgrade():\n    if os.environ.get('X'):\n        f = a\n    f()\n",
        "def upgrade():\n    f = a if os.environ.get('X') else print\n    f()\n",
        "def upgrade():\n    f = os.environ.get('X') and a\n    f()\n",
        "def upgrade():\n    {'a': a}[os.environ.get('X')]()\n",
        "def upgrade():\n    [a, print][int(os.environ.get('X'))]()\n",
        "class T:\n    drop = op.drop_table\ndef upgrade():\n    T.drop('t')\n",
        "class T:\n    def drop(self):\n        pass\ndef upgrade():\n    T().drop()\n",
        "import functools\nfrom app import drop\ndef upgrade():\n    functools.partial(drop, 't')()\n",
        "def upgrade():\n    next(iter([a]))()\n", "def upgrade():\n    for f in [a, print][:1]:\n        f()\n",
        "def upgrade():\n    f, g = [a, print][:2]\n    f()\n",
        "T = 'a'\ndef set_it():\n    global T\n    T = 'b'\ndef upgrade():\n    set_it()\n    op.drop_table(T)\n",
        "try:\n    from app import f\nexcept ImportError:\n    def f():\n        pass\ndef upgrade():\n    f()\n"})
    EXPECT_THAT(flags_of_file(head + source), AllOf(Not(IsEmpty()), Each(StartsWith("cannot-judge:line-")))) << source;
  EXPECT_THAT(flags_of_file(head + "def d(name):\n    op.drop_table(name, schema='cfg')\ndef run(*functions, "
                                   "**more):\n    for f in functions:\n        f('a')\n"
                                   "    for f in more.values():\n        f('b')\n"
                                   "def upgrade():\n    run(d, x=d)\n"),
              ElementsAre("drop-table:cfg.a", "drop-table:cfg.b"));
}

TEST(Interpreter, DoesNotTakeOneOfTwoNamesForTheOther) {
  EXPECT_THAT(flags(review_of("name = 'a'\ntry:\n    import x\nexcept ImportError:\n    name = 'b'\n"
                              "op.execute('DROP TABLE cfg.' + name)")),
              UnorderedElementsAre("drop-table:cfg.unknown_part", StartsWith("cannot-judge:")));
  EXPECT_THAT(flags(review_of("name = 'a'\ntry:\n    import x\nexcept ImportError:\n    raise\n"
                              "op.execute('DROP TABLE cfg.' + name)")),
              ElementsAre("drop-table:cfg.a"));
}

TEST(Interpreter, SeesAListOfTheModuleThatAFunctionFills) {
  EXPECT_THAT(
      flags_of_file("from alembic import op\nTABLES = []\ndef add(name):\n    TABLES.append(name)\n"
                    "def upgrade():\n    add('t')\n    for t in TABLES:\n        op.drop_table(t, schema='cfg')\n"),
      ElementsAre("drop-table:cfg.t"));
}

TEST(Interpreter, SeesWhatHappensInTheBodyOfAClass) {
  EXPECT_THAT(flags_of_file("from alembic import op\nclass A:\n    op.drop_table('t', schema='cfg')\n"
                            "def upgrade():\n    pass\n"),
              ElementsAre("drop-table:cfg.t"));
}

TEST(Interpreter, ComparesListsByWhatIsInThem) {
  EXPECT_THAT(flags(review_of("if ['a', 'b'] == [\n        'a',\n        'b']:\n    op.drop_table('t', schema='cfg')")),
              ElementsAre("drop-table:cfg.t"));
}

TEST(Interpreter, IsQuietAboutGuardsThatOnlyRead) {
  EXPECT_THAT(flags(review_of("rows = op.get_bind().execute(text('SELECT a FROM cfg.t')).fetchall()\n"
                              "if rows:\n    raise RuntimeError(f'{len(rows)} rows')\n"
                              "for row in rows:\n    print(row)\n"
                              "op.add_column('t', sa.Column('c', sa.Text()), schema='cfg')")),
              IsEmpty());
}

TEST(Interpreter, KnowsTheTypesThatLibrariesAboveSqlalchemyWrite) {
  EXPECT_THAT(flags_of_file("import sqlalchemy as sa\nimport sqlmodel\nfrom alembic import op\n"
                            "def upgrade():\n    op.add_column('t', sa.Column('email', "
                            "sqlmodel.sql.sqltypes.AutoString(), nullable=True), schema='cfg')\n"),
              IsEmpty());
  EXPECT_THAT(
      flags_of_file("import warnings\nimport sqlalchemy as sa\nfrom advanced_alchemy.types import GUID, ORA_JSONB\n"
                    "from alembic import op\nsa.GUID = GUID\nsa.ORA_JSONB = ORA_JSONB\n"
                    "def upgrade():\n    with warnings.catch_warnings():\n"
                    "        warnings.filterwarnings('ignore', category=UserWarning)\n"
                    "        with op.get_context().autocommit_block():\n"
                    "            schema_upgrades()\n            data_upgrades()\n"
                    "def schema_upgrades():\n    op.create_table('t', sa.Column('id', sa.GUID(length=16), "
                    "nullable=False), sa.Column('more', sa.ORA_JSONB()), schema='cfg')\n"
                    "    op.drop_table('old', schema='cfg')\n"
                    "def data_upgrades():\n    op.execute('DELETE FROM cfg.u')\n"),
      ElementsAre("partial-commit:autocommit", "drop-table:cfg.old", "delete-without-where:cfg.u"));
}

TEST(Interpreter, KnowsAModuleBesideTheNamesThatAreSetInIt) {
  const std::string head =
      "import sqlalchemy as sa\nfrom advanced_alchemy.types import GUID\nfrom alembic import op\nsa.GUID = GUID\n";
  EXPECT_THAT(flags_of_file(head + "def upgrade():\n    op.execute(sa.text('DELETE FROM cfg.u'))\n"
                                   "    op.alter_column('t', 'n', existing_type=sa.BigInteger(), type_=sa.Integer(), "
                                   "schema='cfg')\n"),
              ElementsAre("delete-without-where:cfg.u", "lossy-type-change:cfg.t.n"));
  EXPECT_THAT(flags_of_file(head + "from app import text\nsa.text = text\n"
                                   "def upgrade():\n    op.execute(sa.text('SELECT 1'))\n"),
              Contains(StartsWith("cannot-judge:")));
  EXPECT_THAT(flags_of_file(head + "import app\nif app.odd:\n    sa.text = app.text\n"
                                   "def upgrade():\n    op.execute(sa.text('SELECT 1'))\n"),
              Contains(StartsWith("cannot-judge:")));
}

TEST(Interpreter, SeesWhatHappensAtImport) {
  EXPECT_THAT(flags_of_file("import os\nfrom alembic import op\nos.system('x')\nop.drop_table('t', schema='cfg')\n"
                            "def upgrade():\n    pass\n"),
              ElementsAre("host-access:os.system()", "drop-table:cfg.t"));
}

TEST(Interpreter, IsLoudWithoutAPlainUpgrade) {
  EXPECT_THAT(flags_of_file("x = 1\n"), ElementsAre("cannot-judge:upgrade"));
  EXPECT_THAT(flags_of_file("from app import upgrade\n"), Contains("cannot-judge:upgrade"));
  EXPECT_THAT(flags_of_file("import functools\n@functools.cache\ndef upgrade():\n    pass\n"),
              Contains(StartsWith("cannot-judge:")));
}

TEST(Interpreter, NamesWhatAnSqlMayBeBesideTheDoubt) {
  const auto of = [](const std::string& body) { return flags(review_of("import os\n" + body)); };
  const auto doubt = StartsWith("cannot-judge:");
  EXPECT_THAT(of("op.execute('DROP TABLE cfg.t' if os.getcwd() else 'TRUNCATE cfg.u')"),
              UnorderedElementsAre("drop-table:cfg.t", "truncate:cfg.u", doubt));
  EXPECT_THAT(of("from sqlalchemy.schema import DropSchema\n"
                 "op.execute(DropSchema('cfg', cascade=True) if sa.__version__ >= '2' else 'DROP TABLE cfg.t')"),
              AllOf(Contains(StartsWith("drop-schema:cfg")), Contains("drop-table:cfg.t"), Contains(doubt)));
  EXPECT_THAT(of("op.execute('/* ' + str(len(os.getcwd())) + ' */ DROP TABLE cfg.t')"),
              UnorderedElementsAre("drop-table:cfg.t", doubt));
  EXPECT_THAT(of("op.execute(sa.text(f'DELETE FROM cfg.t; -- {os.getcwd()}'))"),
              UnorderedElementsAre("delete-without-where:cfg.t", doubt));
  EXPECT_THAT(of("sql = 'SELECT 1'\nif os.getcwd():\n    sql = 'DROP TABLE cfg.t'\nop.execute(sql)"),
              UnorderedElementsAre("drop-table:cfg.t", doubt));
}

TEST(Interpreter, SaysNoMoreOfSqlWithAnUnknownPartThanThatWhereItCannotBeRead) {
  EXPECT_THAT(flags(review_of("import os\nop.execute(f'{os.getcwd()} TABLE cfg.t')")),
              ElementsAre(StartsWith("cannot-judge:")));
  EXPECT_THAT(flags(review_of("import os\nop.execute(f'SELECT {len(os.getcwd())}')")),
              ElementsAre(StartsWith("cannot-judge:")));
}

TEST(Interpreter, FollowsMap) {
  EXPECT_THAT(flags(review_of("list(map(lambda name: op.drop_table(name, schema='cfg'), ['t', 'u']))")),
              ElementsAre("drop-table:cfg.t", "drop-table:cfg.u"));
  EXPECT_THAT(flags(review_of("import os\nlist(map(lambda name: op.drop_table(name), os.listdir('/')))")),
              Contains(StartsWith("cannot-judge:")));
}

TEST(Interpreter, EndsOnEndlessWork) {
  EXPECT_THAT(flags(review_of("for a in range(9999):\n    for b in range(9999):\n        x = a")),
              Contains(StartsWith("cannot-judge:")));
}

}  // namespace
}  // namespace orchestrate
