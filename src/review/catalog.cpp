#include <array>
#include <vector>

#include "review/rules/groups.hpp"

namespace orchestrate {

std::span<const Rule> review_rules() {
  static const std::vector<Rule> all = [] {
    std::vector<Rule> rules;
    for (const auto group :
         {rules::blindness,  rules::data_loss,  rules::data_changes, rules::rows_written, rules::scope,
          rules::privileges, rules::secrets,    rules::transactions, rules::timeouts,     rules::locks,
          rules::partitions, rules::lock_order, rules::constraints,  rules::foreign_keys, rules::domains,
          rules::indexes,    rules::types,      rules::new_tables,   rules::server,       rules::running_code,
          rules::graph,      rules::program,    rules::rows,         rules::style,        rules::release,
          rules::rehearsal})
      for (const Rule& rule : group()) rules.push_back(rule);
    return rules;
  }();
  return all;
}

}  // namespace orchestrate
