#include "cli/lone_context.hpp"

namespace orchestrate::cli {

StageContext LoneContext::of(Session& session) {
  return {.application = session.application(),
          .ports = session.ports(),
          .run = run,
          .approvals = approvals,
          .applied = applied,
          .gate = gate,
          .backups = backups,
          .target = "head",
          .output = {},
          .stop = {},
          .asked = {},
          .progress = [](std::string) {},
          .record = [](std::string_view, Json) {},
          .state = session.state_directory()};
}

}  // namespace orchestrate::cli
