#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "cli/arguments.hpp"
#include "orchestrate/plan.hpp"
#include "orchestrate/policy.hpp"
#include "policy/policy_loader.hpp"
#include "system/user.hpp"

/// Where things are on a host, and as whom they may be touched.
namespace orchestrate::cli {

/// `/etc/orchestrate/policies/APP.yaml`, or the file itself when `app` names one.
std::filesystem::path policy_file(const std::string& app);

/// Names of all apps that have a policy.
std::vector<std::string> installed_apps();

/// The policy with its plan. Throws Error (`policy`) whose text lists every problem with its place.
struct Loaded {
  Policy policy;
  Plan plan;
};
Loaded load(const std::filesystem::path& file);

/// What was read, with its plan, or every reason why it has none.
std::variant<Loaded, std::vector<Problem>> planned(LoadedPolicy read);

/// As load; nullopt where it cannot be.
std::optional<Loaded> load_if_good(const std::filesystem::path& file);

/// Every problem of the file, as lines for people; empty when it may run.
std::vector<std::string> problems_of(const std::filesystem::path& file);

/// The revision to upgrade to: `--target`, else the policy's. Throws Error (`usage`) when the command cannot be told.
std::string target_of(const Arguments& arguments, const Policy& policy);

/// What `--reason` says. Throws Error (`usage`) when that is nothing.
std::string reason_of(const Arguments& arguments, const std::string& doing);

/// The policy's user. Throws Error (`denied`) unless we are root or that user.
system::Account account_for(const Policy& policy);

/// The app's state directory: under `--state`, /var/lib/orchestrate when it is root's or already there, else
/// $XDG_STATE_HOME or ~/.local/state. Does not make it.
std::filesystem::path state_directory(const std::string& app, const Arguments& arguments);

/// State directories of all apps on this host, as far as they may be read.
std::vector<std::filesystem::path> state_directories(const Arguments& arguments);

/// Whether root alone decides what `file` holds: it and every directory above it are root's, no link, and writable by
/// nobody else.
bool only_root_may_change(const std::filesystem::path& file);

/// The group that may read every app's state, where the package made it; else the user's own.
gid_t reading_group(const system::Account& account);

/// Makes the state directory with mode 2750; as root it is given to `account`.
void make_state_directory(const std::filesystem::path& directory, const system::Account& account);

}  // namespace orchestrate::cli
