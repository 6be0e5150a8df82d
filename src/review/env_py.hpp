#pragma once

#include "orchestrate/json.hpp"

namespace orchestrate {

/// How env.py lets Alembic use transactions.
enum class TransactionScope {
  whole,         ///< one transaction for all pending revisions: Alembic's default
  per_revision,  ///< transaction_per_migration
  none,          ///< transactional_ddl=False or an AUTOCOMMIT connection
};

/// The weakest scope that any context.configure() of env.py may ask for; what cannot be read counts as asked for.
TransactionScope transaction_scope(const Json& env_py_tree);

}  // namespace orchestrate
