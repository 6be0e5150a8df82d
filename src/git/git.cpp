#include "git/git.hpp"

#include <algorithm>

#include "orchestrate/error.hpp"

namespace orchestrate {
namespace {

constexpr std::size_t output_limit = 64U << 20;  // paths of about half a million files

// core.fsync: a restore point must outlive a power cut in the next second; git's default leaves loose objects unsynced.
const Argv git_command = {"git",
                          "-c",
                          "core.hooksPath=/dev/null",
                          "-c",
                          "core.fsmonitor=false",
                          "-c",
                          "core.splitIndex=false",
                          "-c",
                          "core.fsync=committed,loose-object,reference",
                          "-c",
                          "core.fsyncMethod=batch",
                          "-c",
                          "commit.gpgSign=false",
                          "-c",
                          "gc.auto=0",
                          "-c",
                          "maintenance.auto=false",
                          "-c",
                          "add.ignoreErrors=false"};

std::string doing(const Git& git, const Argv& arguments) {
  return "git " + arguments.front() + " in " + git.directory().string();
}

}  // namespace

Git::Git(Commands& commands, Account account, std::filesystem::path directory, std::stop_token stop)
    : commands_(&commands), stop_(std::move(stop)) {
  command_.argv = git_command;
  command_.directory = std::move(directory);
  command_.timeout = std::chrono::minutes(10);
  command_.capture = output_limit;
  command_.environment = {{"PATH", Secret("/usr/local/bin:/usr/bin:/bin")},
                          {"HOME", Secret(account.home.string())},
                          {"USER", Secret(account.user)},
                          {"LANG", Secret("C.UTF-8")},
                          {"GIT_OPTIONAL_LOCKS", Secret("0")},
                          {"GIT_TERMINAL_PROMPT", Secret("0")},
                          {"GIT_EDITOR", Secret(":")},
                          {"GIT_PAGER", Secret("cat")}};
}

Git Git::in(std::filesystem::path directory) const {
  Git other = *this;
  other.command_.directory = std::move(directory);
  return other;
}

Git Git::with(std::string variable, std::string value) const {
  Git other = *this;
  other.command_.environment.emplace_back(std::move(variable), Secret(std::move(value)));
  return other;
}

Task<Exit> Git::ask(Argv arguments) const {
  Command command = command_;
  command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
  Exit exit = co_await commands_->run(std::move(command), stop_);
  if (exit.cause == Exit::Cause::stopped) throw Error(ErrorKind::stopped, doing(*this, arguments), exit.text());
  if (exit.cause != Exit::Cause::exited) throw Error(ErrorKind::failed, doing(*this, arguments), exit.text());
  if (exit.out_size > exit.out.size())
    throw Error(ErrorKind::failed, doing(*this, arguments), "more than 64 MiB of output",
                "add what git need not track to .gitignore");
  co_return exit;
}

Task<std::string> Git::run(Argv arguments) const {
  Exit exit = co_await ask(arguments);
  if (!exit.ok()) throw Error(ErrorKind::failed, doing(*this, arguments), exit.text() + ": " + git_reason(exit));
  while (exit.out.ends_with('\n')) exit.out.pop_back();
  co_return std::move(exit.out);
}

std::string git_reason(const Exit& exit) {
  std::string_view text = exit.err;
  while (text.ends_with('\n')) text.remove_suffix(1);
  text.remove_prefix(text.rfind('\n') + 1);
  for (const std::string_view prefix : {"fatal: ", "error: "})
    if (text.starts_with(prefix)) text.remove_prefix(prefix.size());
  return text.empty() ? "git gave no reason" : std::string(text);
}

std::vector<std::string> nul_separated(std::string_view output) {
  if (!output.empty() && output.back() != '\0')
    throw Error(ErrorKind::failed, "read what git wrote", "its last record is cut off");
  std::vector<std::string> records;
  while (!output.empty()) {
    const std::size_t end = output.find('\0');
    records.emplace_back(output.substr(0, end));
    output.remove_prefix(end + 1);
  }
  return records;
}

}  // namespace orchestrate
