#include "schema/advisory_lock.hpp"

#include <algorithm>
#include <chrono>
#include <random>
#include <string_view>

#include "orchestrate/digest.hpp"
#include "orchestrate/error.hpp"
#include "schema/backends.hpp"

namespace orchestrate {
namespace {

using namespace std::chrono_literals;

constexpr auto patience = 2s;          // two runs that begin in the same moment; a real run takes longer anyway
constexpr auto orphan_patience = 15s;  // a server needs 5 s to notice a cut link, and then rolls back

/// 63 bits of the version table's name, so that tools can show it as a positive bigint.
std::int64_t key_of(const TableName& table) {
  const std::string digest = sha256("orchestrate advisory lock " + table.text());
  return static_cast<std::int64_t>(std::stoull(digest.substr(0, 16), nullptr, 16) >> 1);
}

class AdvisoryLock final : public RunLock {
 public:
  AdvisoryLock(Databases& databases, Clock& clock, DatabaseUrl url, const TableName& table, std::string owner)
      : databases_(databases), clock_(clock), url_(std::move(url)), table_(table), owner_(std::move(owner)) {}

  Task<std::optional<std::string>> acquire(std::stop_token stop) override {
    SessionOptions options;
    options.application_name = "orchestrate " + owner_;
    session_ = co_await databases_.connect(url_, options, stop);
    co_await session_->query(
        "SELECT set_config('idle_session_timeout', '0', false) "
        "FROM pg_settings WHERE name = 'idle_session_timeout'",
        stop);
    const auto until = clock_.boot() + patience;
    std::mt19937 random(std::random_device{}());
    auto pause = std::chrono::milliseconds(25);
    bool ours = co_await try_lock(stop);
    while (!ours) {
      if (clock_.boot() >= until) co_return co_await holder(stop);
      co_await clock_.sleep(pause + std::chrono::milliseconds(random() % 25), stop);
      pause = std::min(pause * 2, std::chrono::milliseconds(500));
      ours = co_await try_lock(stop);
    }
    co_return co_await orphan(stop);
  }

  Task<bool> held(std::stop_token stop) override {
    if (!session_ || !session_->alive()) co_return false;
    try {
      const Rows rows = co_await session_->query(mine, halves(), stop);
      co_return !rows.rows.empty();
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::stopped) throw;
      co_return false;  // a session that cannot answer holds nothing that we may rely on
    }
  }

  void release() override { session_.reset(); }

 private:
  static constexpr std::string_view by_key =
      " FROM pg_locks l LEFT JOIN pg_stat_activity a USING (pid) WHERE l.locktype = 'advisory' AND l.granted "
      "AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
      "AND l.classid::bigint = $1::bigint AND l.objid::bigint = $2::bigint AND l.objsubid = 1";
  const std::string mine = "SELECT 1" + std::string(by_key) + " AND l.pid = pg_backend_pid()";

  /// The lock goes with its run, but the server goes on with what the run's migration began.
  Task<std::optional<std::string>> orphan(std::stop_token stop) {
    auto other = co_await others_at_work(*session_, clock_, table_, orphan_patience, stop);
    if (other) session_.reset();
    co_return other;
  }

  /// How pg_locks shows a bigint key (pg_locks, "advisory locks").
  std::vector<std::string> halves() const {
    return {std::to_string(static_cast<std::uint64_t>(key_) >> 32),
            std::to_string(static_cast<std::uint64_t>(key_) & 0xffffffffU)};
  }

  Task<bool> try_lock(std::stop_token stop) {
    const std::vector<std::string> key = {std::to_string(key_)};
    const Rows rows = co_await session_->query("SELECT pg_try_advisory_lock($1::bigint)", key, stop);
    co_return rows.rows.at(0).at(0) == "t";
  }

  Task<std::optional<std::string>> holder(std::stop_token stop) {
    const std::string sql = "SELECT a.application_name, l.pid, a.client_addr" + std::string(by_key);
    const Rows rows = co_await session_->query(sql, halves(), stop);
    session_.reset();
    if (rows.rows.empty()) co_return "a session that has just ended";
    co_return session_text(rows.rows.front());
  }

  Databases& databases_;
  Clock& clock_;
  DatabaseUrl url_;
  TableName table_;
  std::int64_t key_ = key_of(table_);
  std::string owner_;
  std::unique_ptr<Database> session_;
};

}  // namespace

std::unique_ptr<RunLock> make_advisory_lock(Databases& databases, Clock& clock, DatabaseUrl url,
                                            TableName version_table, std::string owner) {
  return std::make_unique<AdvisoryLock>(databases, clock, std::move(url), version_table, std::move(owner));
}

}  // namespace orchestrate
