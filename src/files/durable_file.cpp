#include "files/durable_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>

#include "files/file_error.hpp"
#include "files/listing.hpp"

namespace orchestrate::files {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view suffix = ".partial";
constexpr std::uint64_t writeback_step = std::uint64_t{8} << 20;

/// Zero, or errno. File systems without RENAME_NOREPLACE (some network ones) get link and unlink: also atomic.
int rename_without_replacing(const fs::path& from, const fs::path& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
  if (fs::is_directory(from)) return ::rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;  // replaces an empty one only
  if (::link(from.c_str(), to.c_str()) != 0) return errno;
  return ::unlink(from.c_str()) == 0 ? 0 : errno;
}

bool lock(const Descriptor& file) {
  return ::flock(file.number(), LOCK_EX | LOCK_NB) == 0;
}

/// For writing, which a lock on some network file systems needs, where it is a file.
Descriptor opened(const fs::path& partial) {
  constexpr int flags = O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
  Descriptor file(::open(partial.c_str(), O_RDWR | flags));
  if (!file && errno == EISDIR) file = Descriptor(::open(partial.c_str(), O_RDONLY | flags));
  return file;
}

}  // namespace

fs::path partial_name(const fs::path& target) {
  return target.string() + std::string(suffix);
}

void name_partial(const fs::path& target) {
  const int reason = rename_without_replacing(partial_name(target), target);
  if (reason == EEXIST)
    throw Error(ErrorKind::failed, "name " + target.string(), "a file of that name exists and is never overwritten",
                "move it away, or name another directory");
  if (reason != 0) throw file_error("name", target, reason);
}

DurableFile::DurableFile(fs::path target)
    : target_(std::move(target)),
      partial_(partial_name(target_)),
      file_(::open(partial_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600)) {
  if (!file_) throw file_error("create", partial_, errno);
  if (lock(file_)) return;
  const int reason = errno;
  ::unlink(partial_.c_str());
  throw file_error("lock", partial_, reason);
}

DurableFile::~DurableFile() {
  if (file_) ::unlink(partial_.c_str());
}

void DurableFile::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file_.number(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw file_error("write", target_, errno);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
    size_ += static_cast<std::uint64_t>(written);
  }
  if (size_ - flushed_ >= writeback_step) start_writeback();
}

void DurableFile::write(std::string_view text) {
  write(std::as_bytes(std::span(text)));
}

/// The disk works while the data still comes, so that the fsync at the end is short. Only advice: errors show there.
void DurableFile::start_writeback() {
  ::sync_file_range(file_.number(), static_cast<off64_t>(flushed_), static_cast<off64_t>(size_ - flushed_),
                    SYNC_FILE_RANGE_WRITE);
  flushed_ = size_;
}

void DurableFile::sync() {
  if (::fsync(file_.number()) != 0) throw file_error("sync", target_, errno);
  struct stat facts{};
  if (::fstat(file_.number(), &facts) != 0) throw file_error("inspect", partial_, errno);
  if (static_cast<std::uint64_t>(facts.st_size) != size_)
    throw Error(ErrorKind::failed, "write " + target_.string(),
                std::to_string(size_) + " bytes were written, the file has " + std::to_string(facts.st_size),
                "somebody else writes to it: give the directory to one user alone");
}

void DurableFile::commit() {
  sync();
  name_partial(target_);
  file_.reset();
  sync_directory(target_.parent_path());
}

void DurableFile::replace() {
  sync();
  if (::rename(partial_.c_str(), target_.c_str()) != 0) throw file_error("name", target_, errno);
  file_.reset();
  sync_directory(target_.parent_path());
}

void sync_directory(const fs::path& directory) {
  const Descriptor opened(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened || ::fsync(opened.number()) != 0) throw file_error("sync directory", directory, errno);
}

std::vector<fs::path> sweep_partials(const fs::path& directory, std::string_view prefix) {
  std::vector<fs::path> removed;
  for (const fs::path& path : listing(directory)) {
    const std::string name = path.filename().string();
    if (!name.starts_with(prefix) || !name.ends_with(suffix)) continue;
    const Descriptor file = opened(path);
    if (!file || !lock(file)) continue;
    std::error_code failed;
    fs::remove_all(path, failed);
    if (!failed) removed.push_back(path);
  }
  return removed;
}

}  // namespace orchestrate::files
