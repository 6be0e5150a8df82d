#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "backup/contents.hpp"

namespace orchestrate::backup {

/// Reads a plain SQL dump as it streams by: whether it is whole and holds what is sought.
class SqlScan {
 public:
  explicit SqlScan(const Sought& sought);

  void read(std::span<const std::byte> block);

  bool is_sql_dump() const;  ///< begins as pg_dump begins
  bool complete() const;     ///< pg_dump's last words are among the last bytes
  Contents contents() const;

 private:
  struct Phrase {
    std::string lacking;              ///< what the dump lacks when none of the texts occurs
    std::vector<std::string> one_of;  ///< each begins with a newline
    bool found = false;
  };
  void search(std::string_view text);

  std::vector<Phrase> phrases_;
  std::string head_;
  std::string tail_;  ///< the last bytes read, so that nothing hides across two blocks
};

}  // namespace orchestrate::backup
