#include "stages/database_session.hpp"

namespace orchestrate {

Task<std::unique_ptr<Database>> open_session(const StageContext& context, std::stop_token stop) {
  return open_session(context, std::move(stop), SessionOptions().statement_timeout);
}

Task<std::unique_ptr<Database>> open_session(const StageContext& context, std::stop_token stop,
                                             std::chrono::milliseconds limit) {
  SessionOptions options;
  options.statement_timeout = limit;
  options.application_name = "orchestrate " + context.run.id;
  return context.ports.databases.connect(context.application.for_sessions(), options, std::move(stop));
}

}  // namespace orchestrate
