#include "stages/code_evidence.hpp"

#include <gmock/gmock.h>

#include "stages/migrated_project.hpp"

namespace orchestrate {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// What differs after a change, relative to the project.
class CodeEvidence : public testing::Test, public BotProject {
 protected:
  std::vector<std::string> differs_after(const std::string& change) {
    const Json before = code_evidence(policy());
    sh(change);
    std::vector<std::string> paths = code_differences(before, code_evidence(policy()));
    for (std::string& path : paths) path = std::filesystem::path(path).lexically_relative(bench.checkout.path());
    return paths;
  }
};

TEST_F(CodeEvidence, IsTheSameAsLongAsNothingChanges) {
  EXPECT_THAT(differs_after("touch migrations/versions/*.py; echo notes > notes.txt; mkdir -p .cache __pycache__;"
                            "echo 1 > .cache/a.py; echo 1 > __pycache__/b.py"),
              IsEmpty());
}

TEST_F(CodeEvidence, NamesEveryFileThatIsEditedNewOrGone) {
  EXPECT_THAT(differs_after("echo '#' >> migrations/versions/002.py; rm migrations/versions/001.py;"
                            "mkdir -p bot/models; echo 1 > bot/models/panel.py"),
              ElementsAre("bot/models/panel.py", "migrations/versions/001.py", "migrations/versions/002.py"));
}

TEST_F(CodeEvidence, CoversConfiguration) {
  sh("mkdir deploy");
  for (const char* file : {"migrations/alembic.ini", "pyproject.toml", "setup.cfg", "migrations/script.py.mako",
                           "Makefile", "deploy/db.mk"})
    EXPECT_THAT(differs_after(std::string("echo '# more' >> ") + file), ElementsAre(file));
}

TEST_F(CodeEvidence, CoversTheInterpreter) {
  EXPECT_THAT(differs_after("echo 'prompt = x' >> .venv/pyvenv.cfg"), ElementsAre(".venv/pyvenv.cfg"));
  const std::string python = (bench.checkout.path() / ".venv/bin/python").string();
  EXPECT_THAT(differs_after("rm " + python + "; cp /bin/true " + python).size(), 2U);  // the old is gone, the new there
}

TEST_F(CodeEvidence, TakesAWordOfTheCommandThatCannotBeAFile) {
  policy().migrations.command = {".venv/bin/python", "-c", "print('upgraded')\n" + std::string(300, '#')};
  EXPECT_THAT(differs_after("true"), IsEmpty());
}

TEST_F(CodeEvidence, FollowsALinkToAFile) {
  sh("echo 1 > ../shared.py; ln -s ../shared.py shared.py");
  EXPECT_THAT(differs_after("echo 2 > ../shared.py"), ElementsAre("shared.py"));
}

TEST_F(CodeEvidence, FollowsALinkToAPackage) {
  sh("mkdir ../shared; echo 1 > ../shared/models.py; ln -s ../shared shared; ln -s .. shared/loop; ln -s . here");
  EXPECT_THAT(differs_after("echo 2 > ../shared/models.py"), ElementsAre("../shared/models.py"));
}

}  // namespace
}  // namespace orchestrate
