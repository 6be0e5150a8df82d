#pragma once

#include <fcntl.h>
#include <sys/stat.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>

#include "../system/temporary_directory.hpp"

namespace orchestrate {

/// A temporary directory that is easily filled.
class Folder : public TemporaryDirectory {
 public:
  std::filesystem::path write(const std::string& name, const std::string& text) const {
    std::ofstream(path() / name, std::ios::binary) << text;
    return path() / name;
  }
};

/// As `touch -d` does.
inline void touch(const std::filesystem::path& file, std::chrono::system_clock::time_point time) {
  const timespec to{std::chrono::system_clock::to_time_t(time), 0};
  const timespec both[2] = {to, to};
  ::utimensat(AT_FDCWD, file.c_str(), both, 0);
}

}  // namespace orchestrate
