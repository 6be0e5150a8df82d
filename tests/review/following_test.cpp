#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "review/project_modules.hpp"
#include "reviewing.hpp"

namespace orchestrate {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;

constexpr std::string_view helper =
    "from alembic import op\n\n\ndef drop(name, schema='cfg'):\n    op.drop_table(name, schema=schema)\n";

/// Reviews one revision of the project: `imports`, then an upgrade() of `body`.
ReviewReport report(const Project& project, const std::string& imports, const std::string& body) {
  project.write("0001.py", "revision = '1'\ndown_revision = None\nfrom alembic import op\nimport sqlalchemy as sa\n" +
                               imports + "\n\n\ndef upgrade():\n    " + body + "\n");
  return review_of(project);
}

std::vector<std::string> flagged(const Project& project, const std::string& imports, const std::string& body) {
  return flags(report(project, imports, body));
}

Finding the(const ReviewReport& report, std::string_view rule) {
  const auto found = std::ranges::find(report.findings, rule, &Finding::rule);
  if (found != report.findings.end()) return *found;
  ADD_FAILURE() << "no finding of " << rule;
  return {};
}

TEST(Following, InlinesAHelperHoweverItIsImported) {
  const Project project;
  project.module("app/__init__.py", "");
  project.module("app/db/__init__.py", "");
  project.module("app/db/helpers.py", helper);
  project.module("app/everything.py", "from app.db.helpers import *\n");
  for (const auto& [imports, body] : std::vector<std::pair<std::string, std::string>>{
           {"from app.db.helpers import drop", "drop('t')"},
           {"from app.db.helpers import drop as gone", "gone('t')"},
           {"from app.db import helpers", "helpers.drop('t')"},
           {"from app import db", "from app.db import helpers\n    helpers.drop('t')"},
           {"import app.db.helpers", "app.db.helpers.drop('t')"},
           {"import app.db.helpers as h", "h.drop('t')"},
           {"from app.everything import drop", "drop('t')"},
           {"", "from app.db.helpers import drop\n    drop('t')"},
           {"from app.db.helpers import drop", "[drop(name) for name in ['t']]"},
           {"from app.db.helpers import op as o", "o.drop_table('t', schema='cfg')"},
           {"try:\n    from app.db.helpers import drop\nexcept ImportError:\n    raise", "drop('t')"}})
    EXPECT_THAT(flagged(project, imports, body), ElementsAre("drop-table:cfg.t")) << imports << "\n" << body;
}

TEST(Following, KnowsWhatEnvPyGivesToUpgrade) {
  const Project project;
  const auto flagged_as = [&](const std::string& signature, const std::string& body) {
    project.write("0001.py",
                  "revision = '1'\ndown_revision = None\n\n\ndef upgrade(" + signature + "):\n    " + body + "\n");
    return flags(review_of(project));
  };
  EXPECT_THAT(flagged_as("op, tables, tester", "op.drop_table('t', schema='cfg')"), Contains("drop-table:cfg.t"));
  EXPECT_THAT(flagged_as("op=None", "op.execute('DROP TABLE cfg.t')"), Contains("drop-table:cfg.t"));
  EXPECT_THAT(
      flagged_as("op", "with op.batch_alter_table('t', schema='cfg') as batch:\n        batch.drop_column('c')"),
      Contains("drop-column:cfg.t.c"));
  EXPECT_THAT(flagged_as("op, tester", "tester.populate('t')"), Contains(StartsWith("cannot-judge")));
  EXPECT_THAT(flagged_as("operations", "operations.drop_table('t')"), Contains(StartsWith("cannot-judge")));
  EXPECT_THAT(flagged_as("engine_name=None", "pass"), IsEmpty());
}

TEST(Following, FollowsAModuleThatIsImportedByItsName) {
  const Project project;
  project.module("app/2021-03-29_drop.py", helper);
  const std::string imports = "from importlib import import_module\nmodule = import_module('app.2021-03-29_drop')";
  EXPECT_THAT(flagged(project, imports, "module.drop('t')"), ElementsAre("drop-table:cfg.t"));
  EXPECT_THAT(flagged(project, "import importlib", "importlib.import_module('app.2021-03-29_drop').drop('t')"),
              ElementsAre("drop-table:cfg.t"));
  project.module("app/seed.py", "from alembic import op\nop.drop_table('t', schema='cfg')\n");
  EXPECT_THAT(flagged(project, "import importlib", "importlib.import_module('app.seed')"), Contains("drop-table:cfg.t"))
      << "what it does when it is imported";
  EXPECT_THAT(flagged(project, "import importlib", "importlib.import_module('elsewhere')"),
              Contains(StartsWith("cannot-judge")));
}

TEST(Following, InlinesArgumentsDefaultsAndTheRest) {
  const Project project;
  project.module("helpers.py",
                 "from alembic import op\nSCHEMA = 'cfg'\nTABLE = 'of the helper'\n"
                 "def drop(*names, schema=SCHEMA, **options):\n"
                 "    for name in names:\n        op.drop_table(name, schema=schema, **options)\n"
                 "def each(function, names):\n    for name in names:\n        function(name)\n");
  EXPECT_THAT(flagged(project, "from helpers import drop\nSCHEMA = 'no'", "drop('a', 'b', if_exists=True)"),
              ElementsAre("drop-table:cfg.a", "drop-table:cfg.b"));
  EXPECT_THAT(flagged(project, "from helpers import each\nTABLE = 't'",
                      "each(lambda name: op.drop_table(TABLE + name, schema='cfg'), ['1', '2'])"),
              ElementsAre("drop-table:cfg.t1", "drop-table:cfg.t2"));
}

TEST(Following, KnowsConstantsOfOtherModules) {
  const Project project;
  project.module("app/tables.py",
                 "PREFIX = 'bot_'\nPANELS = f'{PREFIX}panels'\nOLD = ['a', 'b']\nLIMIT: int = 3\n"
                 "DROP = '''\nDROP TABLE cfg.x;\n'''\nKINDS = ('one', 'two')\n");
  EXPECT_THAT(flagged(project, "from app.tables import OLD, PANELS",
                      "op.drop_table(PANELS, schema='cfg')\n    for t in OLD:\n        op.drop_table(t, schema='cfg')"),
              ElementsAre("drop-table:cfg.bot_panels", "drop-table:cfg.a", "drop-table:cfg.b"));
  EXPECT_THAT(flagged(project, "from app import tables", "op.execute(f'DROP TABLE cfg.t_{tables.LIMIT}')"),
              ElementsAre("drop-table:cfg.t_3"));
  const ReviewReport sql = report(project, "from app.tables import DROP", "op.execute(sa.text(DROP))");
  ASSERT_THAT(flags(sql), ElementsAre("drop-table:cfg.x"));
  const Finding finding = the(sql, "drop-table");
  EXPECT_EQ(finding.place.file, (project.path() / "app/tables.py").string());
  EXPECT_EQ(finding.place.line, 6);
  EXPECT_EQ(finding.source_line, "DROP TABLE cfg.x;");
}

TEST(Following, KnowsConstantsOfClasses) {
  const Project project;
  project.module("app/models.py",
                 "import enum\nfrom sqlalchemy.orm import DeclarativeBase, Mapped\n"
                 "class Base(DeclarativeBase):\n    pass\n"
                 "class Panel(Base):\n    __tablename__ = 'panels'\n    id: Mapped[int]\n    old = ['a', 'b']\n"
                 "    def drop(self):\n        pass\n"
                 "class Table(str, enum.Enum):\n    X = 'x'\n    Y = 'y'\n");
  const std::string imports = "from app.models import Panel, Table";
  EXPECT_THAT(flagged(project, imports, "op.drop_table(Panel.__tablename__, schema='cfg')"),
              ElementsAre("drop-table:cfg.panels"));
  EXPECT_THAT(flagged(project, imports, "for t in Panel.old:\n        op.drop_table(t, schema='cfg')"),
              ElementsAre("drop-table:cfg.a", "drop-table:cfg.b"));
  EXPECT_THAT(flagged(project, imports, "[op.drop_table(t.value, schema='cfg') for t in Table]"),
              ElementsAre("drop-table:cfg.x", "drop-table:cfg.y"));
  EXPECT_THAT(flagged(project, imports, "op.execute('DROP TABLE cfg.' + Table.Y.value)"),
              ElementsAre("drop-table:cfg.y"));
  EXPECT_THAT(flagged(project, imports, "op.create_table('t', sa.Column('c', sa.Enum(Table)), schema='cfg')"),
              IsEmpty());
  EXPECT_THAT(flagged(project, imports, "op.add_column('t', sa.Column('c', Panel(length=3)), schema='cfg')"), IsEmpty())
      << "a data type of the project's own";
  EXPECT_THAT(flagged(project, imports, "Panel.drop(Panel())"), Contains(StartsWith("cannot-judge:")));
  EXPECT_THAT(flagged(project, imports, "Panel.old = []\n    for t in Panel.old:\n        op.drop_table(t)"),
              Contains(StartsWith("cannot-judge:")));
}

TEST(Following, GoesOnFromModuleToModule) {
  const Project project;
  project.module("app/__init__.py", "from .db import drop_both\n");
  project.module("app/db/__init__.py", "from .deep.many import drop_both\n");
  project.module("app/db/deep/__init__.py", "");
  project.module("app/db/deep/many.py",
                 "from . import one\nfrom ..names import FIRST as first\nfrom ...settings import schema\n"
                 "def drop_both():\n    one.drop(first, schema)\n    one.drop('second', schema)\n");
  project.module("app/db/deep/one.py", helper);
  project.module("app/db/names.py", "FIRST = 'first'\n");
  project.module("app/settings.py", "schema = 'cfg'\n");
  EXPECT_THAT(flagged(project, "from app import drop_both", "drop_both()"),
              ElementsAre("drop-table:cfg.first", "drop-table:cfg.second"));
}

TEST(Following, ReadsTheHelperOfAnotherVersionFile) {
  const Project project;
  project.write("0000.py",
                "revision = '0'\ndown_revision = None\nfrom alembic import op\n"
                "def gone(name):\n    op.drop_table(name, schema='cfg')\ndef upgrade():\n    pass\n");
  project.write("0001.py",
                "revision = '1'\ndown_revision = '0'\nfrom versions import helpers_of_zero as h\n"
                "import importlib\nfrom zero import gone\ndef upgrade():\n    gone('t')\n");
  EXPECT_THAT(flags(review_of(project)), Contains(StartsWith("cannot-judge:"))) << "there is no module zero";
  project.write("0001.py",
                "revision = '1'\ndown_revision = '0'\nfrom versions.r0000 import gone\n"
                "def upgrade():\n    gone('t')\n");
  std::filesystem::rename(project.versions() / "0000.py", project.versions() / "r0000.py");
  EXPECT_THAT(flags(review_of(project)), ElementsAre("drop-table:cfg.t"));
}

TEST(Following, IsAsLoudAsBeforeWhereThereIsNoSource) {
  const Project project;
  project.module("app/__init__.py", "");
  project.module("app/broken.py", "def drop(:\n");
  project.module("app/large.py", "def drop(name):\n    pass\n# " + std::string(600 * 1024, 'x') + "\n");
  project.module("app/empty.py", "");
  for (const char* module : {"elsewhere", "app.absent", "app.broken", "app.large", "app.empty"})
    EXPECT_THAT(flagged(project, std::string("from ") + module + " import drop", "drop('t')"),
                ElementsAre("cannot-judge:line-9"))
        << module;
  EXPECT_THAT(flagged(project, "from app.absent import harmless", "print(harmless)"), IsEmpty());
  EXPECT_THAT(flagged(project, "import copy\nfrom app.absent import harmless", "copy.copy(op.get_bind())"),
              Contains(StartsWith("cannot-judge:")));
}

TEST(Following, IsLoudAboutARelativeImportInAVersionFileForThereItFails) {
  const Project project;
  project.module("helpers.py", helper);
  project.module("versions/__init__.py", "");
  EXPECT_THAT(flagged(project, "from ..helpers import drop", "drop('t')"), ElementsAre("cannot-judge:line-9"));
  EXPECT_THAT(flagged(project, "from .helpers import drop", "drop('t')"), ElementsAre("cannot-judge:line-9"));
}

TEST(Following, IsLoudWhereNobodyKnowsWhichDefinitionCounts) {
  const Project project;
  const std::string choice = "import os\nfrom alembic import op\n";
  const std::string one = "def drop(name):\n        op.drop_table(name)\n";
  project.module("branch.py", choice + "if os.environ.get('X'):\n    " + one + "else:\n    " + one);
  project.module("half.py", choice + "if os.environ.get('X'):\n    " + one);
  project.module("tried.py",
                 choice + "try:\n    from fast import drop\nexcept ImportError:\n    from slow import drop\n");
  project.module("fast.py", "def drop(name):\n    pass\n");
  project.module("slow.py", "def drop(name):\n    pass\n");
  project.module("chosen.py", choice +
                                  "def a(n):\n    op.drop_table(n)\ndef b(n):\n    pass\n"
                                  "drop = a if os.environ.get('X') else b\n");
  project.module("either.py", choice + "def a(n):\n    op.drop_table(n)\ndrop = os.environ.get('X') or a\n");
  project.module("listed.py", choice + "def a(n):\n    op.drop_table(n)\ndrop = {'a': a}[os.environ.get('X')]\n");
  project.module("partial.py", choice + "import functools\ndrop = functools.partial(op.drop_table)\n");
  project.module("made.py", "from elsewhere import make\ndrop = make()\n");
  project.module("decorated.py", choice + "import functools\n@functools.cache\ndef drop(name):\n    pass\n");
  project.module("classy.py", choice + "class Tables:\n    drop = op.drop_table\ndrop = Tables.drop\n");
  for (const char* module :
       {"branch", "half", "tried", "chosen", "either", "listed", "partial", "made", "decorated", "classy"})
    EXPECT_THAT(flagged(project, std::string("from ") + module + " import drop", "drop('t')"),
                Contains(StartsWith("cannot-judge:")))
        << module;
}

TEST(Following, LetsNoModuleOfTheProjectHideALibrary) {
  const Project project;
  project.module("alembic/__init__.py", "");
  project.module("alembic/op.py", "def drop_table(*a, **k):\n    pass\n");
  project.module("sqlalchemy.py", "def text(t):\n    return 'SELECT 1'\n");
  EXPECT_THAT(flagged(project, "", "op.drop_table('t', schema='cfg')\n    op.execute(sa.text('DROP TABLE cfg.u'))"),
              ElementsAre("drop-table:cfg.t", "drop-table:cfg.u"));
}

TEST(Following, FollowsNothingThatAnInstalledPackageMayBe) {
  const Project project;
  project.module("mako/__init__.py", "def drop(name):\n    pass\n");  // Alembic itself needs the real one
  EXPECT_THAT(flagged(project, "from mako import drop", "drop('t')"), ElementsAre("cannot-judge:line-9"));
  project.module(".venv/pyvenv.cfg", "");
  project.module(".venv/lib/python3.11/site-packages/tool.py", "def drop(name):\n    pass\n");
  project.module("env/pyvenv.cfg", "");
  project.module("env/tool.py", "def drop(name):\n    pass\n");
  EXPECT_THAT(flagged(project, "from tool import drop", "drop('t')"), ElementsAre("cannot-judge:line-9"));
  EXPECT_THAT(flagged(project, "from env.tool import drop", "drop('t')"), ElementsAre("cannot-judge:line-9"));
}

TEST(Following, FollowsNothingThatTwoFilesCouldBe) {
  const Project project;
  project.module("helpers.py", "def drop(name):\n    pass\n");
  project.module("src/helpers.py", helper);
  EXPECT_THAT(flagged(project, "from helpers import drop", "drop('t')"), ElementsAre("cannot-judge:line-9"));
}

TEST(Following, FollowsNoLinkOutOfTheProject) {
  const Project project, other;
  const auto outside = other.module("helpers.py", "def drop(name):\n    pass\n");
  std::filesystem::create_symlink(outside, project.path() / "linked.py");
  std::filesystem::create_directory_symlink(other.path(), project.path() / "shared");
  EXPECT_THAT(flagged(project, "from linked import drop", "drop('t')"), ElementsAre("cannot-judge:line-9"));
  EXPECT_THAT(flagged(project, "from shared.helpers import drop", "drop('t')"), ElementsAre("cannot-judge:line-9"));
  project.module("app/helpers.py", helper);
  std::filesystem::create_symlink(project.path() / "app/helpers.py", project.path() / "inside.py");
  EXPECT_THAT(flagged(project, "from inside import drop", "drop('t')"), ElementsAre("drop-table:cfg.t"));
}

TEST(Following, EndsOnImportsAndCallsInACircle) {
  const Project project;
  project.module("a.py", "from b import drop, other\ndef one():\n    other()\nA = 1\n");
  project.module("b.py", "from a import one, drop, A\ndef other():\n    one()\nB = A\n");
  EXPECT_THAT(flagged(project, "from a import drop", "drop('t')"), ElementsAre("cannot-judge:line-9"));
  EXPECT_THAT(flagged(project, "from a import one", "one()"), Contains(StartsWith("cannot-judge:")));
  std::string imports;
  for (int i = 0; i < 40; ++i)
    project.module("m" + std::to_string(i) + ".py", "from m" + std::to_string(i + 1) + " import drop\n");
  project.module("m40.py", helper);
  EXPECT_THAT(flagged(project, "from m30 import drop", "drop('t')"), ElementsAre("drop-table:cfg.t"));
  EXPECT_THAT(flagged(project, "from m0 import drop", "drop('t')"), ElementsAre("cannot-judge:line-9"));
}

TEST(Following, RunsNothingAndTakesWhatImportingDoesForNoPartOfTheMigration) {
  const Project project;
  const auto trace = (project.path() / "trace").string();
  project.module("settings.py",
                 "import os\nimport sqlalchemy as sa\nfrom elsewhere import load\n"
                 "open('" +
                     trace +
                     "', 'w')\nengine = sa.create_engine('x')\n"
                     "settings = load()\nSCHEMA = 'cfg'\n");
  EXPECT_THAT(flagged(project, "from settings import SCHEMA", "op.add_column('t', sa.Column('c'), schema=SCHEMA)"),
              IsEmpty());
  EXPECT_FALSE(std::filesystem::exists(trace));
  EXPECT_THAT(flagged(project, "from settings import engine", "engine.execute('DROP TABLE t')"),
              ElementsAre("cannot-judge:line-9"));
  EXPECT_THAT(flagged(project, "from settings import settings", "settings.migrate()"),
              ElementsAre("cannot-judge:line-9"));
  project.module("acts.py", "from alembic import op\nop.drop_table('t', schema='cfg')\nX = 1\n");
  EXPECT_THAT(flagged(project, "from acts import X", "print(X)"), ElementsAre("drop-table:cfg.t"));
}

TEST(Following, FindsTheRootsOfAProject) {
  for (const auto& [config, where] : std::vector<std::pair<std::string, std::string>>{
           {"", "helpers.py"},
           {"", "src/helpers.py"},
           {"", "packages/common/src/helpers.py"},
           {"", "versions/../helpers/__init__.py"},
           {"[alembic]\nprepend_sys_path = tools:lib\n", "lib/helpers.py"},
           {"[alembic]\nprepend_sys_path = %(here)s/tools\n", "tools/helpers.py"},
           {"[alembic]\nprepend_sys_path = .;tools\npath_separator = ;\n", "tools/helpers.py"}}) {
    const Project project;
    if (!config.empty()) project.module("alembic.ini", config);
    project.module(where, helper);
    EXPECT_THAT(flagged(project, "from helpers import drop", "drop('t')"), ElementsAre("drop-table:cfg.t")) << where;
  }
  const Project project;
  project.module("pyproject.toml", "[tool.alembic]\nprepend_sys_path = ['one', 'two']\n");
  project.module("two/helpers.py", helper);
  project.module("parts/api/setup.py", "");
  project.module("parts/api/more.py", helper);
  project.module("deep/er/and/deeper.py", helper);
  EXPECT_THAT(flagged(project, "from helpers import drop", "drop('t')"), ElementsAre("drop-table:cfg.t"));
  EXPECT_THAT(flagged(project, "from more import drop", "drop('t')"), ElementsAre("drop-table:cfg.t"));
  EXPECT_THAT(flagged(project, "from deeper import drop", "drop('t')"), ElementsAre("cannot-judge:line-9"));
}

TEST(Following, FindsAProjectThatNobodyHasDescribed) {
  const Project project;
  project.module("services/api/db/versions/0001.py", "");
  const auto versions = project.path() / "services/api/db/versions";
  EXPECT_EQ(layout_around({versions}).directory, "");
  project.module("services/api/pyproject.toml", "");
  EXPECT_EQ(layout_around({versions}).directory, std::filesystem::canonical(project.path() / "services/api"));
  project.module(".git/HEAD", "");
  EXPECT_EQ(layout_around({versions}).directory, std::filesystem::canonical(project.path()));
}

TEST(Following, PointsIntoTheModuleAndKeepsTheRevision) {
  const Project project;
  const auto file = project.module("app/helpers.py", std::string(helper) + "    op.execute(unknown)\n").string();
  const ReviewReport found = report(project, "from app.helpers import drop", "drop('t')\n    op.execute(unknown)");
  ASSERT_THAT(flags(found),
              ElementsAre("cannot-judge:line-10", "drop-table:cfg.t", "cannot-judge:line-6-of-app.helpers"));
  const Finding finding = the(found, "drop-table");
  EXPECT_EQ(finding.id(), "1:drop-table:cfg.t");
  EXPECT_EQ(finding.place, (Place{file, 5, 5}));
  EXPECT_EQ(finding.source_line, "    op.drop_table(name, schema=schema)");
  ASSERT_EQ(found.modules.size(), 1U);
  EXPECT_EQ(found.modules.begin()->first, file);
}

TEST(Following, BindsApprovalsToTheModulesThatARevisionUses) {
  const Project project;
  project.module("app/helpers.py", helper);
  project.module("app/other.py", helper);
  const auto dropping = [&] { return report(project, "from app.helpers import drop\nimport app.other", "drop('t')"); };
  const Finding before = the(dropping(), "drop-table");
  const auto is_open = [&] {
    ReviewReport now = dropping();
    apply_approvals(now.findings, {{before.id(), before.file_sha256, "unused", "root", "today"}});
    return open_red_flag(the(now, "drop-table"));
  };
  EXPECT_FALSE(is_open());
  project.module("app/other.py", "");
  EXPECT_FALSE(is_open()) << "nothing of it is used";
  project.module("app/helpers.py", std::string(helper) + "    op.execute('SELECT 1')\n");
  EXPECT_TRUE(is_open());
}

TEST(Following, AcceptsWhatAModuleAllowsAndIsQuietAboutTheRest) {
  const Project project;
  project.module("helpers.py",
                 "from alembic import op\n"
                 "def drop(name):\n    # orchestrate: allow drop-table -- only what is empty\n"
                 "    op.drop_table(name, schema='cfg')\n"
                 "def other(name):\n    # orchestrate: allow drop-column -- likewise\n"
                 "    op.drop_column(name, 'c', schema='cfg')\n");
  const ReviewReport found = report(project, "from helpers import drop", "drop('t')");
  ASSERT_THAT(flags(found), ElementsAre("drop-table:cfg.t"));
  EXPECT_EQ(the(found, "drop-table").approved_by, "the file itself: only what is empty");
}

TEST(Following, ReadsEachModuleForEveryRevision) {
  const Project project;
  project.module("first.py",
                 "from second import drop\ndef a():\n    drop('a')\ndef b():\n    import third\n    third.drop('b')\n");
  project.module("second.py", helper);
  project.module("third.py", helper);
  project.revision("r1", "None", "from first import a\ndef upgrade():\n    a()\n");
  project.revision("r2", "'r1'", "from first import b\ndef upgrade():\n    b()\ndef downgrade():\n    b()\n");
  EXPECT_THAT(flags(review_of(project)), ElementsAre("drop-table:cfg.a", "drop-table:cfg.b"));
}

TEST(Following, ReadsTheModulesOfByteBot) {
  const std::filesystem::path byte_bot = SOURCE_DIR "/tests/hosts/byte_bot/project";
  const ProjectLayout layout{.directory = byte_bot,
                             .versions = {byte_bot / "services/api/src/byte_api/lib/db/migrations/versions"}};
  ProjectModules modules(layout, "/usr/bin/python3");
  for (const char* name : {"byte_api.lib.settings", "byte_common.models", "byte_common.models.guild", "json",
                           "advanced_alchemy.types", "byte_api.lib.nothing"})
    modules.find(name);
  std::vector<std::string> files;
  for (const ProjectModule& module : modules.take_wanted())
    files.push_back(std::filesystem::path(module.file).lexically_relative(byte_bot).string());
  EXPECT_THAT(files, ElementsAre("services/api/src/byte_api/lib/settings.py",
                                 "packages/byte-common/src/byte_common/models/__init__.py",
                                 "packages/byte-common/src/byte_common/models/guild.py"));
}

TEST(Following, FillsAListThatAModuleKeeps) {
  const Project project;
  project.module("helpers.py",
                 "from alembic import op\nTABLES = ['a']\nNAMES = {}\n"
                 "def drop():\n    for t in TABLES:\n        op.drop_table(t, schema='cfg')\n"
                 "def drop_named():\n    op.drop_table(NAMES['a'], schema='cfg')\n");
  project.module("again.py", "from helpers import TABLES\n");
  EXPECT_THAT(flagged(project, "from helpers import drop\nfrom again import TABLES", "TABLES.append('b')\n    drop()"),
              ElementsAre("drop-table:cfg.a", "drop-table:cfg.b"));
  EXPECT_THAT(flagged(project, "from helpers import drop_named, NAMES", "NAMES['a'] = 'b'\n    drop_named()"),
              ElementsAre(StartsWith("cannot-judge:")));
}

TEST(Following, SetsANameInAModuleOfTheProject) {
  const Project project;
  project.module("helpers.py",
                 "from alembic import op\nTABLE = 'a'\ndef drop():\n    op.drop_table(TABLE, schema='cfg')\n");
  EXPECT_THAT(flagged(project, "import helpers\nhelpers.TABLE = 'b'", "helpers.drop()"),
              ElementsAre("drop-table:cfg.b"));
}

}  // namespace
}  // namespace orchestrate
