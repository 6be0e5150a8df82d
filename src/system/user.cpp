#include "system/user.hpp"

#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <functional>
#include <vector>

#include "orchestrate/error.hpp"

namespace orchestrate::system {
namespace {

using Lookup = std::function<int(passwd*, char*, std::size_t, passwd**)>;

std::optional<Account> look_up(const std::string& who, const Lookup& lookup) {
  std::vector<char> buffer(4096);
  passwd entry{}, *found = nullptr;
  int problem = lookup(&entry, buffer.data(), buffer.size(), &found);
  while (problem == ERANGE) {
    buffer.resize(buffer.size() * 2);
    problem = lookup(&entry, buffer.data(), buffer.size(), &found);
  }
  // getpwnam_r(3): these, too, may mean "not found".
  constexpr std::array unknown = {0, ENOENT, ESRCH, EBADF, EPERM};
  if (found == nullptr && std::ranges::find(unknown, problem) != unknown.end()) return std::nullopt;
  if (found == nullptr) throw Error(ErrorKind::failed, "look up user " + who, system_reason(problem));
  return Account{entry.pw_uid, entry.pw_gid, entry.pw_name, entry.pw_dir, entry.pw_shell};
}

void check(int result, const Account& account, std::string_view step) {
  if (result == 0) return;
  throw Error(ErrorKind::denied, "become user " + account.name, std::string(step) + ": " + system_reason(errno));
}

/// setuid clears them for a thread that was root; a file or service manager may have set it up otherwise.
void drop_capabilities(const Account& account) {
  check(::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0), account, "clear ambient capabilities");
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> none{};
  check(static_cast<int>(::syscall(SYS_capset, &header, none.data())), account, "drop capabilities");
}

}  // namespace

std::optional<Account> find_account(std::string_view name) {
  const std::string text(name);
  return look_up(text, [&](passwd* entry, char* buffer, std::size_t size, passwd** found) {
    return ::getpwnam_r(text.c_str(), entry, buffer, size, found);
  });
}

std::optional<Account> find_account(uid_t uid) {
  return look_up(std::to_string(uid), [uid](passwd* entry, char* buffer, std::size_t size, passwd** found) {
    return ::getpwuid_r(uid, entry, buffer, size, found);
  });
}

void become(const Account& account) {
  if (account.uid == 0)
    throw Error(ErrorKind::denied, "become user " + account.name, "it is root", "name the application's own user");
  check(::initgroups(account.name.c_str(), account.gid), account, "set its groups");
  check(::setresgid(account.gid, account.gid, account.gid), account, "set its group");
  check(::setresuid(account.uid, account.uid, account.uid), account, "set its uid");
  drop_capabilities(account);
  if (::setuid(0) == 0 || ::seteuid(0) == 0 || ::setgid(0) == 0)
    throw Error(ErrorKind::denied, "become user " + account.name, "root could come back");
  // The kernel made us undumpable when the uid changed, and so we stay: whoever could trace us, such as the application
  // itself, could take the bus connection that was opened as root.
  ::umask(077);
  // libpq looks for certificates and passwords there; in root's home it may not look, and then it gives up TLS.
  ::setenv("HOME", account.home.c_str(), 1);
}

}  // namespace orchestrate::system
