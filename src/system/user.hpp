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

/// Makes this process that user's, for good, with its HOME, and its new files private (umask 077). Only for root,
/// before any thread or child is started. Throws Error (`denied`), and refuses an account of root.
///
/// The process is undumpable afterwards: other processes of the same user can neither trace it nor take its
/// descriptors, one of which may be a bus connection opened as root.
void become(const Account& account);

}  // namespace orchestrate::system
