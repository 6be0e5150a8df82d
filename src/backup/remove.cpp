#include "backup/remove.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

#include "backup/manifest.hpp"
#include "files/durable_file.hpp"
#include "files/file_error.hpp"

namespace orchestrate::backup {

namespace fs = std::filesystem;

/// Whatever instant we die in: a dump without its manifest, or a manifest without its dump, counts for nothing, and
/// what is named .partial the next dump or expiry sweeps away.
void remove_dump(const fs::path& dump) {
  const fs::path leaving = dump.string() + ".partial";
  if (::rename(dump.c_str(), leaving.c_str()) != 0) throw files::file_error("remove", dump, errno);
  if (::unlink(manifest_path(dump).c_str()) != 0) throw files::file_error("remove", manifest_path(dump), errno);
  files::sync_directory(dump.parent_path());
  std::error_code failed;
  fs::remove_all(leaving, failed);
  if (failed) throw files::file_error("remove", leaving, failed.value());
  files::sync_directory(dump.parent_path());
}

}  // namespace orchestrate::backup
