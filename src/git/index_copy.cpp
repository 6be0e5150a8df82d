#include "git/index_copy.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>

#include "orchestrate/error.hpp"

namespace orchestrate {

IndexCopy::IndexCopy(const std::filesystem::path& index, const std::filesystem::path& scratch) {
  const auto fail = [&](const std::string& why) {
    return Error(ErrorKind::failed, "copy git's index to " + scratch.string(), why);
  };
  std::string directory = (scratch / "index-XXXXXX").string();
  if (!::mkdtemp(directory.data())) throw fail(system_reason(errno));
  directory_ = directory;
  path_ = directory_ / "index";
  std::error_code error;
  if (std::filesystem::exists(index)) std::filesystem::copy_file(index, path_, error);
  if (!error) return;
  std::filesystem::remove_all(directory_);
  throw fail(error.message());
}

IndexCopy::~IndexCopy() {
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

void IndexCopy::distrust_cache() const {
  // Second 0 would mean "no index was read" to git.
  const timespec first_second[2] = {{1, 0}, {1, 0}};
  if (std::filesystem::exists(path_) && ::utimensat(AT_FDCWD, path_.c_str(), first_second, 0) != 0)
    throw Error(ErrorKind::failed, "set the time of " + path_.string(), system_reason(errno));
}

}  // namespace orchestrate
