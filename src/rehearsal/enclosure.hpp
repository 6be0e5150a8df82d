#pragma once

#include <sys/types.h>

#include <filesystem>
#include <istream>
#include <string>
#include <vector>

#include "orchestrate/ports.hpp"

namespace orchestrate::rehearsal {

/// A file of the project that has another text in the rehearsal.
struct Replaced {
  std::filesystem::path file, by;
};

/// Where a rehearsal runs: with a network of its own that has nothing but its loopback, without the unix sockets that
/// the host's programs listen at, and with a host whose files can be read and not be written. So production is out of
/// reach for whatever runs there, be it the project's code or the throw-away server itself.
struct Enclosure {
  std::vector<std::filesystem::path> hidden;    ///< directories that are empty there
  std::vector<std::filesystem::path> kept;      ///< what lies in them and is there all the same
  std::vector<std::filesystem::path> sockets;   ///< where nobody answers there
  std::vector<std::filesystem::path> writable;  ///< which the policy names
  std::vector<Replaced> replaced;
  std::vector<Replaced> copied;  ///< directories, which may be written there
};

/// The paths of unix sockets that somebody listens at, of what /proc/net/unix says.
std::vector<std::filesystem::path> listening_sockets(std::istream& proc_net_unix);

/// Hides /run, /tmp, /var/tmp and /dev/shm but for what is `needed`, the directories in which these sockets are and
/// `hosts` of URLs: a server that starts again makes a new one there. Where something `needed` lies in such a
/// directory, only the sockets themselves.
Enclosure enclosure_without(const std::vector<std::filesystem::path>& sockets,
                            const std::vector<std::filesystem::path>& hosts,
                            const std::vector<std::filesystem::path>& needed);

/// What stands before a command that is to run in it, as bubblewrap's arguments; `own` is a directory that it may
/// write. Throws Error that names the package where bubblewrap is not there.
Argv enclosing(const Enclosure& enclosure, const std::filesystem::path& own);

/// What stands before a command that is to run beside that process, in the same enclosure, and in `directory`.
Argv entering(pid_t process, const std::filesystem::path& directory);

}  // namespace orchestrate::rehearsal
