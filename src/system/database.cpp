#include "system/database.hpp"

#include <fmt/format.h>

#include "orchestrate/error.hpp"
#include "system/offload.hpp"
#include "system/session.hpp"

namespace orchestrate::system {
namespace {

using std::chrono::milliseconds;

// The server's own limit is to strike first, because it leaves the session usable.
constexpr milliseconds client_margin = std::chrono::seconds(5);
constexpr milliseconds abort_patience = std::chrono::seconds(1);

std::string seconds_text(milliseconds duration) {
  return fmt::format("{:g} s", static_cast<double>(duration.count()) / 1000);
}

Error unanswered(std::string doing, Waited waited, milliseconds limit) {
  if (waited == Waited::stopped) return {ErrorKind::stopped, std::move(doing), "the run was stopped"};
  return {ErrorKind::unreachable, std::move(doing), "no answer within " + seconds_text(limit),
          "check that the server is not frozen and the network is up"};
}

class SessionDatabase : public Database {
 public:
  SessionDatabase(std::shared_ptr<Session> session, std::string name, milliseconds limit)
      : session_(std::move(session)), name_(std::move(name)), limit_(limit) {}
  SessionDatabase(const SessionDatabase&) = delete;
  SessionDatabase& operator=(const SessionDatabase&) = delete;
  /// A query that is still out owns the session until it notices.
  ~SessionDatabase() override {
    if (session_.use_count() > 1) session_->abort();
  }

  Task<Rows> query(std::string sql, std::vector<std::string> parameters, std::stop_token stop) override {
    if (stop.stop_requested()) throw unanswered("ask " + name_, Waited::stopped, limit_);
    std::function<Rows()> work = [session = session_, sql = std::move(sql), parameters = std::move(parameters)] {
      return session->query(sql, parameters);
    };
    Offloaded<Rows> answer(std::move(work));
    const Waited waited = co_await answer.wait(limit_, stop);
    if (waited == Waited::done) co_return answer.take();
    session_->abort();
    co_await answer.wait(abort_patience, {});
    throw unanswered("ask " + name_, waited, limit_);
  }

  bool alive() const override { return session_->alive(); }
  int backend_pid() const override { return session_->backend_pid(); }

 private:
  std::shared_ptr<Session> session_;
  std::string name_;
  milliseconds limit_;
};

class SessionDatabases : public Databases {
 public:
  Task<std::unique_ptr<Database>> connect(DatabaseUrl url, SessionOptions options, std::stop_token stop) override {
    const std::string name = url.redacted();
    const milliseconds limit = options.connect_timeout + client_margin;
    std::function<std::shared_ptr<Session>()> work = [url, options] { return Session::open(url, options); };
    Offloaded<std::shared_ptr<Session>> opened(std::move(work));
    const Waited waited = co_await opened.wait(limit, stop);
    if (waited != Waited::done) throw unanswered("connect to " + name, waited, limit);
    co_return std::make_unique<SessionDatabase>(opened.take(), name, options.statement_timeout + client_margin);
  }
};

}  // namespace

std::unique_ptr<Databases> make_databases() {
  return std::make_unique<SessionDatabases>();
}

}  // namespace orchestrate::system
