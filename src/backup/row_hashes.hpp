#pragma once

#include <stop_token>

#include "backup/content.hpp"
#include "backup/snapshot.hpp"

namespace orchestrate::backup {

/// The rows of each table that is counted, in one look at them: how many, and a hash over all.
struct HashedRows {
  RowCounts counts;
  Hashes hashes;
};

/// Of the database as the session sees it, whose text form is settled.
Task<HashedRows> hash_rows(Database& session, std::stop_token stop, Transaction transaction);

/// How many there are, and a hash over all of them: `3, hash 7260...`.
Task<std::string> hash_large_objects(Database& session, std::stop_token stop);

}  // namespace orchestrate::backup
