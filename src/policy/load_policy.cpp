#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "policy/file_text.hpp"
#include "policy/policy_loader.hpp"

namespace orchestrate {
namespace {

constexpr std::size_t largest = 1024 * 1024;

/// Whoever may write the policy decides what runs as root.
std::vector<Problem> ownership_problems(const FileText& content, const std::filesystem::path& file) {
  std::vector<Problem> problems;
  const auto report = [&](std::string message) { problems.push_back({{1, 1}, std::move(message)}); };
  if (content.owner != 0 && content.owner != geteuid())
    report(fmt::format("the file belongs to uid {}, neither to root nor to you; chown root {}", content.owner,
                       file.string()));
  if (content.mode & S_IWOTH) report(fmt::format("everybody may write the file; chmod o-w {}", file.string()));
  if ((content.mode & S_IWGRP) && content.group != 0 && content.group != getegid())
    report(fmt::format("group {} may write the file; chmod g-w {}", content.group, file.string()));
  return problems;
}

}  // namespace

LoadedPolicy load_policy(const std::filesystem::path& file, std::span<const StageKind* const> kinds) {
  FileText content = read_file_text("read the policy", file, largest);
  std::vector<Problem> problems = ownership_problems(content, file);
  LoadedPolicy loaded = parse_policy(std::move(content.text), file, kinds);
  if (problems.empty()) return loaded;
  loaded.policy.reset();
  loaded.problems.insert(loaded.problems.begin(), problems.begin(), problems.end());
  return loaded;
}

}  // namespace orchestrate
