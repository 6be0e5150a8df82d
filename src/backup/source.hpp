#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "backup/check.hpp"
#include "backup/manifest.hpp"
#include "backup/proof.hpp"
#include "orchestrate/stage.hpp"

namespace orchestrate::backup {

/// A backup that is to be restored: its file read to its end, and the manifest where it is a dump of ours.
struct Source {
  Proof proof;
  std::optional<Manifest> manifest;
};

/// Of any age, and whatever it holds; but of this database, and with a manifest the very bytes that this tells of.
Task<std::variant<Source, Rejection>> read_source(StageContext& context, std::filesystem::path dump);

/// What a table holds now and would not after a restore, or the other way round; empty: the same rows everywhere.
std::vector<std::string> changes_by_restore(const RowCounts& now, const RowCounts& then);

}  // namespace orchestrate::backup
