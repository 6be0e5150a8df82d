#include "system/session.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>

#include <pqxx/pqxx>

#include "orchestrate/dead_client.hpp"
#include "orchestrate/error.hpp"
#include "system/connection_reason.hpp"
#include "system/descriptor.hpp"

namespace orchestrate::system {
namespace {

std::string conninfo_value(std::string_view value) {
  std::string text = "'";
  for (const char c : value) {
    if (c == '\'' || c == '\\') text += '\\';
    text += c;
  }
  return text + "'";
}

/// Later keys win over what the URL says. Settings go into the start packet, not into SET: behind a pooler a SET would
/// stay on the server's session and make somebody else's transactions read-only; this way a pooler refuses by name.
std::string conninfo(const DatabaseUrl& url, const SessionOptions& options) {
  const auto whole_seconds = std::chrono::ceil<std::chrono::seconds>(options.connect_timeout).count();
  std::string settings = url.option("options").value_or("");
  settings += fmt::format(" -c statement_timeout={}", options.statement_timeout.count());
  if (options.read_only) settings += " -c default_transaction_read_only=on";
  for (const auto& [name, value] : notices_dead_client) settings += fmt::format(" -c {}={}", name, value);
  std::string text = url.conninfo();
  if (!url.password.empty()) text += " password=" + conninfo_value(url.password.reveal());
  text += " application_name=" + conninfo_value(options.application_name) + " options=" + conninfo_value(settings);
  // We notice a cut link in about 20 s while we wait (keepalives) and while we send (tcp_user_timeout).
  text += fmt::format(
      " connect_timeout={} client_encoding=UTF8 keepalives=1 keepalives_idle=5 keepalives_interval=5 keepalives_count=3"
      " tcp_user_timeout=20000",
      std::max<long>(whole_seconds, 2));
  return text;
}

/// "ERROR:  relation ... \nLINE 1: ...\nDETAIL:  ..." as one line, without the quoted statement.
std::string one_line(std::string_view message) {
  std::string text;
  for (std::size_t at = 0; at < message.size();) {
    const std::size_t end = std::min(message.find('\n', at), message.size());
    std::string_view line = message.substr(at, end - at);
    at = end + 1;
    const bool first = text.empty();
    const std::size_t label = line.find(":  ");
    if (!first && !line.starts_with("DETAIL:") && !line.starts_with("HINT:")) continue;
    if (label != std::string_view::npos) line.remove_prefix(label + 3);
    text += (first ? "" : "; ") + std::string(line);
  }
  return text;
}

/// The session's own end, as opposed to a statement's: class 08 and the server's shutdown codes.
bool ends_session(std::string_view sqlstate) {
  return sqlstate.starts_with("08") || sqlstate == "57P01" || sqlstate == "57P02" || sqlstate == "57P03";
}

Rows rows_of(const pqxx::result& result) {
  Rows rows;
  for (pqxx::row::size_type column = 0; column < result.columns(); ++column)
    rows.columns.emplace_back(result.column_name(column));
  rows.rows.reserve(static_cast<std::size_t>(result.size()));
  for (const pqxx::row& row : result) {
    auto& cells = rows.rows.emplace_back();
    for (const pqxx::field& field : row)
      cells.push_back(field.is_null() ? Cell() : Cell(std::string(field.c_str(), field.size())));
  }
  return rows;
}

// Where libpqxx 6 and 7 differ: 7 has a type for parameters, and never brings a lost session back by itself.
#if PQXX_VERSION_MAJOR < 7
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
/// A session that comes back by itself has lost its advisory lock.
void stay_lost(pqxx::connection& connection) {
  connection.inhibit_reactivation(true);
}
#pragma GCC diagnostic pop

pqxx::result ask(pqxx::nontransaction& work, const std::string& sql, const std::vector<std::string>& parameters) {
  return work.exec_params(sql, pqxx::prepare::make_dynamic_params(parameters));
}
#else
void stay_lost(pqxx::connection&) {}

pqxx::result ask(pqxx::nontransaction& work, const std::string& sql, const std::vector<std::string>& parameters) {
  pqxx::params values;
  values.append_multi(parameters);  // params(parameters) would be one parameter, an array
  return work.exec(sql, values);
}
#endif

class PqxxSession : public Session {
 public:
  PqxxSession(const DatabaseUrl& url, const SessionOptions& options)
      : name_(url.redacted()), connection_(conninfo(url, options)) {
    stay_lost(connection_);
    socket_.reset(::fcntl(connection_.sock(), F_DUPFD_CLOEXEC, 3));
    constexpr int first_with_client_check = 140000;
    const bool lasts = options.use == SessionOptions::Use::lasting;
    if (lasts && connection_.server_version() >= first_with_client_check)
      pqxx::nontransaction(connection_).exec("SET client_connection_check_interval = '1s'");
  }

  Rows query(const std::string& sql, const std::vector<std::string>& parameters) override;
  void abort() override { ::shutdown(socket_.get(), SHUT_RDWR); }
  bool alive() const override {
    pollfd state{.fd = socket_.get(), .events = POLLRDHUP, .revents = 0};
    return ::poll(&state, 1, 0) == 0;
  }
  int backend_pid() const override { return connection_.backendpid(); }

 private:
  std::string doing() const { return "ask " + name_; }
  Error lost(std::string_view why) const {
    return {ErrorKind::unreachable, doing(), "the session is gone: " + one_line(why), "look at the server's log"};
  }

  std::string name_;
  pqxx::connection connection_;
  Descriptor socket_;  // of our own, because libpq may close its number at any time, and another file may get it
};

Rows PqxxSession::query(const std::string& sql, const std::vector<std::string>& parameters) {
  try {
    pqxx::nontransaction work(connection_);
    if (parameters.empty()) return rows_of(work.exec(sql));
    return rows_of(ask(work, sql, parameters));
  } catch (const pqxx::broken_connection& error) {
    throw lost(error.what());
  } catch (const pqxx::sql_error& error) {
    if (ends_session(error.sqlstate()) || !connection_.is_open()) throw lost(error.what());
    throw Error(ErrorKind::failed, doing(), fmt::format("{} (SQLSTATE {})", one_line(error.what()), error.sqlstate()));
  } catch (const std::exception& error) {
    // libpqxx 6 throws classes of their own for deadlocks and serialization failures.
    if (!connection_.is_open()) throw lost(error.what());
    throw Error(ErrorKind::failed, doing(), one_line(error.what()));
  }
}

}  // namespace

std::shared_ptr<Session> Session::open(const DatabaseUrl& url, const SessionOptions& options) {
  try {
    return std::make_shared<PqxxSession>(url, options);
  } catch (const std::exception& error) {
    const auto [why, hint] = connection_reason(error.what());
    const Redactor redact({url.password});
    throw Error(ErrorKind::unreachable, "connect to " + url.redacted(), redact(why), hint);
  }
}

}  // namespace orchestrate::system
