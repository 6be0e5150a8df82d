#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "orchestrate/error.hpp"
#include "schema/text_array.hpp"
#include "stages/database_session.hpp"
#include "stages/preflight/check.hpp"

namespace orchestrate::preflight {
namespace {

constexpr std::chrono::milliseconds poll_interval{500};
constexpr std::chrono::milliseconds confirmation{200};  // a busy application has moved on by then

// A lock counts on what the pending revisions affect. One that keeps even writers out counts anywhere in the app's
// schemas: somebody else is changing them, which triggers and foreign keys meet, and which the comparison of the
// catalog before and after the upgrade would take for ours. CONCURRENTLY waits for every older transaction, whatever it
// holds. Sessions of other roles hide state and age from a role without pg_read_all_stats, but not their locks; in a
// transaction each has one on its own virtualxid. A prepared transaction's locks have no pid; the lock on its own
// transaction id tells which virtualtransaction is its own. An upgrade of another run is the lock's affair.
const std::string blockers_sql = R"sql(
WITH held AS (
  SELECT l.pid, l.virtualtransaction, string_agg(DISTINCT format('%s %s', c.oid::regclass, l.mode), ', ') AS locks
  FROM pg_locks l JOIN pg_class c ON c.oid = l.relation JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE l.granted AND (l.relation = ANY($1::oid[]) OR (n.nspname = ANY($3::text[]) AND c.relkind IN ('r', 'p', 'm')
      AND l.mode IN ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')))
    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  GROUP BY 1, 2
), sessions AS (
  SELECT a.pid, a.usename, a.application_name, a.state, a.xact_start, a.state_change, held.locks,
         a.application_name IN ('pg_dump', 'pg_dumpall', 'pg_basebackup') AS dump,
         a.state LIKE 'idle in transaction%' AS idle,
         a.query = '<insufficient privilege>' AS hidden, own.virtualtransaction AS own,
         a.backend_xmin IS NOT NULL AS snapshot,
         clock_timestamp() - a.xact_start >= $2::interval AS old
  FROM pg_stat_activity a LEFT JOIN held ON held.pid = a.pid
  LEFT JOIN pg_locks own ON own.pid = a.pid AND own.locktype = 'virtualxid' AND own.virtualxid = own.virtualtransaction
  WHERE a.pid <> pg_backend_pid() AND a.application_name NOT LIKE 'orchestrate upgrade %'
    AND (a.datname = current_database() OR a.application_name = 'pg_basebackup')
)
SELECT CASE WHEN dump THEN 'dump' WHEN hidden THEN 'hidden' WHEN old THEN 'old' ELSE 'idle' END, pid::text, usename,
       application_name, date_trunc('second', clock_timestamp() - xact_start)::text, locks,
       CASE WHEN hidden THEN own ELSE state_change::text END
FROM sessions WHERE dump OR (locks IS NOT NULL AND (hidden OR old OR idle))
   OR ($4::boolean AND usename IS NOT NULL AND (old OR (idle AND snapshot) OR (hidden AND own IS NOT NULL)))
UNION ALL
SELECT 'prepared', p.gid, p.owner, '', date_trunc('second', clock_timestamp() - p.prepared)::text, held.locks, ''
FROM pg_prepared_xacts p
JOIN pg_locks own ON own.locktype = 'transactionid' AND own.transactionid = p.transaction AND own.pid IS NULL
JOIN held ON held.pid IS NULL AND held.virtualtransaction = own.virtualtransaction
WHERE p.database = current_database()
ORDER BY 1, 2
)sql";

/// Whether a blocker of a kind is one at the first look, or when it has not moved for a moment.
enum class Seen { once, twice };

/// A kind of blocker, as the query calls it, in words.
struct Kind {
  std::string_view name, text, fix;
  Seen seen = Seen::once;
};
constexpr std::array kinds = {
    Kind{"dump", "pid {} is a running dump", "wait until it ends, or set preflight.wait_for_blockers"},
    Kind{"hidden", "pid {} is a transaction whose age we may not see",
         "GRANT pg_read_all_stats to our role, or wait until it ends", Seen::twice},
    Kind{"old", "pid {} is a long transaction", "wait until it ends, or SELECT pg_terminate_backend({})"},
    Kind{"idle", "pid {} is idle in a transaction", "end it there, or SELECT pg_terminate_backend({})", Seen::twice},
    Kind{"prepared", "prepared transaction {} was never ended", "COMMIT PREPARED '{}' or ROLLBACK PREPARED '{}'"},
};

struct Blocker {
  const Kind* kind = nullptr;
  std::string id, user, application, age, locks, since;
  bool operator==(const Blocker&) const = default;
};

/// `{}` stands for the pid or the name of the prepared transaction.
std::string filled(std::string_view text, const std::string& id) {
  std::string result(text);
  for (std::size_t at = 0; (at = result.find("{}", at)) != std::string::npos; at += id.size())
    result.replace(at, 2, id);
  return result;
}

Obstacle obstacle_of(const Blocker& blocker) {
  std::string what = filled(blocker.kind->text, blocker.id) + ": user " + blocker.user;
  if (!blocker.application.empty()) what += ", application " + blocker.application;
  if (!blocker.age.empty()) what += ", age " + blocker.age;
  const bool dump = blocker.kind->name == "dump";
  if (!blocker.locks.empty()) what += ", holds " + blocker.locks;
  if (blocker.locks.empty())
    what += dump ? ", holds no lock here yet" : "; CONCURRENTLY waits for it, whatever it does";
  return {what, filled(blocker.kind->fix, blocker.id)};
}

Task<std::vector<Blocker>> look(Inspection& inspection) {
  const auto limit = inspection.settings.duration("long_transaction");
  const std::vector<std::string> parameters = {
      text_array(inspection.relations->locked), fmt::format("{} milliseconds", limit.count()),
      text_array(app_schemas(inspection.policy())), inspection.relations->concurrently ? "true" : "false"};
  const Rows rows = co_await inspection.database->query(blockers_sql, parameters, inspection.context.stop);
  std::vector<Blocker> blockers;
  for (const auto& row : rows.rows) {
    const auto text = [&](std::size_t i) { return row.at(i).value_or(""); };
    const auto kind = std::ranges::find(kinds, text(0), &Kind::name);
    blockers.push_back({&*kind, text(1), text(2), text(3), text(4), text(5), text(6)});
  }
  co_return blockers;
}

/// A busy application is between two statements, or in a short transaction, at any look.
Task<std::vector<Blocker>> confirmed(Inspection& inspection) {
  std::vector<Blocker> blockers = co_await look(inspection);
  const auto may_move = [](const Blocker& blocker) { return blocker.kind->seen == Seen::twice; };
  if (std::ranges::none_of(blockers, may_move)) co_return blockers;
  co_await inspection.context.ports.clock.sleep(confirmation, inspection.context.stop);
  const std::vector<Blocker> before = std::move(blockers);
  blockers = co_await look(inspection);
  std::erase_if(blockers, [&](const Blocker& blocker) {
    const auto same = [&](const Blocker& old) { return old.id == blocker.id && old.since == blocker.since; };
    return may_move(blocker) && std::ranges::none_of(before, same);
  });
  co_return blockers;
}

Task<Answer> activity(Inspection& inspection) {
  co_await know_relations(inspection);
  const Clock& clock = inspection.context.ports.clock;
  const auto give_up = clock.boot() + inspection.settings.duration("wait_for_blockers");
  std::vector<Blocker> blockers = co_await confirmed(inspection);
  while (!blockers.empty() && clock.boot() < give_up) {
    inspection.context.progress(fmt::format("waiting for {} more s: {}", (give_up - clock.boot()).count() / 1000,
                                            obstacle_of(blockers.front()).what));
    co_await inspection.context.ports.clock.sleep(poll_interval, inspection.context.stop);
    blockers = co_await confirmed(inspection);
  }
  Answer answer;
  for (const Blocker& blocker : blockers) answer.obstacles.push_back(obstacle_of(blocker));
  co_return answer;
}

constexpr std::array checks = {Check{"activity", "database", activity}};

}  // namespace

std::span<const Check> activity_checks() {
  return checks;
}

}  // namespace orchestrate::preflight
