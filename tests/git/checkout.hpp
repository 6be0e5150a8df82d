#pragma once

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "git/git.hpp"
#include "git/wait_for.hpp"

namespace orchestrate {

/// A real git repository in a directory of its own, removed at the end: branch main, one commit with `bot.py`, an
/// identity of its own, and a HOME without settings.
class Checkout {
 public:
  Checkout();
  ~Checkout();

  /// Runs a shell script in the checkout and returns what it printed; the test fails when the script does.
  std::string sh(const std::string& script) const;
  void write(const std::string& name, const std::string& content) const;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path home() const { return root_ / "home"; }
  std::filesystem::path scratch() const { return root_ / "scratch"; }

  Git git() { return git_at(path_); }
  Git git_at(const std::filesystem::path& directory);
  Commands& commands() { return *commands_; }
  boost::asio::io_context& io() { return io_; }
  template <class T>
  T wait(Task<T> task) {
    return wait_for(io_, std::move(task));
  }

 private:
  std::filesystem::path root_, path_;
  boost::asio::io_context io_;
  std::unique_ptr<Commands> commands_;
};

/// Content, mode and time of every file under `root`, but of git's objects and of what is ours: refs/orchestrate.
std::map<std::string, std::string> footprint(const std::filesystem::path& root);

}  // namespace orchestrate
