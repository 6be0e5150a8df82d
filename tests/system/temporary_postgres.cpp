#include "temporary_postgres.hpp"

#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <sstream>
#include <thread>

#include "orchestrate/error.hpp"

#ifdef __SANITIZE_ADDRESS__
// libpqxx 6.4 loses one small result for each session that the server has cut, and libpg_query 15 a byte for each body
// in PL/pgSQL that it does not understand.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() {
  return "leak:libpqxx-6.4\nleak:libpg_query";
}
#endif

namespace orchestrate {
namespace {

constexpr std::chrono::seconds patience{30};

std::string content(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

std::vector<std::string> as_postgres(std::vector<std::string> argv) {
  if (::geteuid() != 0) return argv;
  argv.insert(argv.begin(), {"setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"});
  return argv;
}

/// A direct child in our own session: code under test that ends strays leaves it alone.
pid_t start_program(const std::vector<std::string>& argv, const std::filesystem::path& input,
                    const std::filesystem::path& output) {
  std::vector<char*> words;
  for (const std::string& word : argv) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  const pid_t pid = ::fork();
  if (pid != 0) return pid;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::dup2(::open(input.c_str(), O_RDONLY), 0);
  ::dup2(::open(output.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644), 1);
  ::dup2(1, 2);
  ::execvp(words[0], words.data());
  ::_exit(127);
}

int exit_code_of(pid_t pid) {
  int status = 0;
  ::waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/// Memory where there is enough of it: a server of its own for each test is twice as fast there.
std::string place_for_a_server() {
  constexpr std::uintmax_t enough = 4ULL << 30;
  std::error_code none;
  const bool is_roomy = std::filesystem::space("/dev/shm", none).available > enough && !none;
  return is_roomy ? "/dev/shm" : "/tmp";
}

}  // namespace

int TemporaryPostgres::major() {
  static const int newest = [] {
    int found = 0;
    for (const auto& entry : std::filesystem::directory_iterator("/usr/lib/postgresql"))
      found = std::max(found, std::stoi(entry.path().filename().string()));
    return found;
  }();
  return newest;
}

const std::filesystem::path& TemporaryPostgres::programs() {
  static const auto place = std::filesystem::path("/usr/lib/postgresql") / std::to_string(major()) / "bin";
  return place;
}

TemporaryPostgres::TemporaryPostgres(const Settings& settings) {
  std::string name = place_for_a_server() + "/postgres.XXXXXX";  // short: a socket's path has at most 107 bytes
  directory_ = ::mkdtemp(name.data());
  data_ = directory_ / "data";
  const passwd* owner = ::getpwnam("postgres");
  if (::geteuid() == 0 && owner != nullptr && ::chown(directory_.c_str(), owner->pw_uid, owner->pw_gid) != 0)
    throw Error(ErrorKind::failed, "own " + name, system_reason(errno));
  ::chmod(directory_.c_str(), 0755);
  create();
  std::ofstream conf(data_ / "postgresql.conf", std::ios::app);
  conf << "listen_addresses = ''\nunix_socket_directories = '" << directory_.string() << "'\nfsync = off\n"
       << "shared_buffers = 16MB\nmax_connections = 20\nlc_messages = 'C'\n";
  for (const auto& [key, value] : settings) conf << key << " = '" << value << "'\n";
  conf.close();
  start();
}

TemporaryPostgres::~TemporaryPostgres() {
  stop(SIGQUIT);
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

void TemporaryPostgres::create() {
  const auto log = directory_.string() + ".initdb.log";
  const auto argv = as_postgres({programs() / "initdb", "--pgdata=" + data_.string(), "--username=postgres",
                                 "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync"});
  const int code = exit_code_of(start_program(argv, "/dev/null", log));
  const std::string text = content(log);
  std::filesystem::remove(log);
  if (code != 0) throw Error(ErrorKind::failed, "initdb", text);
}

void TemporaryPostgres::start() {
  if (server_ != 0) return;
  const auto log = directory_.string() + ".log";
  std::filesystem::remove(log);
  server_ = start_program(as_postgres({programs() / "postgres", "-D", data_}), "/dev/null", log);
  const auto give_up = std::chrono::steady_clock::now() + patience;
  // The socket file is there only when the server listens; the log says when it answers.
  while (content(log).find("ready to accept") == std::string::npos) {
    const bool ended = ::waitpid(server_, nullptr, WNOHANG) == server_;
    if (ended || std::chrono::steady_clock::now() > give_up)
      throw Error(ErrorKind::failed, "start PostgreSQL", content(log));
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  std::filesystem::remove(log);
}

void TemporaryPostgres::stop(int number) {
  if (server_ == 0) return;
  ::kill(server_, SIGCONT);  // a test may have frozen it
  ::kill(server_, number);
  ::waitpid(server_, nullptr, 0);
  server_ = 0;
}

void TemporaryPostgres::stop_fast() {
  stop(SIGINT);
}

void TemporaryPostgres::stop_immediately() {
  stop(SIGQUIT);
}

DatabaseUrl TemporaryPostgres::url(std::string_view database) const {
  DatabaseUrl url;
  url.user = "postgres";
  url.host = directory_.string();
  url.database = std::string(database);
  return url;
}

std::string TemporaryPostgres::sql(std::string_view statements, std::string_view database) const {
  std::string base = (std::filesystem::temp_directory_path() / "psql.XXXXXX").string();
  ::close(::mkstemp(base.data()));
  std::ofstream(base) << statements;
  const std::string output = base + ".out";
  const std::vector<std::string> argv = {"psql", "-XAtq", "-v", "ON_ERROR_STOP=1", url(database).conninfo()};
  const int code = exit_code_of(start_program(argv, base, output));
  const std::string text = content(output);
  std::filesystem::remove(base);
  std::filesystem::remove(output);
  if (code != 0) throw Error(ErrorKind::failed, "psql", text);
  return text;
}

}  // namespace orchestrate
