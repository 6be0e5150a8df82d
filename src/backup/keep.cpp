#include "backup/keep.hpp"

#include <algorithm>
#include <system_error>

#include "files/listing.hpp"
#include "orchestrate/error.hpp"

namespace orchestrate::backup {
namespace {

namespace fs = std::filesystem;

/// Another file system, or a file that its owner does not let us link (fs.protected_hardlinks).
bool linked(const fs::path& dump, const fs::path& kept) {
  std::error_code error;
  if (!fs::is_directory(dump)) {
    fs::create_hard_link(dump, kept, error);
    return !error;
  }
  fs::copy(dump, kept, fs::copy_options::recursive | fs::copy_options::create_hard_links, error);
  return !error;
}

}  // namespace

fs::path keep_dump(const fs::path& dump, Owner owner, const fs::path& directory, const std::string& run) {
  const fs::path kept = directory / (run + "." + dump.filename().string());
  if (fs::exists(kept)) return kept;
  try {
    fs::create_directories(directory);
    fs::permissions(directory, fs::perms::owner_all);
    const fs::path partial = kept.string() + ".partial";
    fs::remove_all(partial);
    if (owner == Owner::rewrites || !linked(dump, partial)) {
      fs::remove_all(partial);
      fs::copy(dump, partial, fs::copy_options::recursive);
    }
    fs::rename(partial, kept);
    return kept;
  } catch (const fs::filesystem_error& error) {
    throw Error(ErrorKind::failed, "keep " + dump.string() + " while the run rests on it", error.code().message(),
                "make room, or let the application's user read it: " + directory.string());
  }
}

void release_kept(const fs::path& directory, const std::vector<std::string>& runs) {
  std::error_code none;
  if (!fs::is_directory(directory, none)) return;
  for (const fs::path& kept : files::listing(directory)) {
    const std::string name = kept.filename().string();
    const bool is_needed =
        std::ranges::any_of(runs, [&](const std::string& run) { return name.starts_with(run + "."); });
    if (!is_needed) fs::remove_all(kept, none);
  }
}

}  // namespace orchestrate::backup
