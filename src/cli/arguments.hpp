#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "orchestrate/event.hpp"

namespace orchestrate::cli {

enum class Format { text, json, github, sarif, markdown };
enum class Mode { act, dry_run };
/// Which backups are looked at beside the newest: none, the one whose proof is the oldest, or all.
enum class Which { newest, rotated, all };
enum class Volume { normal, quiet };
enum class Writing { shown, written };
enum class WindowRule { obeyed, overridden };
/// Whether a worker of the daemon does it, where there is one, or this very process.
enum class Doer { worker_or_us, us };

/// For whom, and under what names, a worker acts.
struct Commission {
  std::string run;  ///< id of the run to make
  std::string by;   ///< who asked
  std::optional<std::string> request_id;
  std::string unit;  ///< we
};

/// What the command line said. A verb reads only what it declares.
struct Arguments {
  std::string app;  ///< an app's name, or the path of a policy file
  std::string run, finding, reason;
  std::string target;  ///< empty: what the policy says
  std::vector<std::string> revisions;
  std::string unit;
  std::filesystem::path directory;  ///< of the project that init looks at
  std::vector<std::string> units;
  std::string user, gated;
  std::chrono::milliseconds timeout{std::chrono::seconds(15)};
  bool opens_gate = false;                ///< or closes it again
  std::chrono::milliseconds open_for{0};  ///< from now on; 0: not any more
  std::string confirmed;                  ///< a grade of the way back, or a database's name; empty: none
  std::string backup;                     ///< that is to be restored
  std::string code;                       ///< commit to go back to, or `keep`; empty: what ran before
  std::vector<std::filesystem::path> versions;
  std::string rule;
  std::vector<std::string> sql;  ///< files of SQL to review instead; `-`: standard input
  std::string schema;            ///< what pg_dump --schema-only wrote, for `sql`; empty: it is not known
  std::string from;              ///< empty: base
  std::optional<std::filesystem::path> state;
  Format format = Format::text;
  Mode mode = Mode::act;
  std::string file;               ///< a dump, instead of the newest
  std::string level;              ///< how far it is proven; empty: what the policy says
  std::filesystem::path metrics;  ///< directory that node_exporter reads; empty: none
  Which which = Which::newest;
  Volume volume = Volume::normal;
  Writing writing = Writing::shown;
  WindowRule window = WindowRule::obeyed;
  Manner manner = Manner::in_order;  ///< of cancel
  std::size_t limit = 20;
  Doer doer = Doer::worker_or_us;
  std::optional<Commission> commission;  ///< of a worker
  bool cancels = false;                  ///< the worker is asked to cancel what it runs
};

/// Parses and runs the verb. Returns the process's exit code.
int run_command_line(int argc, char** argv);

}  // namespace orchestrate::cli
