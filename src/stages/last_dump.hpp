#pragma once

#include "orchestrate/stage.hpp"

namespace orchestrate {

/// Of `restore` and `rollback`, no kinds for a policy. The first looks, while nothing has been done yet, whether there
/// is room for a second database and for the last dump of the present one, and whether that could be taken; the second
/// takes it, when nobody writes any more. Both as the administrator, who sees all, with the keys of a `backup` stage
/// that takes.
extern const StageKind room_stage;
extern const StageKind last_dump_stage;

}  // namespace orchestrate
