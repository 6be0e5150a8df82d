#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "host.hpp"
#include "init/advanced_alchemy.hpp"
#include "init/alembic_project.hpp"
#include "init/makefile.hpp"
#include "init/project_tree.hpp"
#include "init/virtualenv.hpp"

namespace orchestrate::init {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(ProjectTree, IsNotEnteredWhereOthersPackagesAre) {
  const Host host;
  host.make_virtualenv("project/environment");
  for (const char* name :
       {"a.py", "sub/b.py", "environment/lib/c.py", ".hidden/d.py", "node_modules/e.py", "tests/f.py"})
    host.write(std::string("project/") + name, "");
  EXPECT_THAT(project_files(host.project(), ".py"),
              ElementsAre(host.path("project/a.py"), host.path("project/sub/b.py")));
}

TEST(AlembicProject, IsToldByItsIni) {
  const Host host;
  host.write("project/alembic.ini", "# top\n[alembic]\nscript_location = %(here)s/db\nversion_locations = db/a db/b\n");
  host.write("project/db/env.py", "");
  const AlembicProject found = alembic_project(host.project());
  EXPECT_EQ(found.config->place, (Place{host.path("project/alembic.ini"), 3}));
  ASSERT_EQ(found.versions.size(), 2U);
  EXPECT_EQ(found.versions[1],
            (Fact<std::filesystem::path>{host.path("project/db/b"), {host.path("project/alembic.ini"), 4}}));
  EXPECT_EQ(found.env_py, host.path("project/db/env.py"));
}

TEST(AlembicProject, IsToldByPyproject) {
  const Host host;
  host.write("project/pyproject.toml",
             "[project]\nname = \"x\"\n[tool.alembic]\nscript_location = \"%(here)s/db\"  # ours\n"
             "version_locations = [\n  \"%(here)s/db/one\",\n]\n[tool.ruff]\nscript_location = \"no\"\n");
  const AlembicProject found = alembic_project(host.project());
  EXPECT_EQ(found.config->place, (Place{host.path("project/pyproject.toml"), 4}));
  ASSERT_EQ(found.versions.size(), 1U);
  EXPECT_EQ(found.versions[0].value, host.path("project/db/one"));
}

TEST(AlembicProject, TakesTheNearestIniAndNamesThoseThatAreAsNear) {
  const Host host;
  for (const char* name : {"a", "b", "c/d"})
    host.write("project/" + std::string(name) + "/alembic.ini", "[alembic]\nscript_location = x\n");
  const AlembicProject found = alembic_project(host.project());
  EXPECT_EQ(found.config->value, host.path("project/a/alembic.ini"));
  EXPECT_THAT(found.other_configs, ElementsAre(host.path("project/b/alembic.ini")));
}

TEST(AlembicProject, InAPackageIsLookedForBelowTheProject) {
  const Host host;
  host.write("project/alembic.ini", "[alembic]\nscript_location = my.app:migrations\n");
  host.write("project/src/my/app/migrations/env.py", "");
  const AlembicProject found = alembic_project(host.project());
  ASSERT_EQ(found.versions.size(), 1U);
  EXPECT_EQ(found.versions[0].value, host.path("project/src/my/app/migrations/versions"));
}

TEST(AlembicProject, WithoutAConfigurationIsTheOnlyEnvPyWithVersions) {
  const Host host;
  host.write("project/db/env.py", "");
  host.write("project/db/versions/a.py", "");
  EXPECT_EQ(alembic_project(host.project()).versions.front().value, host.path("project/db/versions"));
  host.write("project/other/env.py", "");
  host.write("project/other/versions/a.py", "");
  EXPECT_THAT(alembic_project(host.project()).versions, IsEmpty());
}

TEST(VersionTable, IsWhatEnvPyGivesToConfigure) {
  const Host host;
  const auto read = [&](const std::string& text) {
    return version_table(read_python(host.write("project/env.py", text)), {});
  };
  EXPECT_EQ(read("context.configure(a, version_table=\"v\")").name->value, "v");
  EXPECT_EQ(read("S = 'cfg'\ncontext.configure(\n    version_table_schema=S,\n)").schema->value, "cfg");
  EXPECT_EQ(read("context.configure(version_table=compute())").name->value, "");  // nobody can read it
  EXPECT_FALSE(read("context.configure(connection=c)").name);
  EXPECT_FALSE(read("version_table = 'not a keyword'").name);
}

TEST(VersionTable, ThatOnlyPythonCanTellIsAGap) {
  const Host host;
  host.write("project/alembic.ini", "[alembic]\nscript_location = m\n");
  host.write("project/m/env.py", "context.configure(version_table=compute())\n");
  const Survey survey = host.look();
  ASSERT_TRUE(survey.gap(Blank::version_table));
  EXPECT_THAT(everything_of(survey), testing::HasSubstr("# FILL IN: version_table: public.alembic_version"));
}

TEST(Schemas, AreWhatVersionFilesName) {
  const Host host;
  host.write("project/v/a.py", "op.create_table('t', schema='cfg')\nop.drop_table('u', schema=\"cfg\")\n");
  host.write("project/v/b.py", "op.create_table('t', schema=None)\nop.add_column('t', c, schema='log')\n");
  const auto schemas = schemas_in({{host.path("project/v"), {}}});
  ASSERT_EQ(schemas.size(), 2U);
  EXPECT_EQ(schemas[0], (Fact<std::string>{"cfg", {host.path("project/v/a.py"), 1}}));
  EXPECT_EQ(schemas[1].value, "log");
}

struct MakeCase {
  const char* text;
  const char* target;  // empty: none
};

TEST(Makefile, HasATargetThatUpgradesWithAProgramOfTheProject) {
  const std::vector<MakeCase> cases = {
      {"ALEMBIC := .venv/bin/python -m alembic\n.PHONY: migrate\nmigrate:\n\t@$(ALEMBIC) upgrade head\n", "migrate"},
      {"all:\n\ttrue\ndb: ## upgrade it\n\tuv run alembic upgrade head\nmigrate:\n\tpoetry run alembic upgrade head\n",
       "migrate"},
      {"P = .venv/bin\nA = ${P}/alembic\nschema: deps\n\t$(A) upgrade head\n", "schema"},
      {"migrate:\n\talembic upgrade head\n", ""},  // whatever PATH has
      {"migrate:\n\t.venv/bin/alembic current\n", ""},
      {"", ""},
  };
  for (const MakeCase& one : cases) {
    const auto target = migrate_target(one.text, "Makefile");
    EXPECT_EQ(target ? target->value : "", one.target) << one.text;
  }
}

TEST(Virtualenv, IsTheProjectsOwnElseTheOneThatAUnitStarts) {
  const Host host;
  host.write("units/app.service", "[Service]\nWorkingDirectory=@/project\nExecStart=@/venvs/app/bin/gunicorn app\n");
  const auto units = read_services({host.path("units")});
  EXPECT_FALSE(project_python(host.project(), units));
  host.make_virtualenv("venvs/app");
  EXPECT_EQ(project_python(host.project(), units)->value, host.path("venvs/app/bin/python"));
  host.make_virtualenv("project/venv");
  EXPECT_EQ(project_python(host.project(), units)->value, host.path("project/venv/bin/python"));
}

TEST(AdvancedAlchemy, IsTheModuleThatUpgradesWhenItIsRun) {
  const Host host;
  host.take_project("byte_bot", "/srv/byte", "etc/byte-bot.env");
  const auto found = advanced_alchemy(read_python(project_files(host.project(), ".py")));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->module.value, "byte_api.scripts.migrate");
  EXPECT_EQ(found->import, "from byte_api.lib.db.base import config");
  EXPECT_EQ(found->config, "config");
  EXPECT_EQ(found->version_table.value, "ddl_version");
}

}  // namespace
}  // namespace orchestrate::init
