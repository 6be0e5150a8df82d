#pragma once

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "files/descriptor.hpp"
#include "orchestrate/database_url.hpp"
#include "orchestrate/ports.hpp"

namespace orchestrate::scratch {

/// What a throw-away server is made of and where.
struct Place {
  std::filesystem::path programs;     ///< holds initdb and postgres of the wanted major version
  std::filesystem::path parent;       ///< a directory of ours; the server gets one of its own in it
  std::filesystem::path log;          ///< of what its programs write; empty: nowhere
  std::string port = "5432";          ///< of its sockets
  std::filesystem::path sockets;      ///< another directory in which it shall listen; empty: in its own alone
  std::vector<std::string> settings;  ///< `name=value`, which win over ours
  std::vector<std::string> preload;   ///< libraries that it loads when it starts
  /// What stands before the server's own command line, given its directory, so that it runs somewhere else than on the
  /// bare host; none: nothing.
  std::function<Argv(const std::filesystem::path& directory)> around;
};

/// What to do about an extension that wants to be in shared_preload_libraries.
inline constexpr const char* preload_hint =
    "name the library that the throw-away server is to load: postgres: { preload: [NAME] }";

/// The directory of PostgreSQL's server programs: `bin` where the policy names one, else Debian's. Throws Error that
/// names the package.
std::filesystem::path server_programs(const std::filesystem::path& bin, int major);

/// A PostgreSQL server for data that may be lost: without fsync, on a unix socket that nobody but us can reach, in a
/// directory of its own. It dies with this process; what a killed process left behind is removed by the next one's
/// sweep.
class Cluster {
 public:
  /// Throws Error with what initdb or the server said.
  static Task<std::unique_ptr<Cluster>> make(Ports& ports, Place place, std::stop_token stop);
  /// Ends the server and removes its directory; to be awaited whatever happened. Never throws.
  Task<> end();
  ~Cluster();
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;

  /// As its superuser.
  DatabaseUrl url(const std::string& database) const;
  const std::filesystem::path& directory() const { return directory_; }
  /// The server's own process, whatever it was started through. Throws Error where it is gone.
  pid_t process() const;

 private:
  Cluster(Ports& ports, Place place, std::filesystem::path directory);
  Task<> initialise(std::stop_token stop);
  Task<> start(std::stop_token stop);
  Command command(Argv argv) const;

  Ports& ports_;
  Place place_;
  std::filesystem::path directory_;
  files::Descriptor lock_;  ///< held as long as the directory is ours
  std::unique_ptr<Process> server_;
};

/// Removes directories of servers whose process is gone, and their shared memory. Returns what it removed.
std::vector<std::filesystem::path> sweep(const std::filesystem::path& parent);

}  // namespace orchestrate::scratch
