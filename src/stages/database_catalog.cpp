#include "stages/database_catalog.hpp"

#include <fmt/format.h>

#include "orchestrate/sqlstate.hpp"
#include "schema/table_facts.hpp"
#include "stages/database_session.hpp"

namespace orchestrate {
namespace {

// Of all questions together; the stage itself has a deadline, too.
constexpr std::chrono::seconds patience{60};

RowCount unanswered(const Error& error) {
  const std::string state(sqlstate_of(error));
  if (state.starts_with("22")) return {.rows = {}, .refused = true, .why = {}};
  // The server's words may hold values of the rows; the state does not.
  if (state == "57014") return {.rows = {}, .why = "the database took longer than the policy allows"};
  return {.rows = {}, .why = state.empty() ? "the database did not answer" : "the database said SQLSTATE " + state};
}

Task<RowCount> ask(Database& database, std::string question, std::stop_token stop) {
  const std::vector<std::string> none;  // with parameters, PostgreSQL itself refuses a second statement
  try {
    const Rows rows = co_await database.query(std::move(question), none, stop);
    co_return RowCount{.rows = std::stoull(rows.rows.at(0).at(0).value()), .why = {}};
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::stopped) throw;
    co_return unanswered(error);
  }
}

}  // namespace

Task<Facts> DatabaseCatalog::look_up(std::vector<std::string> names) {
  const auto session = co_await open_session(context_, context_.stop);
  const Json json = co_await read_table_facts(*session, std::move(names), context_.stop);
  co_return facts_from(json);
}

Task<std::vector<RowCount>> DatabaseCatalog::count(std::vector<std::string> questions) {
  std::vector<RowCount> counts(questions.size(), RowCount{.rows = {}, .why = "the policy asks no rows"});
  if (limit_.count() == 0) co_return counts;
  const auto deadline = context_.ports.clock.now() + patience;
  const auto session = co_await open_session(context_, context_.stop, limit_);
  for (std::size_t i = 0; i < questions.size(); ++i) {
    const bool late = context_.ports.clock.now() >= deadline || !session->alive();
    counts[i].why = "there were too many questions for a minute";
    if (late) continue;
    std::string question = std::move(questions[i]);
    counts[i] = co_await ask(*session, std::move(question), context_.stop);
  }
  co_return counts;
}

}  // namespace orchestrate
