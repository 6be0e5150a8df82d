#include "ledger/ledger_file.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "ledger/migrations.hpp"
#include "orchestrate/error.hpp"

namespace orchestrate {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view file_name = "ledger.sqlite";
constexpr mode_t file_mode = 0640;  // the group `orchestrate` may read

Error failure(const std::string& doing, int number, std::string hint = {}) {
  const bool denied = number == EACCES || number == EPERM;
  return {denied ? ErrorKind::denied : ErrorKind::failed, doing, system_reason(number), std::move(hint)};
}

std::int64_t pragma(const Sqlite& sqlite, std::string_view name) {
  return std::stoll(sqlite.query("PRAGMA " + std::string(name)).at(0).at(0).value());
}

/// A file that is removed unless it got its final name.
class Draft {
 public:
  explicit Draft(const fs::path& target) : name_(target.string() + ".new-XXXXXX") {
    const int fd = ::mkostemp(name_.data(), O_CLOEXEC);
    if (fd < 0)
      throw failure("make the ledger " + target.string(), errno, "its directory must belong to the application's user");
    ::fchmod(fd, file_mode);
    ::close(fd);
  }
  ~Draft() { ::unlink(name_.c_str()); }
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;

  const std::string& name() const { return name_; }

 private:
  std::string name_;
};

void sync_directory(const fs::path& directory) {
  const int fd = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = fd >= 0 && ::fsync(fd) == 0;
  const int number = errno;
  if (fd >= 0) ::close(fd);
  if (!synced) throw failure("write to disk " + directory.string(), number);
}

}  // namespace

std::optional<fs::path> find_ledger_file(const fs::path& directory) {
  struct stat status{};
  if (::stat(directory.c_str(), &status) != 0)
    throw failure("read the state directory " + directory.string(), errno,
                  "check --state; the group of the directory may read it");
  const fs::path file = directory / file_name;
  if (::lstat(file.c_str(), &status) == 0) {
    if (S_ISREG(status.st_mode)) return file;
    throw Error(ErrorKind::failed, "read the ledger " + file.string(), "it is not a regular file", "move it away");
  }
  if (errno == ENOENT) return std::nullopt;
  throw failure("read the ledger " + file.string(), errno, "check --state; the group of the directory may read it");
}

fs::path create_ledger_file(const fs::path& directory) {
  const fs::path file = directory / file_name;
  const Draft draft(file);
  {
    Sqlite sqlite(draft.name(), LedgerAccess::write);
    upgrade_schema(sqlite);
  }
  // link, not rename: when two processes make it at once, the second one's must not replace the first one's events.
  if (::link(draft.name().c_str(), file.c_str()) != 0 && errno != EEXIST)
    throw failure("make the ledger " + file.string(), errno);
  sync_directory(directory);
  return file;
}

void check_schema(const Sqlite& sqlite) {
  const std::int64_t known = std::ssize(ledger_migrations());
  const std::int64_t version = pragma(sqlite, "user_version");
  const std::string doing = "read the ledger " + sqlite.file().string();
  // A view in its place may be a question without an end.
  const auto events = sqlite.query("SELECT type FROM pragma_table_list WHERE schema = 'main' AND name = 'event'");
  const bool has_events = events.size() == 1 && events[0][0] == "table";
  if (version <= 0 || !has_events)
    throw Error(ErrorKind::failed, doing, "it is no ledger of orchestrate, or a damaged one",
                "keep a copy of it, then move it away to begin an empty history");
  if (version > known)
    throw Error(ErrorKind::failed, doing,
                fmt::format("a newer orchestrate wrote it (its schema is {}, this version knows {})", version, known),
                "install that version of orchestrate");
}

void upgrade_schema(Sqlite& sqlite) {
  const auto migrations = ledger_migrations();
  const auto version = [&] { return static_cast<std::size_t>(pragma(sqlite, "user_version")); };
  if (version() >= migrations.size()) return;
  Transaction transaction(sqlite);
  for (std::size_t number = version(); number < migrations.size(); ++number) sqlite.execute(migrations[number]);
  sqlite.execute(fmt::format("PRAGMA user_version = {}", migrations.size()));
  transaction.commit();
}

}  // namespace orchestrate
