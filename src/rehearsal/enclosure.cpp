#include "rehearsal/enclosure.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <sstream>
#include <system_error>

#include <unistd.h>

#include "orchestrate/error.hpp"

namespace orchestrate::rehearsal {
namespace {

/// Of util-linux. Where memory runs out, the kernel ends what rehearses before anything of production.
constexpr const char* choom = "/usr/bin/choom";

namespace fs = std::filesystem;

/// Where sockets usually are, and what comes and goes.
constexpr std::array usual = {"/run", "/tmp", "/var/tmp", "/dev/shm"};
constexpr unsigned long listening = 0x10000;  // __SO_ACCEPTCON of linux/net.h

/// Empty: it is not there, or not for us.
fs::path reached(const fs::path& path) {
  std::error_code unreachable;
  fs::path real = fs::canonical(path, unreachable);
  return unreachable ? fs::path() : real;
}

bool is_within(const fs::path& path, const fs::path& directory) {
  const auto [end, rest] = std::ranges::mismatch(directory, path);
  return end == directory.end();
}

void add(std::vector<fs::path>& paths, const fs::path& path) {
  if (std::ranges::find(paths, path) == paths.end()) paths.push_back(path);
}

}  // namespace

std::vector<fs::path> listening_sockets(std::istream& proc_net_unix) {
  std::vector<fs::path> sockets;
  std::string line;
  std::getline(proc_net_unix, line);  // what the columns are called
  while (std::getline(proc_net_unix, line)) {
    std::istringstream words(line);
    std::string number, references, protocol, flags, type, state, inode, path;
    words >> number >> references >> protocol >> flags >> type >> state >> inode;
    std::getline(words >> std::ws, path);
    unsigned long bits = 0;
    std::from_chars(flags.data(), flags.data() + flags.size(), bits, 16);
    if ((bits & listening) != 0 && path.starts_with('/')) add(sockets, path);
  }
  return sockets;
}

Enclosure enclosure_without(const std::vector<fs::path>& sockets, const std::vector<fs::path>& hosts,
                            const std::vector<fs::path>& wanted) {
  std::vector<fs::path> needed;  // as the kernel sees them
  for (const fs::path& path : wanted)
    if (const fs::path real = reached(path); !real.empty()) add(needed, real);
  Enclosure enclosure{.hidden = {usual.begin(), usual.end()}};
  const auto holds_needed = [&](const fs::path& directory) {
    return std::ranges::any_of(needed, [&](const fs::path& path) { return is_within(path, directory); });
  };
  const auto is_any_around = [](const std::vector<fs::path>& directories, const fs::path& path) {
    return std::ranges::any_of(directories, [&](const fs::path& directory) { return is_within(path, directory); });
  };
  for (const fs::path& path : needed)
    if (is_any_around(enclosure.hidden, path)) add(enclosure.kept, path);
  /// Not there any more, whatever becomes of it on the host.
  const auto is_gone = [&](const fs::path& path) {
    return is_any_around(enclosure.hidden, path) && !is_any_around(enclosure.kept, path);
  };
  for (const fs::path& host : hosts)
    if (const fs::path real = reached(host); !real.empty() && !holds_needed(real)) add(enclosure.hidden, real);
  for (const fs::path& socket : sockets) {
    const fs::path real = reached(socket);
    if (real.empty() || is_gone(real)) continue;
    if (holds_needed(real.parent_path()))
      add(enclosure.sockets, real);
    else
      add(enclosure.hidden, real.parent_path());
  }
  return enclosure;
}

Argv enclosing(const Enclosure& enclosure, const fs::path& own) {
  constexpr const char* bubblewrap = "/usr/bin/bwrap";
  if (::access(bubblewrap, X_OK) != 0)
    throw Error(ErrorKind::failed, "keep the rehearsal away from production", "bubblewrap is not there",
                "apt install bubblewrap");
  Argv words = {
      choom, "-n", "1000", "--", bubblewrap, "--unshare-user", "--unshare-net", "--unshare-ipc", "--die-with-parent"};
  const auto say = [&](std::initializer_list<std::string> more) { words.insert(words.end(), more); };
  say({"--ro-bind", "/", "/", "--dev-bind", "/dev", "/dev"});
  for (const fs::path& path : enclosure.writable) say({"--bind", path.string(), path.string()});
  for (const fs::path& directory : enclosure.hidden) say({"--tmpfs", directory.string()});
  for (const fs::path& path : enclosure.kept) say({"--ro-bind", path.string(), path.string()});
  for (const fs::path& socket : enclosure.sockets) say({"--ro-bind", "/dev/null", socket.string()});
  for (const Replaced& file : enclosure.replaced) say({"--ro-bind", file.by.string(), file.file.string()});
  for (const Replaced& copy : enclosure.copied) say({"--bind", copy.by.string(), copy.file.string()});
  say({"--bind", own.string(), own.string(), "--"});
  return words;
}

Argv entering(pid_t process, const fs::path& directory) {
  return {choom,     "-n",    "1000",  "--",       "/usr/bin/nsenter",      "--preserve-credentials",       "--user",
          "--mount", "--net", "--ipc", "--target", std::to_string(process), "--wdns=" + directory.string(), "--"};
}

}  // namespace orchestrate::rehearsal
