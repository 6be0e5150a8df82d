#include "render/result.hpp"

#include <gtest/gtest.h>

#include "sample_run.hpp"

namespace orchestrate {
namespace {

/// A run in which `reached` began; it failed there.
Run stopped_in(const std::string& reached, RunFinished end) {
  const Outcome failed{Verdict::failed, "failed", {}, {}, {}};
  return finished(run_of({"backup", "upgrade"}, {{reached, milliseconds(100), failed}}), std::move(end));
}

TEST(ResultText, TellsAStopBeforeTheUpgradeFromAnUpgradeThatUndidItself) {
  const RunFinished end{Result::failed_unchanged, 1, "database at 002, service untouched", "orchestrate apply bot"};
  EXPECT_EQ(run_result_text(stopped_in("backup", end), Style::plain),
            "stopped before the upgrade: database at 002, service untouched. Exit 1.\nnext: orchestrate apply bot\n");
  EXPECT_EQ(run_result_text(stopped_in("upgrade", end), Style::plain),
            "failed, nothing changed: database at 002, service untouched. Exit 1.\nnext: orchestrate apply bot\n");
}

TEST(ResultText, OfAHeldRunEndsWithTheNextCommand) {
  const RunFinished end{Result::held, 5, "database at 003, service failed.", "orchestrate resume r1"};
  EXPECT_EQ(run_result_text(stopped_in("upgrade", end), Style::plain),
            "held: database at 003, service failed. Exit 5.\nnext: orchestrate resume r1\n");
}

TEST(ResultText, OfARunWithNothingToDoHasNoExitCode) {
  const auto run = finished(run_of({"upgrade"}, {}), {Result::nothing_to_do, 0, "database at head 003_tempvc", ""});
  EXPECT_EQ(run_result_text(run, Style::plain), "nothing to do: database at head 003_tempvc.\n");
}

}  // namespace
}  // namespace orchestrate
