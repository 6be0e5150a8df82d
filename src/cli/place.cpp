#include "cli/place.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include "orchestrate/error.hpp"
#include "stages/catalog.hpp"

namespace orchestrate::cli {
namespace {

namespace fs = std::filesystem;

const fs::path policies = "/etc/orchestrate/policies";
const fs::path system_state = "/var/lib/orchestrate";

fs::path user_state() {
  if (const char* directory = std::getenv("XDG_STATE_HOME"); directory && *directory == '/')
    return fs::path(directory) / "orchestrate";
  const char* home = std::getenv("HOME");
  if (!home || *home != '/')
    throw Error(ErrorKind::usage, "find the state directory", "neither XDG_STATE_HOME nor HOME is set",
                "give --state DIR");
  return fs::path(home) / ".local/state/orchestrate";
}

struct Checked {
  std::optional<Loaded> loaded;
  std::vector<std::string> problems;  ///< as lines for people
};

Checked checked(const fs::path& file) {
  LoadedPolicy read = load_policy(file, stage_kinds());
  const std::string text = read.text;
  auto outcome = planned(std::move(read));
  Checked result;
  if (auto* loaded = std::get_if<Loaded>(&outcome))
    result.loaded = std::move(*loaded);
  else
    for (const Problem& problem : std::get<std::vector<Problem>>(outcome))
      result.problems.push_back(problem_text(problem, file, text));
  return result;
}

}  // namespace

std::variant<Loaded, std::vector<Problem>> planned(LoadedPolicy read) {
  if (!read.policy) return std::move(read.problems);
  auto plan = make_plan(*read.policy, stage_kinds());
  if (auto* problems = std::get_if<std::vector<Problem>>(&plan)) return std::move(*problems);
  return Loaded{std::move(*read.policy), std::get<Plan>(std::move(plan))};
}

fs::path policy_file(const std::string& app) {
  const bool is_path = app.find('/') != std::string::npos || app.ends_with(".yaml") || app.ends_with(".yml");
  return is_path ? fs::absolute(app) : policies / (app + ".yaml");
}

std::vector<std::string> installed_apps() {
  std::vector<std::string> apps;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(policies, none))
    if (entry.path().extension() == ".yaml") apps.push_back(entry.path().stem());
  std::ranges::sort(apps);
  return apps;
}

std::vector<std::string> problems_of(const fs::path& file) {
  return checked(file).problems;
}

std::optional<Loaded> load_if_good(const fs::path& file) {
  auto outcome = planned(load_policy(file, stage_kinds()));
  auto* loaded = std::get_if<Loaded>(&outcome);
  return loaded ? std::optional(std::move(*loaded)) : std::nullopt;
}

Loaded load(const fs::path& file) {
  std::error_code none;
  if (file.parent_path() == policies && !fs::exists(file, none))
    throw Error(ErrorKind::policy, "find " + file.stem().string(), "there is no " + file.string(),
                "orchestrate status lists the apps; orchestrate init DIR writes a policy");
  Checked result = checked(file);
  if (result.loaded) return std::move(*result.loaded);
  for (const std::string& problem : result.problems) fmt::print(stderr, "{}\n", problem);
  throw Error(ErrorKind::policy, "load " + file.string(),
              fmt::format("{} problem{}", result.problems.size(), result.problems.size() == 1 ? "" : "s"),
              "mend the policy: orchestrate check " + file.string() + " names each problem; nothing was run");
}

std::string target_of(const Arguments& arguments, const Policy& policy) {
  if (!arguments.target.empty() && arguments.target != "head" && !policy.migrations.takes_target())
    throw Error(ErrorKind::usage, "upgrade to " + arguments.target,
                "migrations.command cannot be told where to go, it always goes to head",
                "put {target} where its revision stands");
  if (!arguments.target.empty()) return arguments.target;
  for (const StageSpec& stage : policy.pipeline)
    if (stage.kind == "upgrade") return stage.settings.text("target");
  return "head";
}

std::string reason_of(const Arguments& arguments, const std::string& doing) {
  if (arguments.reason.find_first_not_of(" \t\n") != std::string::npos) return arguments.reason;
  throw Error(ErrorKind::usage, doing, "the reason is empty",
              "say in --reason why it is acceptable; the ledger keeps it");
}

system::Account account_for(const Policy& policy) {
  const auto account = system::find_account(policy.project.user);
  if (!account)
    throw Error(ErrorKind::policy, "become the policy's user", "there is no user " + policy.project.user,
                "set project.user, or: adduser --system " + policy.project.user);
  if (::geteuid() != 0 && ::geteuid() != account->uid)
    throw Error(ErrorKind::denied, "work on " + policy.app, fmt::format("only root and {} may", policy.project.user),
                "use sudo");
  return *account;
}

fs::path state_directory(const std::string& app, const Arguments& arguments) {
  if (arguments.state) return fs::absolute(*arguments.state) / app;
  if (::geteuid() == 0 || fs::exists(system_state / app)) return system_state / app;
  return user_state() / app;
}

std::vector<fs::path> state_directories(const Arguments& arguments) {
  std::vector<fs::path> bases;
  if (arguments.state)
    bases = {fs::absolute(*arguments.state)};
  else
    bases = ::geteuid() == 0 ? std::vector{system_state} : std::vector{system_state, user_state()};
  std::vector<fs::path> directories;
  std::error_code none;
  for (const fs::path& base : bases)
    for (const auto& entry : fs::directory_iterator(base, none))
      if (entry.is_directory(none)) directories.push_back(entry.path());
  std::ranges::sort(directories);
  return directories;
}

bool only_root_may_change(const fs::path& file) {
  for (fs::path path = file;; path = path.parent_path()) {
    struct stat entry{};
    if (::lstat(path.c_str(), &entry) != 0 || entry.st_uid != 0 || S_ISLNK(entry.st_mode)) return false;
    if ((entry.st_mode & (S_IWGRP | S_IWOTH)) != 0) return false;
    if (path == path.root_path()) return true;
  }
}

gid_t reading_group(const system::Account& account) {
  const struct group* entry = ::getgrnam("orchestrate");
  return entry ? entry->gr_gid : account.gid;
}

void make_state_directory(const fs::path& directory, const system::Account& account) {
  const auto refuse = [&](int number) {
    throw Error(ErrorKind::failed, "make the state directory " + directory.string(), system_reason(number),
                "make it writable for " + account.name + ", or give --state DIR");
  };
  std::error_code error;
  fs::create_directories(directory.parent_path(), error);
  if (error) refuse(error.value());
  if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) refuse(errno);
  // Through a descriptor of the directory itself, so that root follows no link that somebody put there.
  const int fd = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) refuse(errno);
  struct stat entry{};
  bool done = ::fstat(fd, &entry) == 0;
  const bool ours_to_give =
      done && entry.st_uid == ::geteuid() && (::geteuid() == 0 || (entry.st_mode & 07777) == 0700);
  if (ours_to_give && ::geteuid() == 0) done = ::fchown(fd, account.uid, reading_group(account)) == 0;
  if (ours_to_give && done) done = ::fchmod(fd, 02750) == 0;
  const int number = errno;
  ::close(fd);
  if (!done) refuse(number);
}

}  // namespace orchestrate::cli
