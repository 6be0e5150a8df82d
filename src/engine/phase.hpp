#pragma once

#include "orchestrate/run.hpp"

namespace orchestrate {

/// Where the run got to, as far as it decides what may have changed. Told by the run's own facts, so that a dead run
/// can be judged whatever its policy says today.
enum class Phase {
  before_upgrade,
  upgrading,
  after_upgrade,
};

Phase phase_of(const Run& run);

/// Whether its upgrade began and neither reached its end nor provably left nothing.
bool is_half_done(const Run& run);

/// Whether the database is, or may be, another one than before it.
bool has_changed_database(const Run& run);

/// Whether a rollback has brought the database back and not the code.
bool lacks_its_code(const Run& run);

/// Whether a run that only restarts has begun with that: its services may be down, database and checkout are as they
/// were.
bool has_begun_restart(const Run& run);

/// Whether services that the run stopped may run as they did before: the upgrade had not begun, or provably left
/// nothing, and no command of an operator's changed what nobody knows.
bool may_start_again(const Run& run);

}  // namespace orchestrate
