#pragma once

#include <span>
#include <string>
#include <string_view>

#include "backup/content.hpp"

namespace orchestrate::backup {

/// Reads what `pg_dump --schema-only` writes, as it streams by, into a hash of each object's definition.
///
/// Two texts count as one where only that differs which a restore changes in them: an expression that was written down
/// and parsed again may have its brackets and casts elsewhere, `(ARRAY['a'::character varying])::text[]` becomes
/// `ARRAY[('a'::character varying)::text]`.
class Definitions {
 public:
  void read(std::span<const std::byte> block);

  bool complete() const { return complete_; }  ///< pg_dump's last words were read
  Hashes take() { return std::move(hashes_); }

 private:
  void line(std::string_view text);
  void finish();

  Hashes hashes_;
  std::string rest_;  ///< of the last block, without its line's end
  std::string name_, text_;
  bool complete_ = false;
};

}  // namespace orchestrate::backup
