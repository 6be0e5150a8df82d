#pragma once

#include <chrono>

#include "orchestrate/stage.hpp"
#include "review/facts.hpp"

namespace orchestrate {

/// The database's own catalog and rows, in sessions that read only and end soon.
class DatabaseCatalog final : public Catalog {
 public:
  /// `limit`: how long one question to the rows may take; 0: none is asked.
  DatabaseCatalog(const StageContext& context, std::chrono::milliseconds limit) : context_(context), limit_(limit) {}
  Task<Facts> look_up(std::vector<std::string> names) override;
  Task<std::vector<RowCount>> count(std::vector<std::string> questions) override;

 private:
  const StageContext& context_;
  std::chrono::milliseconds limit_;
};

}  // namespace orchestrate
