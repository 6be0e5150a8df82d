#include "files/durable_directory.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "files/durable_file.hpp"
#include "files/file_error.hpp"
#include "files/file_facts.hpp"
#include "files/listing.hpp"

namespace orchestrate::files {
namespace {

namespace fs = std::filesystem;

void sync_file(const fs::path& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!file || ::fsync(file.number()) != 0) throw file_error("sync", path, errno);
}

}  // namespace

DurableDirectory::DurableDirectory(fs::path target)
    : target_(std::move(target)), partial_(partial_name(target_)), lock_(-1) {
  if (::mkdir(partial_.c_str(), 0700) != 0) throw file_error("create", partial_, errno);
  lock_ = Descriptor(::open(partial_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
  if (lock_ && ::flock(lock_.number(), LOCK_EX | LOCK_NB) == 0) return;
  const int reason = errno;
  ::rmdir(partial_.c_str());
  throw file_error("lock", partial_, reason);
}

DurableDirectory::~DurableDirectory() {
  std::error_code none;
  if (lock_) fs::remove_all(partial_, none);
}

std::uint64_t DurableDirectory::size() const {
  return size_of(tree_facts(lock_ ? partial_ : target_));
}

void DurableDirectory::commit() {
  for (const fs::path& file : listing(partial_)) sync_file(file);
  sync_directory(partial_);
  name_partial(target_);
  lock_.reset();
  sync_directory(target_.parent_path());
}

}  // namespace orchestrate::files
