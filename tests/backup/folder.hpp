#pragma once

#include <fcntl.h>
#include <sys/stat.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace orchestrate {

/// A temporary directory that anybody may enter, gone at the end of the test.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "backup-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
    std::filesystem::permissions(path_, std::filesystem::perms(0755));
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name, std::ios::binary) << text;
    return path_ / name;
  }

 private:
  std::filesystem::path path_;
};

/// As `touch -d` does.
inline void touch(const std::filesystem::path& file, std::chrono::system_clock::time_point time) {
  const timespec to{std::chrono::system_clock::to_time_t(time), 0};
  const timespec both[2] = {to, to};
  ::utimensat(AT_FDCWD, file.c_str(), both, 0);
}

}  // namespace orchestrate
