#pragma once

#include <filesystem>
#include <stop_token>
#include <string>

#include "orchestrate/ports.hpp"

namespace orchestrate {

/// Whose ~/.gitconfig git reads.
struct Account {
  std::string user;
  std::filesystem::path home;
};

/// `git` in one directory, with an environment of our own making; no hook, pager, prompt, signature, file system
/// monitor or background maintenance runs, and nothing that only looks takes a lock.
class Git {
 public:
  Git(Commands& commands, Account account, std::filesystem::path directory, std::stop_token stop);

  /// The same git elsewhere, or with one more variable.
  Git in(std::filesystem::path directory) const;
  Git with(std::string variable, std::string value) const;
  const std::filesystem::path& directory() const { return command_.directory; }

  /// A non-zero exit is an answer. Throws Error when git could not answer: not started, ended by us, too much output.
  Task<Exit> ask(Argv arguments) const;
  /// stdout; a non-zero exit is an Error that says what git said.
  Task<std::string> run(Argv arguments) const;

 private:
  Commands* commands_;
  Command command_;
  std::stop_token stop_;
};

/// The last line that git wrote to stderr, without `fatal: ` or `error: `.
std::string git_reason(const Exit& exit);

/// Splits `-z` output. Throws Error (`failed`) when the last record has no end.
std::vector<std::string> nul_separated(std::string_view output);

}  // namespace orchestrate
