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
  Tool pg_dump;
  std::chrono::milliseconds limit{0};
};

/// What it holds, as closely as the level asks: `matched` more than row counts.
struct Holdings {
  RowCounts rows;
  std::optional<Content> content;
};

/// Hashes of the definitions of its objects.
Task<Hashes> read_definitions(StageContext& context, Site site);

/// What the session sees; its text form is settled. Definitions and sequences are not read yet.
Task<Holdings> read_holdings(StageContext& context, Level level, Database& session, Transaction transaction);

}  // namespace orchestrate::backup
