#pragma once

#include "orchestrate/stage.hpp"
#include "review/facts.hpp"

namespace orchestrate {

/// The database's own catalog, in a session that reads only and ends soon.
class DatabaseCatalog final : public Catalog {
 public:
  explicit DatabaseCatalog(const StageContext& context) : context_(context) {}
  Task<Facts> look_up(std::vector<std::string> names) override;

 private:
  const StageContext& context_;
};

}  // namespace orchestrate
