#pragma once

#include <filesystem>
#include <string>

#include "stages/upgrading_bot.hpp"

namespace orchestrate {

/// An env.py for psycopg, and one for asyncpg.
extern const char* const rehearsed_env_py;
extern const char* const rehearsed_async_env_py;

/// A bot at 001 whose revision 002 a test writes, with a dump of its database. As another user than root, as whom no
/// server runs.
class RehearsingBot : public UpgradingBot {
 protected:
  RehearsingBot();

  std::filesystem::path state() const { return bench.checkout.scratch() / "state"; }
  /// Revision 002 of these lines.
  void revision(const std::string& up, const std::string& down = "pass") const;
  /// As in a run, with the dump that the pipeline's backup would have proven. Production is as it was then, and nothing
  /// is left behind.
  Outcome rehearse();
  /// What the rehearsal has shown.
  static const Json& facts(const Outcome& outcome);

  Settings rehearsal_settings;

 private:
  std::string everything() const;
};

}  // namespace orchestrate
