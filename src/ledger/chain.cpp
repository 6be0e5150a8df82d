#include "ledger/chain.hpp"

#include "orchestrate/digest.hpp"
#include "orchestrate/json.hpp"

namespace orchestrate {
namespace {

/// Rows read at once, so that memory does not grow with the ledger.
constexpr std::int64_t batch = 100;

std::vector<Sqlite::Row> rows_after(const Sqlite& sqlite, std::int64_t sequence) {
  return sqlite.query(
      "SELECT sequence, run, at, type, body, hash FROM event WHERE sequence > ? ORDER BY sequence LIMIT ?",
      {std::to_string(sequence), std::to_string(batch)});
}

}  // namespace

std::string chained_hash(const std::string& previous_hash, const ChainRow& row) {
  const Json run = row.run ? Json(*row.run) : Json();
  return sha256(to_text(Json::array({previous_hash, row.sequence, run, row.at, row.type, row.body})));
}

std::optional<std::int64_t> first_broken(const Sqlite& sqlite) {
  std::int64_t sequence = 0;
  std::string hash;
  for (;;) {
    const auto rows = rows_after(sqlite, sequence);
    if (rows.empty()) return std::nullopt;
    for (const Sqlite::Row& cells : rows) {
      ++sequence;
      const ChainRow row{std::stoll(cells[0].value()), cells[1], std::stoll(cells[2].value()), cells[3].value(),
                         cells[4].value()};
      hash = chained_hash(hash, row);
      if (row.sequence != sequence || cells[5] != hash) return sequence;
    }
  }
}

}  // namespace orchestrate
