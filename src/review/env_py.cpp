#include "review/env_py.hpp"

#include <algorithm>

#include "review/node.hpp"

namespace orchestrate {
namespace {

bool is_constant(Node value, const Json& wanted) {
  return value.is("Constant") && value.value() == wanted;
}

TransactionScope of_configure(Node call) {
  TransactionScope scope = TransactionScope::whole;
  for (const Node keyword : call.children("keywords")) {
    const std::string_view name = keyword.word("arg");
    const Node value = keyword.child("value");
    const bool off = is_constant(value, false) || is_constant(value, nullptr);
    if ((name == "transaction_per_migration" && !off) || name.empty())  // **options may hold it
      scope = std::max(scope, TransactionScope::per_revision);
    if (name == "transactional_ddl" && !is_constant(value, true)) scope = TransactionScope::none;
  }
  return scope;
}

TransactionScope scope_of(const Json& json) {
  TransactionScope scope = TransactionScope::whole;
  if (json.is_array())
    for (const Json& item : json.as_array()) scope = std::max(scope, scope_of(item));
  if (!json.is_object()) return scope;
  const Node node(json);
  if (node.is("Call") &&
      (node.child("func").word("attr") == "configure" || node.child("func").word("id") == "configure"))
    scope = of_configure(node);
  if (node.is("Constant") && node.value() == Json("AUTOCOMMIT")) scope = TransactionScope::none;
  for (const auto& [name, field] : json.as_object()) scope = std::max(scope, scope_of(field));
  return scope;
}

}  // namespace

TransactionScope transaction_scope(const Json& env_py_tree) {
  return scope_of(env_py_tree);
}

}  // namespace orchestrate
