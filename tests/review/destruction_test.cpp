#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <map>
#include <sstream>

#include <fmt/format.h>

#include "../system/temporary_postgres.hpp"
#include "orchestrate/json.hpp"
#include "rate.hpp"
#include "reviewing.hpp"

namespace orchestrate {
namespace {

/// What every migration of destruction.txt is run on.
constexpr const char* schema = R"(
  CREATE TYPE cfg.state AS ENUM ('open', 'paid');
  CREATE TABLE cfg.orders (id int PRIMARY KEY, note text, code varchar(20), price numeric(10,2), at timestamp,
                            state cfg.state, CONSTRAINT price_is_positive CHECK (price > 0));
  CREATE INDEX orders_price ON cfg.orders (price);
  CREATE TABLE cfg.items (id int PRIMARY KEY, order_id int);
  CREATE TABLE cfg.log (id int, message text);
  INSERT INTO cfg.orders SELECT i, 'note ' || i, 'c' || i, i + 0.55, '2026-01-01 12:30', 'open' FROM generate_series(1, 10) i;
  INSERT INTO cfg.items SELECT i, i FROM generate_series(1, 10) i;
  CREATE FUNCTION cfg.forget_orders() RETURNS void LANGUAGE sql AS 'DROP TABLE cfg.orders';
)";

/// Sources by name: blocks of destruction.txt, each begun by `### NAME`.
std::map<std::string, std::string> migrations() {
  std::map<std::string, std::string> found;
  std::ifstream file(SOURCE_DIR "/tests/review/destruction.txt");
  std::string* source = nullptr;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("### ")) {
      source = &found[line.substr(4)];
      *source = "from alembic import op\nimport sqlalchemy as sa\nrevision = '0001'\ndown_revision = None\n";
    } else if (source) {
      *source += line + "\n";
    }
  }
  return found;
}

/// What each has destroyed, by running it.
Json executed(const std::map<std::string, std::string>& sources) {
  const TemporaryPostgres server;
  Json by_name = Json::object();
  for (const auto& [name, source] : sources) by_name.set(name, source);
  const Project project;
  const auto input = project.write("input", to_text(Json::object({{"schema", schema}, {"migrations", by_name}})));
  const std::string url =
      fmt::format("postgresql+psycopg2://postgres@/postgres?host={}", server.socket_directory().string());
  return parse_json(python("destruction.py", {url, input.string()}));
}

bool has(const ReviewReport& report, std::string_view category) {
  return std::ranges::any_of(report.findings, [&](const Finding& finding) {
    return finding.category == category && finding.severity == Severity::blocks;
  });
}

/// Labels by execution: Alembic runs each migration on real rows, and what is gone or changed afterwards decides.
TEST(Destruction, IsNamedOrLoudAndWhatDestroysNothingIsNeither) {
  const auto sources = migrations();
  const Json results = executed(sources);
  std::string loud_names;
  int destructive = 0, named = 0, loud = 0, harmless = 0, alarms = 0, doubts = 0;
  for (const auto& [name, source] : sources) {
    const Json& result = results[name];
    EXPECT_TRUE(result["error"].is_null()) << name << ": " << result.text_or("error");
    const Project project;
    project.write("0001.py", source.find("def downgrade") == std::string::npos
                                 ? source + "\ndef downgrade():\n    raise NotImplementedError\n"
                                 : source);
    const ReviewReport report = review_of(project);
    const bool is_named = has(report, "data-loss"), is_loud = !is_named && has(report, "cannot-judge");
    if (!result["lost"].as_array().empty()) {
      ++destructive;
      named += is_named ? 1 : 0;
      loud += is_loud ? 1 : 0;
      if (is_loud) loud_names += " " + name;
      EXPECT_TRUE(is_named || is_loud) << name << " destroys " << to_text(result["lost"]) << " without a word";
    } else {
      ++harmless;
      alarms += is_named ? 1 : 0;
      doubts += is_loud ? 1 : 0;
      EXPECT_FALSE(is_named) << name << " destroys nothing";
    }
  }
  std::puts(fmt::format("destructive migrations named {}, named or loud {}\nloud only:{}\nharmless ones flagged {}, "
                        "doubted {}",
                        rate(named, destructive), rate(named + loud, destructive), loud_names, rate(alarms, harmless),
                        rate(doubts, harmless))
                .c_str());
  EXPECT_GT(destructive, 45);
  EXPECT_GT(harmless, 30);
}

}  // namespace
}  // namespace orchestrate
