#include "stages/catalog.hpp"

#include <array>

#include "stages/backup.hpp"
#include "stages/command.hpp"
#include "stages/journal.hpp"
#include "stages/post_check.hpp"
#include "stages/preflight.hpp"
#include "stages/rehearsal.hpp"
#include "stages/restore_point.hpp"
#include "stages/review.hpp"
#include "stages/services.hpp"
#include "stages/upgrade.hpp"

namespace orchestrate {

std::span<const StageKind* const> stage_kinds() {
  static constexpr std::array kinds = {&preflight_stage,     &backup_stage,  &review_stage,  &rehearsal_stage,
                                       &restore_point_stage, &stop_stage,    &upgrade_stage, &post_check_stage,
                                       &start_stage,         &restart_stage, &journal_stage, &command_stage};
  return kinds;
}

}  // namespace orchestrate
