#pragma once

#include "review/material.hpp"

namespace orchestrate {

/// Numbers the statements and their transactions, and notes which of them are about a table that is new.
void put_in_order(Material& material);

}  // namespace orchestrate
