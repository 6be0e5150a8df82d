#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "orchestrate/database_url.hpp"
#include "orchestrate/names.hpp"
#include "orchestrate/secret.hpp"
#include "orchestrate/task.hpp"

/// The world as stages see it: small interfaces in our own words. Every call that waits takes a stop token or has a
/// deadline of its own. "Could not ask" is an Error; "no" is a value.
namespace orchestrate {

using Argv = std::vector<std::string>;
using Bytes = std::span<const std::byte>;

// ---- commands ------------------------------------------------------------------------------------------------

/// One child process, described. It gets exactly `environment`, its own session, and no descriptor of ours.
struct Command {
  Argv argv;
  std::filesystem::path directory;
  std::vector<std::pair<std::string, Secret>> environment;
  std::chrono::milliseconds timeout{std::chrono::minutes(1)};
  std::chrono::milliseconds grace{std::chrono::seconds(10)};  ///< between TERM and KILL of its process tree
  std::filesystem::path log;    ///< stdout and stderr, whole and redacted, are appended here; empty: nowhere
  std::size_t capture = 65536;  ///< bytes kept of stdout and of stderr, the last ones
  bool piped = false;           ///< the caller writes stdin and reads stdout through Process
  bool holds_lock = false;      ///< inherits the run's lock, so that the lock outlives us with the child
};

/// How a child ended.
struct Exit {
  enum class Cause { exited, signalled, deadline, stopped };
  Cause cause = Cause::exited;
  int code = 0;  ///< exit code, or signal number when signalled
  std::string out, err;
  std::uint64_t out_size = 0, err_size = 0;  ///< bytes written, kept or not
  std::chrono::milliseconds timeout{};       ///< the deadline it had
  std::string trouble;  ///< what went wrong beside the child: its log was not written, a process survived KILL
  bool ok() const { return cause == Cause::exited && code == 0; }
  /// "exit code 1", "killed by signal 9", "no end within 60 s: ended", ...
  std::string text() const;
};

/// A running child whose stdin and stdout belong to the caller.
class Process {
 public:
  virtual ~Process() = default;                                     ///< ends the tree when still running
  virtual Task<std::size_t> read(std::span<std::byte> buffer) = 0;  ///< 0 at the end
  virtual Task<bool> write(Bytes bytes) = 0;                        ///< false when the child reads no more
  virtual void close_input() = 0;
  virtual Task<Exit> wait() = 0;
};

class Commands {
 public:
  virtual ~Commands() = default;
  /// Runs to the end. An Error only when it cannot be started.
  virtual Task<Exit> run(Command command, std::stop_token stop) = 0;
  virtual std::unique_ptr<Process> start(Command command, std::stop_token stop) = 0;
  /// Ends whatever escaped from children that have ended (setsid, double fork). Returns how many.
  virtual Task<std::size_t> end_strays() = 0;
};

// ---- database ------------------------------------------------------------------------------------------------

using Cell = std::optional<std::string>;

/// A result as text; SQL NULL is nullopt.
struct Rows {
  std::vector<std::string> columns;
  std::vector<std::vector<Cell>> rows;
};

/// One session in autocommit. Destruction closes it.
class Database {
 public:
  virtual ~Database() = default;
  /// Throws Error (`failed` with SQLSTATE in `why`, `unreachable` when the session is gone, `stopped`).
  virtual Task<Rows> query(std::string sql, std::vector<std::string> parameters, std::stop_token stop) = 0;
  /// Without parameters. (An empty braced list in an awaited call is miscompiled by g++ 12.)
  Task<Rows> query(std::string sql, std::stop_token stop) {
    return query(std::move(sql), std::vector<std::string>(), std::move(stop));
  }
  virtual bool alive() const = 0;
  /// The server process as it introduced itself when the session began (libpq's PQbackendPID). Behind a pooler it is
  /// not what pg_backend_pid() says.
  virtual int backend_pid() const = 0;
};

struct SessionOptions {
  std::string application_name = "orchestrate";
  std::chrono::milliseconds connect_timeout{std::chrono::seconds(5)};
  std::chrono::milliseconds statement_timeout{std::chrono::seconds(30)};  ///< also the client's own deadline, plus 5 s
  bool read_only = true;
  /// one_question: the session ends with it, so the server need not learn how to notice in the middle that we are gone.
  enum class Use { lasting, one_question } use = Use::lasting;
};

class Databases {
 public:
  virtual ~Databases() = default;
  virtual Task<std::unique_ptr<Database>> connect(DatabaseUrl url, SessionOptions options, std::stop_token stop) = 0;
};

// ---- systemd -------------------------------------------------------------------------------------------------

/// A unit as systemd shows it; the words are systemd's.
struct UnitState {
  std::string load_state, active_state, sub_state, result;
  std::string invocation_id;  ///< 32 hex digits; empty when it never ran
  /// No later start of it is known; what was before the host's own, systemd does not know.
  std::chrono::system_clock::time_point last_start;
  std::uint32_t restarts = 0;
  std::uint32_t main_pid = 0;
  std::string standard_output;  ///< `journal`, `file:...`, ...
  std::string user;
  bool operator==(const UnitState&) const = default;
};

/// systemd's own word for a unit's job end: `done`, `failed`, `timeout`, `canceled`, `dependency`, `skipped`.
struct JobEnd {
  std::string result;
  bool ok() const { return result == "done"; }
};

class ServiceManager {
 public:
  virtual ~ServiceManager() = default;
  virtual Task<UnitState> state(UnitName unit, std::stop_token stop) = 0;
  /// Mode `fail`: an operator's queued job is not overridden. Returns when the job has ended.
  virtual Task<JobEnd> restart(UnitName unit, std::stop_token stop) = 0;
  virtual Task<JobEnd> start(UnitName unit, std::stop_token stop) = 0;
  virtual Task<JobEnd> stop(UnitName unit, std::stop_token stop) = 0;
};

struct JournalLine {
  std::chrono::system_clock::time_point at;
  int priority = 6;  ///< syslog level, 6 when the entry has none
  std::string text;
};

class Journal {
 public:
  virtual ~Journal() = default;
  /// The newest `limit` lines of one invocation of a unit (its own and PID 1's about it), oldest first.
  virtual Task<std::vector<JournalLine>> lines(UnitName unit, std::string invocation_id, std::size_t limit) = 0;
  /// Whether we may read system units' lines at all; zero lines mean nothing otherwise.
  virtual bool readable() const = 0;
};

// ---- network -------------------------------------------------------------------------------------------------

/// Where a server listens: a name or address with a port, or the absolute path of a unix socket.
struct Endpoint {
  std::string host;
  std::uint16_t port = 0;
  bool operator==(const Endpoint&) const = default;
};

class Network {
 public:
  virtual ~Network() = default;
  /// Connects and hangs up. Throws Error (`unreachable`: "Connection refused", "no answer within 5 s"; or `stopped`).
  virtual Task<> connect(Endpoint server, std::chrono::milliseconds limit, std::stop_token stop) = 0;
  /// The status that a GET over plain HTTP is answered with; no redirect is followed. Throws likewise.
  virtual Task<int> http_get(Endpoint server, std::string target, std::chrono::milliseconds limit,
                             std::stop_token stop) = 0;
};

// ---- host and time -------------------------------------------------------------------------------------------

struct FreeSpace {
  std::uint64_t available = 0, total = 0;  ///< bytes
};

/// One established connection as its client sees it: "127.0.0.1:40312" to "127.0.0.1:5432", or to the path of a unix
/// socket, from nowhere.
struct Connection {
  std::string local, remote;
  auto operator<=>(const Connection&) const = default;
};

class Host {
 public:
  virtual ~Host() = default;
  virtual FreeSpace space(const std::filesystem::path& path) const = 0;
  /// Bytes that processes of ours may still take before something is pushed out or killed.
  virtual std::uint64_t available_memory() const = 0;
  /// Processes that hold `file` open for writing, as far as we may see: "pid 812 (pg_dump)".
  virtual std::vector<std::string> writers(const std::filesystem::path& file) const = 0;
  virtual std::string name() const = 0;
  /// Connections of all processes that descend from us, as far as we may see.
  virtual std::vector<Connection> connections_of_children() const = 0;
};

class Clock {
 public:
  virtual ~Clock() = default;
  virtual std::chrono::system_clock::time_point now() const = 0;
  /// CLOCK_BOOTTIME: runs on through suspend, never jumps.
  virtual std::chrono::milliseconds boot() const = 0;
  /// Throws Error (`stopped`) when stopped before.
  virtual Task<> sleep(std::chrono::milliseconds duration, std::stop_token stop) = 0;
};

/// All ports, as references from the composition root.
struct Ports {
  Commands& commands;
  Databases& databases;
  ServiceManager& services;
  Journal& journal;
  Host& host;
  Clock& clock;
  Network& network;
};

}  // namespace orchestrate
