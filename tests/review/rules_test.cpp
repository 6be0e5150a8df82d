#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include "orchestrate/digest.hpp"
#include "review/rule.hpp"
#include "reviewing.hpp"

namespace orchestrate {
namespace {

namespace fs = std::filesystem;

const fs::path examples = fs::path(SOURCE_DIR) / "tests/review/rules";

std::string content(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

std::vector<std::string> words(std::istream& stream) {
  std::vector<std::string> found;
  for (std::string word; stream >> word;) {
    std::ranges::replace(word, '_', ' ');  // in both readings, so that objects with blanks are one word
    found.push_back(word);
  }
  std::ranges::sort(found);
  return found;
}

std::vector<fs::path> example_files() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(examples)) files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

class RuleExample : public testing::TestWithParam<fs::path> {};

/// The first line of an example says what review finds in it: `# finds: drop-table:cfg.panels`.
TEST_P(RuleExample, FindsWhatItsFirstLineSays) {
  const std::string source = content(GetParam());
  std::istringstream first(source.substr(0, source.find('\n')).substr(std::string("# finds:").size()));
  const Project project;
  project.write("0001.py", "revision = '0001'\ndown_revision = None\n\ndef upgrade():\n    pass\n");
  project.write("0002.py", source);
  const ReviewReport report = review_of(project);
  std::string found;
  for (const Finding& finding : report.findings) {
    if (finding.revision == "0001" || finding.hazard.find("it raises") != std::string::npos) continue;
    std::string flag = finding.rule + ":" + finding.object;
    std::ranges::replace(flag, ' ', '_');
    found += flag + " ";
    EXPECT_FALSE(finding.effect.empty() || finding.remedy.empty());
    EXPECT_EQ(finding.file_sha256, sha256(source));
  }
  std::istringstream stream(found);
  EXPECT_EQ(words(stream), words(first));
}

INSTANTIATE_TEST_SUITE_P(Rules, RuleExample, testing::ValuesIn(example_files()), [](const auto& example) {
  std::string name = example.param.stem().string();
  std::ranges::replace(name, '.', '_');
  return name;
});

TEST(Rules, HaveAGoodAndABadExampleEach) {
  std::map<std::string, std::set<std::string>> found;
  for (const fs::path& file : example_files()) {
    const std::string source = content(file), first = source.substr(0, source.find('\n'));
    for (const Rule* rule : review_rules())
      if ((first + " ").find(" " + std::string(rule->id) + ":") != std::string::npos)
        found["bad"].insert(std::string(rule->id));
    if (file.string().ends_with(".good.py"))
      found["good"].insert(file.filename().string().substr(0, file.filename().string().find('.')));
  }
  for (const Rule* rule : review_rules()) EXPECT_TRUE(found["bad"].contains(std::string(rule->id))) << rule->id;
  EXPECT_EQ(found["good"].size(), review_rules().size());
}

TEST(Rules, HaveUniqueIdsAndKnownCategories) {
  const std::set<std::string_view> categories = {"data-loss",     "out-of-scope", "blocking-lock",
                                                 "compatibility", "cannot-judge", "advice"};
  std::set<std::string_view> ids;
  for (const Rule* rule : review_rules()) {
    EXPECT_TRUE(ids.insert(rule->id).second) << rule->id;
    EXPECT_TRUE(categories.contains(rule->category)) << rule->id;
  }
}

}  // namespace
}  // namespace orchestrate
