#pragma once

#include <string>
#include <vector>

#include "../system/temporary_postgres.hpp"
#include "review/facts.hpp"
#include "schema/table_facts.hpp"
#include "system/database.hpp"

namespace orchestrate {

/// Facts of a database of a server that the test owns.
class LiveCatalog : public Catalog {
 public:
  LiveCatalog(const TemporaryPostgres& server, std::string database) : url_(server.url(database)) {}

  Task<Facts> look_up(std::vector<std::string> names) override {
    const auto databases = system::make_databases();
    const SessionOptions options;
    const std::stop_token unstoppable;
    const auto session = co_await databases->connect(url_, options, unstoppable);
    co_return facts_from(co_await read_table_facts(*session, std::move(names), unstoppable));
  }
  /// Nobody asks it for rows.
  Task<std::vector<RowCount>> count(std::vector<std::string> questions) override {
    co_return std::vector<RowCount>(questions.size(), RowCount{.rows = {}, .why = "not asked"});
  }

 private:
  DatabaseUrl url_;
};

}  // namespace orchestrate
