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
    if (finding.revision == "0001" || finding.hazard.find("downgrade() raises") != std::string::npos) continue;
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

bool speaks_of(const ReviewReport& report, const Rule& rule) {
  return std::ranges::find(report.findings, rule.id, &Finding::rule) != report.findings.end();
}

ReviewReport review_of_sql(std::string_view sql) {
  return review_sql({{"example.sql", std::string(sql)}}, {});
}

/// As the body of upgrade() of the revision that is pending.
ReviewReport review_of_body(std::string_view body) {
  std::string source =
      "import sqlalchemy as sa\nfrom alembic import op\n\nrevision = '0002'\ndown_revision = '0001'\n\n\ndef "
      "upgrade():\n";
  std::istringstream lines{std::string(body)};
  bool in_upgrade = true;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("def ")) in_upgrade = false;
    source += (in_upgrade && !line.empty() ? "    " : "") + line + "\n";
  }
  if (in_upgrade) source += "\n\ndef downgrade():\n    raise NotImplementedError\n";
  const Project project;
  project.write("0001.py", "revision = '0001'\ndown_revision = None\n\ndef upgrade():\n    pass\n");
  project.write("0002.py", source);
  return review_of(project);
}

class RuleOfCatalog : public testing::TestWithParam<Rule> {};

TEST_P(RuleOfCatalog, SpeaksOfItsBadExamplesAndNotOfItsGoodOnes) {
  const Rule& rule = GetParam();
  const auto in_sql = [&](std::string_view text) { return speaks_of(review_of_sql(text), rule); };
  const auto in_alembic = [&](std::string_view text) { return speaks_of(review_of_body(text), rule); };
  EXPECT_TRUE(rule.bad.sql.empty() || in_sql(rule.bad.sql)) << rule.bad.sql;
  EXPECT_TRUE(rule.bad.alembic.empty() || in_alembic(rule.bad.alembic)) << rule.bad.alembic;
  EXPECT_FALSE(!rule.good.sql.empty() && in_sql(rule.good.sql)) << rule.good.sql;
  EXPECT_FALSE(!rule.good.alembic.empty() && in_alembic(rule.good.alembic)) << rule.good.alembic;
  const bool has_example = !rule.good.sql.empty() || !rule.good.alembic.empty();
  EXPECT_EQ(has_example, rule.needs != Needs::run);
  EXPECT_FALSE(rule.why.empty() || rule.summary.empty());
}

INSTANTIATE_TEST_SUITE_P(All, RuleOfCatalog, testing::ValuesIn(review_rules().begin(), review_rules().end()),
                         [](const auto& rule) {
                           std::string name(rule.param.id);
                           std::erase(name, '-');
                           return name;
                         });

TEST(Rules, HaveUniqueIdsAndKnownCategories) {
  const std::set<std::string_view> categories = {"data-loss",    "out-of-scope", "blocking-lock", "compatibility",
                                                 "cannot-judge", "would-fail",   "advice"};
  std::set<std::string_view> ids;
  for (const Rule& rule : review_rules()) {
    EXPECT_TRUE(ids.insert(rule.id).second) << rule.id;
    EXPECT_TRUE(categories.contains(rule.category)) << rule.id;
  }
}

}  // namespace
}  // namespace orchestrate
