#include <sys/timex.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <ctime>

#include <fmt/format.h>

#include "doctor/examination.hpp"
#include "orchestrate/error.hpp"

namespace orchestrate::doctor {
namespace {

using namespace std::chrono_literals;

/// A night and a day, and what the timer may be late.
constexpr auto oldest_verification = 36h;
/// More than any answer of a server takes; ages of dumps are judged by the clock of who made them.
constexpr double most_seconds_apart = 5;

/// The line of a crontab, or the unit, that verifies this app's backup.
std::optional<init::Place> job_that_verifies(const Examination& examination) {
  for (const auto& command : examination.jobs.commands) {
    const auto words = init::exec_words(command.value);
    const auto verb = std::ranges::find(words, "verify-backup");
    if (verb != words.end() && std::ranges::find(verb, words.end(), examination.policy().app) != words.end())
      return command.place;
  }
  return std::nullopt;
}

Task<Answer> nightly(Examination& examination) {
  const std::string& app = examination.policy().app;
  if (!examination.policy().stage_of_kind("backup")) co_return passed();
  const std::string timer = "orchestrate-verify@" + app + ".timer";
  const bool by_timer = examination.systemd().definition(UnitName::parse(timer).value()).active_state == "active";
  const auto job = job_that_verifies(examination);
  Answer answer;
  if (!by_timer && !job) {
    answer.advice.push_back("nobody proves the newest backup at night: systemctl enable --now " + timer);
    co_return answer;
  }
  answer.found = by_timer ? timer : job->text();
  const auto& last = examination.verification;
  if (!last) co_return answer;
  if (last->proof == Json())
    answer.obstacles.push_back(
        {fmt::format("on {} the newest backup was {}: {}", utc_text(last->at), last->verdict(), last->summary),
         "mend it, then: orchestrate verify-backup " + app});
  else if (examination.inspection.context.ports.clock.now() - last->at > oldest_verification)
    answer.obstacles.push_back(
        {"the newest backup was last proven on " + utc_text(last->at) + ", for all of " + answer.found,
         by_timer ? "journalctl -u orchestrate-verify@" + app : "look at cron's mail"});
  co_return answer;
}

Task<Answer> synchronised(Examination&) {
  Answer answer;
  timex clock{};  // modes = 0: it is only read
  const int state = ::adjtimex(&clock);
  if (state == -1) throw Error(ErrorKind::failed, "read the kernel's clock", system_reason(errno));
  if (state == TIME_ERROR)
    answer.advice.emplace_back(
        "nothing keeps this host's clock right, and ages of backups rest on it: timedatectl set-ntp true");
  co_return answer;
}

Task<Answer> servers_clock(Examination& examination) {
  const std::string sql = "SELECT extract(epoch FROM clock_timestamp())";
  const auto& context = examination.inspection.context;
  const Rows rows = co_await examination.inspection.database->query(sql, context.stop);
  const double theirs = std::stod(rows.rows.at(0).at(0).value());
  const double ours = std::chrono::duration<double>(context.ports.clock.now().time_since_epoch()).count();
  if (std::abs(theirs - ours) <= most_seconds_apart) co_return passed();
  co_return refused(fmt::format("the server's clock is {:.0f} s {} of this host's", std::abs(theirs - ours),
                                theirs > ours ? "ahead" : "behind"),
                    "let NTP keep both: timedatectl set-ntp true");
}

constexpr std::array checks = {
    Check{"nightly verification", "", nightly},
    Check{"clock", "", synchronised},
    Check{"clock of the server", "database", servers_clock},
};

}  // namespace

std::span<const Check> host_checks() {
  return checks;
}

}  // namespace orchestrate::doctor
