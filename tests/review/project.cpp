#include "project.hpp"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <stdexcept>

extern char** environ;

namespace orchestrate {

Project::Project() {
  std::string pattern = (std::filesystem::temp_directory_path() / "review-test-XXXXXX").string();
  if (!mkdtemp(pattern.data())) throw std::runtime_error("mkdtemp " + pattern);
  directory_ = pattern;
  std::filesystem::create_directory(versions());
}

Project::~Project() {
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

std::filesystem::path Project::write(const std::string& name, std::string_view source) const {
  const auto file = versions() / name;
  std::ofstream(file, std::ios::binary) << source;
  return file;
}

std::filesystem::path Project::module(const std::string& name, std::string_view source) const {
  const auto file = directory_ / name;
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << source;
  return file;
}

void Project::revision(const std::string& id, const std::string& down, const std::string& more) const {
  write(id + ".py", "revision = '" + id + "'\ndown_revision = " + down + "\n" + more + "\n");
}

std::vector<std::string> random_history(const Project& project, std::mt19937& random, int size) {
  const auto below = [&](std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random);
  };
  std::vector<std::string> ids;
  const auto any = [&] { return "'" + ids[below(ids.size())] + "'"; };
  for (int i = 0; i < size; ++i) {
    const std::string id = "r" + std::to_string(1000 + below(9000)) + "_" + std::to_string(i);
    std::string down = "None", more;
    if (!ids.empty() && below(12) > 0) down = below(4) > 0 ? "'" + ids.back() + "'" : any();
    if (ids.size() > 2 && below(4) == 0) down = "(" + any() + ", '" + ids.back() + "')";
    if (!ids.empty() && below(5) == 0) more = "depends_on = " + any();
    project.revision(id, down, more);
    ids.push_back(id);
  }
  return ids;
}

std::string python(const std::string& script, const std::vector<std::string>& arguments) {
  std::vector<std::string> texts{"/usr/bin/python3", "-B", SOURCE_DIR "/tests/review/" + script};
  texts.insert(texts.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& text : texts) argv.push_back(text.data());
  argv.push_back(nullptr);

  std::array<int, 2> pipe_ends{};
  if (pipe(pipe_ends.data()) != 0) throw std::runtime_error("pipe");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, pipe_ends[1], 1);
  posix_spawn_file_actions_addclose(&actions, pipe_ends[0]);
  pid_t child = 0;
  const int failed = posix_spawn(&child, argv[0], &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(pipe_ends[1]);
  if (failed != 0) throw std::runtime_error("cannot start /usr/bin/python3");

  std::string output;
  std::array<char, 65536> buffer{};
  for (ssize_t size = 0; (size = read(pipe_ends[0], buffer.data(), buffer.size())) > 0;)
    output.append(buffer.data(), static_cast<std::size_t>(size));
  close(pipe_ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (status != 0) throw std::runtime_error(script + " failed");
  return output;
}

}  // namespace orchestrate
