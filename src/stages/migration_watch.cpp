#include "stages/migration_watch.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "orchestrate/evidence.hpp"
#include "schema/backends.hpp"
#include "stages/beside.hpp"
#include "stages/database_session.hpp"

namespace orchestrate {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr auto interval = 250ms;
constexpr auto worth_telling = 1s;  // shorter waits are everyday life

double seconds(milliseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

std::string obstacle(const ClientSession& session) {
  return session.waits_for + (session.held_by.empty() ? "" : " held by " + session.held_by);
}

std::string_view name_of(Cancelled::Limit limit) {
  return limit == Cancelled::Limit::lock ? "lock_timeout" : "statement_timeout";
}

}  // namespace

Task<> MigrationWatch::begin() {
  const TableName& version_table = context_.application.policy.migrations.version_table;
  cancelled_.reset();
  trouble_.clear();
  hindered_.clear();
  try {
    if (!session_) session_ = co_await open_session(context_, context_.stop);
    const Rows port = co_await session_->query("SELECT current_setting('port')", context_.stop);
    const auto before = co_await client_sessions(*session_, version_table, context_.stop);
    own_.emplace(migration_application_name(context_.run.id), before, port.rows.at(0).at(0).value_or(""));
  } catch (const Error& error) {
    if (limits_.any() && !driver_obeys(context_.application) && !own_) throw;
    lost(error);
  }
}

Task<Exit> MigrationWatch::run(Command command) {
  const std::stop_source over;
  Task<Exit> work = context_.ports.commands.run(std::move(command), context_.stop);
  Task<> companion = watch(over.get_token());
  Exit exit = co_await beside(std::move(work), std::move(companion), over);
  if (!trouble_.empty()) exit.trouble += (exit.trouble.empty() ? "" : "; ") + trouble_;
  co_return exit;
}

Task<> MigrationWatch::cancel_all(Database& database) {
  if (!own_) co_return;
  const std::stop_token unstoppable;
  const TableName& version_table = context_.application.policy.migrations.version_table;
  const auto sessions = co_await client_sessions(database, version_table, unstoppable);
  for (const ClientSession& session : sessions)
    if (own_->contains(session)) co_await cancel_statement(database, session);
}

Task<> MigrationWatch::watch(std::stop_token stop) {
  if (!own_) co_return;
  while (!stop.stop_requested()) {
    try {
      co_await context_.ports.clock.sleep(interval, stop);
      if (!session_) session_ = co_await open_session(context_, stop);
      co_await look(stop);
    } catch (const Error& error) {
      if (!stop.stop_requested()) lost(error);
      // Stopped in the middle of a question it is of no use for the next attempt.
      if (session_ && !session_->alive()) session_.reset();
    }
  }
}

void MigrationWatch::lost(const Error& error) {
  session_.reset();
  trouble_ = fmt::format("the session that watches the migration was lost: {}", error.what());
  context_.progress(trouble_);
}

Task<> MigrationWatch::look(std::stop_token stop) {
  const TableName& version_table = context_.application.policy.migrations.version_table;
  const auto sessions = co_await client_sessions(*session_, version_table, stop);
  std::vector<Connection> of_children;
  if (own_->unsure(sessions)) of_children = context_.ports.host.connections_of_children();
  own_->look(sessions, of_children);
  note_hindered(sessions);
  for (const ClientSession& session : sessions) {
    if (!own_->is_new(session)) continue;
    const auto over = over_limit(session);
    const bool ours = own_->contains(session);
    if (ours && session.waited >= worth_telling)
      context_.progress(fmt::format("waits {:.0f} s for {}", seconds(session.waited), obstacle(session)));
    if (ours && over) co_await cancel(session, *over);
    if (over && own_->empty())
      trouble_ = fmt::format(
          "backend {} {}; it may be the migration's, but cannot be told from other sessions, so {} was not enforced",
          session.pid, over->why, name_of(over->limit));
  }
}

/// Also those that wait in the queue behind a migration that waits itself.
void MigrationWatch::note_hindered(const std::vector<ClientSession>& sessions) {
  std::set<std::string> ours;
  for (const ClientSession& session : sessions)
    if (own_->contains(session)) ours.insert(session.pid);
  for (const ClientSession& session : sessions) {
    const bool is_hindered =
        std::ranges::any_of(session.blocked_by, [&](const auto& pid) { return ours.contains(pid); });
    if (!is_hindered || ours.contains(session.pid)) continue;
    Hindered& hindered = hindered_[session.waits_for];
    hindered.sessions.insert(session.pid + " " + session.began);
    hindered.longest = std::max(hindered.longest, session.waited);
    if (session.waited >= worth_telling)
      context_.progress(fmt::format("keeps pid {} waiting for {}, {:.0f} s so far", session.pid, session.waits_for,
                                    seconds(session.waited)));
  }
}

void MigrationWatch::tell_hindered(Outcome& outcome) {
  if (hindered_.empty()) return;
  Json facts = Json::array();
  milliseconds longest{0};
  for (const auto& [what, hindered] : hindered_) {
    const std::size_t count = hindered.sessions.size();
    outcome.details.push_back(fmt::format("kept {} session{} waiting for {}, one of them {:.1f} s", count,
                                          count == 1 ? "" : "s", what, seconds(hindered.longest)));
    facts.push(Json::object({{"what", what}, {"sessions", count}, {"longest_ms", hindered.longest.count()}}));
    longest = std::max(longest, hindered.longest);
  }
  if (longest >= worth_telling) outcome.summary += fmt::format(", kept others waiting for {:.1f} s", seconds(longest));
  context_.record(fact::sessions_hindered, std::move(facts));
}

std::optional<Cancelled> MigrationWatch::over_limit(const ClientSession& session) const {
  if (own_->is_named(session) && driver_obeys(context_.application)) return std::nullopt;
  if (limits_.lock > 0ms && session.waited >= limits_.lock)
    return Cancelled{Cancelled::Limit::lock,
                     fmt::format("waited longer than {} s for {}", seconds(limits_.lock), obstacle(session))};
  if (limits_.statement > 0ms && session.running >= limits_.statement)
    return Cancelled{Cancelled::Limit::statement,
                     fmt::format("had a statement that ran longer than {} s", seconds(limits_.statement))};
  return std::nullopt;
}

Task<> MigrationWatch::cancel(ClientSession session, Cancelled over) {
  if (last_cancelled_ == session.statement_began) co_return;
  context_.record(fact::statement_cancelled,
                  Json::object({{"pid", session.pid}, {"limit", name_of(over.limit)}, {"why", over.why}}));
  const auto end = over.limit == Cancelled::Limit::lock ? cancel_wait : cancel_statement;
  const bool done = co_await end(*session_, session);
  if (!done) co_return;
  last_cancelled_ = session.statement_began;
  cancelled_ = std::move(over);
}

}  // namespace orchestrate
