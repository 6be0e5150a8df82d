#pragma once

#include <array>
#include <cstdio>
#include <stdexcept>
#include <string>

namespace orchestrate {

struct Ran {
  std::string out;
  int status = 0;
};

/// Runs a real program through the shell and keeps what it writes to stdout.
inline Ran run(const std::string& command) {
  FILE* pipe = popen(command.c_str(), "re");
  if (!pipe) throw std::runtime_error("popen");
  Ran ran;
  std::array<char, 4096> buffer{};
  while (const std::size_t size = fread(buffer.data(), 1, buffer.size(), pipe)) ran.out.append(buffer.data(), size);
  ran.status = pclose(pipe);
  return ran;
}

}  // namespace orchestrate
