#include "scratch/cluster.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <sstream>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/file.h>
#include <sys/shm.h>
#include <sys/un.h>
#include <unistd.h>

#include "files/file_error.hpp"
#include "files/listing.hpp"
#include "orchestrate/error.hpp"
#include "orchestrate/source_text.hpp"

namespace orchestrate::scratch {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr std::string_view prefix = "scratch-";
constexpr const char* superuser = "postgres";
constexpr auto initdb_limit = 2min;
constexpr auto start_limit = 1min;
constexpr auto birth_limit = 5s;  // a server without a postmaster.pid then has ended
constexpr auto stop_limit = 20s;
constexpr std::chrono::milliseconds first_look = 10ms, longest_look = 100ms;
constexpr auto life = 24h;  // no restore takes longer; whoever uses it has a deadline of its own

/// Speed instead of durability, no connection but ours, and nothing that starts by itself. The sandbox of a unit
/// forbids memory that is both written and run, so no just-in-time compilation.
constexpr std::array settings = {
    "listen_addresses=",     "fsync=off",          "full_page_writes=off",   "synchronous_commit=off",
    "wal_level=minimal",     "max_wal_senders=0",  "autovacuum=off",         "jit=off",
    "logging_collector=off", "max_wal_size=4GB",   "checkpoint_timeout=1h",  "maintenance_work_mem=256MB",
    "shared_buffers=128MB",  "max_connections=20", "log_min_messages=fatal", "max_locks_per_transaction=4096"};

std::vector<std::pair<std::string, Secret>> environment() {
  return {{"PATH", Secret("/usr/local/bin:/usr/bin:/bin")}, {"LANG", Secret("C.UTF-8")}};
}

files::Descriptor locked(const fs::path& directory) {
  files::Descriptor lock(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
  if (lock && ::flock(lock.number(), LOCK_EX | LOCK_NB) != 0) lock.reset();
  return lock;
}

fs::path make_directory(const fs::path& parent) {
  std::string name = (parent / (std::string(prefix) + "XXXXXX")).string();
  if (!::mkdtemp(name.data())) throw files::file_error("make a directory for a server in", parent, errno);
  return name;
}

/// A server that was killed leaves the segment by which a second one would have noticed it: the seventh line of its
/// postmaster.pid names it (storage/ipc/pg_shmem.h).
void remove_shared_memory(const fs::path& data) {
  std::ifstream lines(data / "postmaster.pid");
  std::string line;
  for (int number = 0; number < 7; ++number)
    if (!std::getline(lines, line)) return;
  std::istringstream words(line);
  unsigned long key = 0;
  int id = 0;
  shmid_ds segment{};
  if (words >> key >> id && ::shmctl(id, IPC_STAT, &segment) == 0 && segment.shm_nattch == 0 &&
      segment.shm_perm.uid == ::geteuid())
    ::shmctl(id, IPC_RMID, nullptr);
}

}  // namespace

fs::path server_programs(const fs::path& bin, int major) {
  const fs::path programs = bin.empty() ? fs::path(fmt::format("/usr/lib/postgresql/{}/bin", major)) : bin;
  if (::access((programs / "initdb").c_str(), X_OK) == 0 && ::access((programs / "postgres").c_str(), X_OK) == 0)
    return programs;
  throw Error(ErrorKind::failed, fmt::format("find the server programs of PostgreSQL {}", major),
              "initdb and postgres are not in " + programs.string(),
              fmt::format("apt install postgresql-{}, or name their directory as postgres: {{ bin: ... }}", major));
}

Cluster::Cluster(Ports& ports, Place place, fs::path directory)
    : ports_(ports), place_(std::move(place)), directory_(std::move(directory)), lock_(locked(directory_)) {}

Cluster::~Cluster() {
  server_.reset();  // ends it, had it not ended
  std::error_code none;
  if (fs::exists(directory_ / "data/postmaster.pid", none)) remove_shared_memory(directory_ / "data");
  fs::remove_all(directory_, none);
}

Command Cluster::command(Argv argv) const {
  Command command;
  command.argv = std::move(argv);
  command.directory = directory_;
  command.environment = environment();
  command.log = place_.log;
  return command;
}

Task<std::unique_ptr<Cluster>> Cluster::make(Ports& ports, Place place, std::stop_token stop) {
  fs::path directory = make_directory(place.parent);
  std::unique_ptr<Cluster> cluster(new Cluster(ports, std::move(place), std::move(directory)));
  if (!cluster->lock_)
    throw Error(ErrorKind::failed, "make a throw-away server", "another command took its directory for a dead one's",
                "try again");
  const std::string socket = (cluster->directory_ / (".s.PGSQL." + cluster->place_.port)).string();
  if (socket.size() >= sizeof(sockaddr_un::sun_path))
    throw Error(ErrorKind::failed, "make a throw-away server", "the path of its socket is too long: " + socket,
                "give the app a shorter name, or --state a shorter path");
  co_await cluster->initialise(stop);
  co_await cluster->start(stop);
  co_return cluster;
}

Task<> Cluster::initialise(std::stop_token stop) {
  Command initdb =
      command({(place_.programs / "initdb").string(), "--pgdata=" + (directory_ / "data").string(),
               std::string("--username=") + superuser, "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync"});
  initdb.timeout = initdb_limit;
  const Exit exit = co_await ports_.commands.run(std::move(initdb), stop);
  if (exit.ok()) co_return;
  const bool stopped = exit.cause == Exit::Cause::stopped;
  throw Error(stopped ? ErrorKind::stopped : ErrorKind::failed, "make a throw-away server",
              "initdb: " + (exit.err.empty() ? exit.text() : last_line(exit.err)));
}

Task<> Cluster::start(std::stop_token stop) {
  Argv argv = place_.around ? place_.around(directory_) : Argv();
  const std::string listens = directory_.string() + (place_.sockets.empty() ? "" : "," + place_.sockets.string());
  for (const std::string& word :
       {(place_.programs / "postgres").string(), std::string("-D"), (directory_ / "data").string(), std::string("-k"),
        listens, std::string("-p"), place_.port})
    argv.push_back(word);
  std::vector<std::string> all(settings.begin(), settings.end());
  all.insert(all.end(), place_.settings.begin(), place_.settings.end());
  if (!place_.preload.empty())
    all.push_back(fmt::format("shared_preload_libraries={}", fmt::join(place_.preload, ",")));
  for (const std::string& setting : all) {
    argv.emplace_back("-c");
    argv.push_back(setting);
  }
  Command postgres = command(std::move(argv));
  postgres.timeout = life;
  server_ = ports_.commands.start(std::move(postgres), stop);
  const SessionOptions options{.application_name = "orchestrate"};
  const auto began = ports_.clock.boot();
  for (auto pause = first_look;; pause = std::min(2 * pause, longest_look)) {
    std::optional<Error> problem;
    try {
      co_await ports_.databases.connect(url("postgres"), options, stop);
      co_return;
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::stopped) throw;
      problem = error;
    }
    const auto waited = ports_.clock.boot() - began;
    const bool has_ended = waited > birth_limit && !fs::exists(directory_ / "data/postmaster.pid");
    if (has_ended || waited > start_limit) {
      std::string hint = place_.preload.empty() ? "" : "has this host what postgres: { preload } names? ";
      if (!place_.log.empty()) hint += "see " + place_.log.string();
      throw Error(ErrorKind::failed, "start a throw-away server", problem->why(), hint);
    }
    co_await ports_.clock.sleep(pause, stop);
  }
}

