#include "git/unwanted.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>

#include "orchestrate/error.hpp"

namespace orchestrate {
namespace {

constexpr std::size_t looked_at = 64 * 1024;            // bytes: keys and magic numbers stand at the beginning
constexpr std::uint64_t plain_sql_limit = 1024 * 1024;  // bytes: hand-written SQL is smaller, a plain dump is not

struct File {
  std::string name;  // without directories
  std::uint64_t size = 0;
  std::string beginning;
};

bool is_key(const File& file) {
  static constexpr std::array names = {"id_rsa", "id_dsa", "id_ecdsa", "id_ed25519"};
  if (std::ranges::find(names, file.name) != names.end()) return true;
  if (file.name.ends_with(".pem") || file.name.ends_with(".key")) return true;
  const std::size_t begin = file.beginning.find("-----BEGIN ");
  if (begin == std::string::npos) return false;
  const std::size_t end = file.beginning.find("PRIVATE KEY", begin);
  return end != std::string::npos && file.beginning.substr(begin, end - begin).find('\n') == std::string::npos;
}

bool is_env_file(const File& file) {
  return file.name.starts_with(".env") || file.name.ends_with(".env");
}

bool is_dump(const File& file) {
  if (file.beginning.starts_with("PGDMP") || file.name.ends_with(".dump")) return true;
  return file.name.ends_with(".sql") && file.size > plain_sql_limit;
}

struct Kind {
  bool (*matches)(const File&);
  const char* text;
};
constexpr std::array kinds = {Kind{is_key, "looks like a private key"}, Kind{is_env_file, "looks like an env file"},
                              Kind{is_dump, "looks like a database dump"}};

std::string beginning_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::string bytes(looked_at, '\0');
  stream.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (stream.bad() || !(stream.eof() || stream.good()))
    throw Error(ErrorKind::failed, "read " + file.string(), system_reason(errno));
  bytes.resize(static_cast<std::size_t>(stream.gcount()));
  return bytes;
}

std::optional<Obstacle> obstacle(const std::filesystem::path& top_level, const std::string& path,
                                 std::uint64_t max_file) {
  const std::string shown = printable(path);
  // git prints a directory only where it will not look inside: a repository of its own.
  if (path.ends_with('/'))
    return Obstacle{"untracked " + shown + " is a git repository of its own, whose files a restore point would miss",
                    "add " + shown + " to .gitignore, or make it a submodule"};
  const std::optional<std::string> why = unwanted(top_level / path, max_file);
  if (!why) return std::nullopt;
  return Obstacle{"untracked " + shown + " " + *why, "add " + shown + " to .gitignore, or git add it on purpose"};
}

}  // namespace

std::optional<std::string> unwanted(const std::filesystem::path& file, std::uint64_t max_file) {
  struct stat entry{};
  if (::lstat(file.c_str(), &entry) != 0) return "cannot be read: " + system_reason(errno);
  if (!S_ISREG(entry.st_mode)) return std::nullopt;  // of a symlink git keeps the target's name only
  if (::access(file.c_str(), R_OK) != 0) return "cannot be read: " + system_reason(errno);
  const File facts{file.filename().string(), static_cast<std::uint64_t>(entry.st_size), beginning_of(file)};
  const auto kind = std::ranges::find_if(kinds, [&](const Kind& known) { return known.matches(facts); });
  if (kind != kinds.end()) return kind->text;
  if (facts.size <= max_file) return std::nullopt;
  return fmt::format("is very large: {:.1f} MiB, more than max_file", static_cast<double>(facts.size) / 1048576.0);
}

std::vector<Obstacle> unwanted_files(const std::filesystem::path& top_level, const std::vector<std::string>& untracked,
                                     std::uint64_t max_file) {
  std::vector<Obstacle> obstacles;
  for (const std::string& path : untracked)
    if (std::optional<Obstacle> found = obstacle(top_level, path, max_file)) obstacles.push_back(std::move(*found));
  return obstacles;
}

std::string printable(const std::string& path) {
  std::string text;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    text += byte < 0x20 || byte > 0x7e ? fmt::format("\\{:03o}", byte) : std::string(1, c);
  }
  return text;
}

}  // namespace orchestrate
