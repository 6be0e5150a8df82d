#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "backup/content.hpp"
#include "backup/proof.hpp"
#include "backup/snapshot.hpp"
#include "backup/tools.hpp"
#include "orchestrate/stage.hpp"

namespace orchestrate::backup {

/// A database that is looked into.
struct Site {
  DatabaseUrl url;
  std::string snapshot;  ///< of the session's transaction; empty: nobody else is there
  Tool pg_dump;          ///< for `matched`
  Level level = Level::restored;
  std::chrono::milliseconds limit{0};
};

/// What it holds, as closely as the level asks: `matched` more than row counts.
struct Holdings {
  RowCounts rows;
  std::optional<Content> content;  ///< its sequences are not read yet: they see no snapshot
};

/// `session` is one of the site; its text form is settled for `matched`.
Task<Holdings> read_holdings(StageContext& context, Site site, Database& session);

}  // namespace orchestrate::backup