Task<> Cluster::end() {
  Command stop = command({(place_.programs / "pg_ctl").string(), "stop", "--mode=immediate",
                          "--pgdata=" + (directory_ / "data").string()});
  stop.timeout = stop_limit;
  const std::stop_token unstoppable;
  if (!server_) co_return;
  bool is_asked = false;
  try {
    is_asked = (co_await ports_.commands.run(std::move(stop), unstoppable)).ok();
  } catch (const Error&) {
    is_asked = false;
  }
  if (is_asked) co_await server_->wait();
  server_.reset();  // killed, had it not been asked
}

DatabaseUrl Cluster::url(const std::string& database) const {
  DatabaseUrl url;
  url.user = superuser;
  url.host = directory_.string();
  url.port = place_.port;
  url.database = database;
  return url;
}

pid_t Cluster::process() const {
  std::ifstream lines(directory_ / "data/postmaster.pid");
  pid_t process = 0;
  if (lines >> process) return process;
  throw Error(ErrorKind::failed, "find the throw-away server", "it has ended",
              place_.log.empty() ? "" : "see " + place_.log.string());
}

std::vector<fs::path> sweep(const fs::path& parent) {
  std::vector<fs::path> removed;
  std::error_code none;
  if (!fs::is_directory(parent, none)) return removed;
  for (const fs::path& directory : files::listing(parent)) {
    if (!directory.filename().string().starts_with(prefix)) continue;
    const files::Descriptor lock = locked(directory);
    if (!lock) continue;
    remove_shared_memory(directory / "data");
    fs::remove_all(directory, none);
    removed.push_back(directory);
  }
  return removed;
}

}  // namespace orchestrate::scratch
