#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace orchestrate::system {

/// A line of the user database.
struct Account {
  uid_t uid = 0;
  gid_t gid = 0;
  std::string name;
  std::filesystem::path home, shell;
};

/// Throws Error when the user database cannot be asked.
std::optional<Account> find_account(std::string_view name);
std::optional<Account> find_account(uid_t uid);

/// Makes this process that user's, for good, and its new files private (umask 077). Only for root, before any thread
/// or child is started. Throws Error (`denied`), and refuses an account of root.
///
/// The process stays dumpable: otherwise /proc/self and our children's /proc entries would belong to root, and we could
/// neither find a child's tree nor a dump's writers. Whoever may trace us is the app's user, who owns the secrets
/// anyway.
void become(const Account& account);

}  // namespace orchestrate::system
