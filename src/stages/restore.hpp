#pragma once

#include "orchestrate/stage.hpp"

namespace orchestrate {

/// The stages of `restore` and `rollback`, which are no kinds for a policy: a backup is read and compared with today, a
/// new database is made of it beside the present one, and the two exchange their names. Until then nothing is changed.
extern const StageKind restore_source_stage;  ///< key `backup`: the dump's path
extern const StageKind rebuild_stage;
extern const StageKind exchange_stage;

}  // namespace orchestrate
