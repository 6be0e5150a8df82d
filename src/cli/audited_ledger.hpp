#pragma once

#include <memory>
#include <string>

#include "orchestrate/ledger.hpp"
#include "orchestrate/secret.hpp"

namespace orchestrate::cli {

/// A ledger whose every entry is also sent to the system's journal, once it is durable.
std::unique_ptr<Ledger> audited(std::unique_ptr<Ledger> ledger, std::string app, Redactor redactor);

}  // namespace orchestrate::cli
