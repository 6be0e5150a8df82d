#include "files/listing.hpp"

#include <algorithm>

#include "files/file_error.hpp"

namespace orchestrate::files {

namespace fs = std::filesystem;

std::vector<fs::path> listing(const fs::path& directory) {
  std::vector<fs::path> paths;
  std::error_code error;
  for (fs::directory_iterator entry(directory, error), end; !error && entry != end; entry.increment(error))
    paths.push_back(entry->path());
  if (error) throw file_error("list", directory, error.value());
  std::ranges::sort(paths);
  return paths;
}

}  // namespace orchestrate::files
