#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "orchestrate/ports.hpp"
#include "orchestrate/stage.hpp"

namespace orchestrate {

/// A read-only session of ours on the application's database, past its pooler when the policy names a direct URL.
Task<std::unique_ptr<Database>> open_session(const StageContext& context, std::stop_token stop);
/// One whose statements the server ends after `limit`.
Task<std::unique_ptr<Database>> open_session(const StageContext& context, std::stop_token stop,
                                             std::chrono::milliseconds limit);

}  // namespace orchestrate
