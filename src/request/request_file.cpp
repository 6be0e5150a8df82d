#include "request/request_file.hpp"

#include <cerrno>
#include <cstdio>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files/descriptor.hpp"
#include "orchestrate/error.hpp"

namespace orchestrate {
namespace {

namespace fs = std::filesystem;

constexpr off_t largest = 1 << 20;

[[noreturn]] void refuse(ErrorKind kind, const std::string& doing, const fs::path& file, std::string why) {
  throw Error(kind, doing + " " + file.string(), std::move(why));
}

}  // namespace

fs::path request_file(const fs::path& directory, const std::string& app, RequestFile kind) {
  return directory / (app + (kind == RequestFile::to_act ? ".json" : ".cancel.json"));
}

void write_request(const fs::path& file, const Request& request) {
  const std::string doing = "write the request", text = to_text(to_json(request));
  const fs::path partial = file.string() + ".partial";
  const files::Descriptor out(::open(partial.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600));
  const bool written = out.number() >= 0 && ::write(out.number(), text.data(), text.size()) == std::ssize(text) &&
                       ::fchmod(out.number(), 0644) == 0 && ::rename(partial.c_str(), file.c_str()) == 0;
  if (!written) refuse(ErrorKind::failed, doing, file, system_reason(errno));
}

Request read_request(const fs::path& file, uid_t owner) {
  const std::string doing = "read the request";
  // Non-blocking: a FIFO in its place is looked at, not waited for.
  const files::Descriptor in(::open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (in.number() < 0)
    throw Error(ErrorKind::denied, doing + " " + file.string(), system_reason(errno),
                "a worker is started by orchestrated: orchestrate apply APP");
  struct stat entry{};
  if (::fstat(in.number(), &entry) != 0) refuse(ErrorKind::failed, doing, file, system_reason(errno));
  const bool the_daemons = S_ISREG(entry.st_mode) && entry.st_uid == owner && entry.st_nlink == 1 &&
                           (entry.st_mode & (S_IWGRP | S_IWOTH)) == 0 && entry.st_size <= largest;
  if (!the_daemons) refuse(ErrorKind::denied, doing, file, "it is not a file that only orchestrated may write");
  std::string text(static_cast<std::size_t>(entry.st_size), '\0');
  if (::read(in.number(), text.data(), text.size()) != std::ssize(text))
    refuse(ErrorKind::failed, doing, file, "it changed while it was read");
  return request_from_json(parse_json(text));
}

}  // namespace orchestrate
