#include "stages/database_catalog.hpp"

#include "schema/table_facts.hpp"
#include "stages/database_session.hpp"

namespace orchestrate {
Task<Facts> DatabaseCatalog::look_up(std::vector<std::string> names) {
  const auto session = co_await open_session(context_, context_.stop);
  const Json json = co_await read_table_facts(*session, std::move(names), context_.stop);
  co_return facts_from(json);
}

}  // namespace orchestrate
