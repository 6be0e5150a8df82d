#include "git/checkout.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "system/command.hpp"

namespace orchestrate {

Checkout::Checkout() : commands_(system::make_commands(io_, Redactor(), std::nullopt)) {
  std::string root = "/tmp/checkout-XXXXXX";
  if (!::mkdtemp(root.data())) throw std::runtime_error("mkdtemp");
  root_ = root;
  path_ = root_ / "bot";
  for (const auto& directory : {path_, home(), scratch()}) std::filesystem::create_directory(directory);
  sh("git init -q -b main . && git config user.name 'A Person' && git config user.email person@example.org");
  write("bot.py", "print('hello')\n");
  sh("git add . && git commit -qm first");
}

Checkout::~Checkout() {
  std::filesystem::remove_all(root_);
}

std::string Checkout::sh(const std::string& script) const {
  const auto file = root_ / "script.sh";
  std::ofstream(file) << "export HOME='" << home().string() << "' GIT_CONFIG_NOSYSTEM=1 LANG=C.UTF-8\ncd '"
                      << path_.string() << "'\n"
                      << script << "\n";
  FILE* pipe = ::popen(("exec sh -e " + file.string()).c_str(), "r");
  std::string output;
  char buffer[4096];
  for (std::size_t size = 0; (size = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) output.append(buffer, size);
  if (::pclose(pipe) != 0) ADD_FAILURE() << "this script failed: " << script;
  while (output.ends_with('\n')) output.pop_back();
  return output;
}

void Checkout::write(const std::string& name, const std::string& content) const {
  std::filesystem::create_directories((path_ / name).parent_path());
  std::ofstream(path_ / name, std::ios::binary) << content;
}

Git Checkout::git_at(const std::filesystem::path& directory) {
  return Git(*commands_, {"bot", home()}, directory, {});
}

std::map<std::string, std::string> footprint(const std::filesystem::path& root) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    const std::string name = entry.path().string();
    if (name.find("/objects/") != std::string::npos || name.find("orchestrate") != std::string::npos) continue;
    struct stat facts{};
    if (::lstat(name.c_str(), &facts) != 0 || S_ISDIR(facts.st_mode)) continue;
    std::ostringstream text;
    text << facts.st_mode << ' ' << facts.st_mtim.tv_sec << '.' << facts.st_mtim.tv_nsec << ' ';
    if (S_ISLNK(facts.st_mode))
      text << std::filesystem::read_symlink(entry.path());
    else
      text << std::ifstream(entry.path(), std::ios::binary).rdbuf();
    files[name] = text.str();
  }
  return files;
}

}  // namespace orchestrate
