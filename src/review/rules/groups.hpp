#pragma once

#include <span>

#include "review/rule.hpp"

/// Each in the file of its name.
namespace orchestrate::rules {

std::span<const Rule> blindness();  ///< nobody can tell
std::span<const Rule> data_loss();
std::span<const Rule> data_changes();  ///< DML
std::span<const Rule> rows_written();  ///< by DML: how many, and what is in them
std::span<const Rule> scope();         ///< of another application, or of the whole server
std::span<const Rule> privileges();
std::span<const Rule> secrets();
std::span<const Rule> transactions();
std::span<const Rule> timeouts();
std::span<const Rule> locks();       ///< that a table's users wait for
std::span<const Rule> lock_order();  ///< what several statements of one transaction lock
std::span<const Rule> partitions();
std::span<const Rule> constraints();
std::span<const Rule> foreign_keys();
std::span<const Rule> domains();
std::span<const Rule> indexes();
std::span<const Rule> types();         ///< of columns that are there
std::span<const Rule> new_tables();    ///< and their columns
std::span<const Rule> server();        ///< which versions and extensions it has
std::span<const Rule> running_code();  ///< what breaks code that does not know the change yet
std::span<const Rule> graph();         ///< of revisions
std::span<const Rule> release();       ///< what only a run knows
std::span<const Rule> rehearsal();     ///< what only the copy shows
std::span<const Rule> rows();          ///< that are there and do not fit
std::span<const Rule> style();
std::span<const Rule> program();  ///< of the version file as Python

}  // namespace orchestrate::rules
