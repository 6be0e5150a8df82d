#include "cli/audited_ledger.hpp"

#include <fmt/format.h>

#include "cli/message_id.hpp"
#include "render/events.hpp"
#include "system/journal_copy.hpp"

namespace orchestrate::cli {
namespace {

/// The stage that an event speaks of; empty when it speaks of the run.
struct Stage {
  template <class Body>
  std::string operator()(const Body& body) const {
    if constexpr (requires { body.stage; }) return body.stage;
    return {};
  }
};

class AuditedLedger final : public Ledger {
 public:
  AuditedLedger(std::unique_ptr<Ledger> ledger, std::string app, Redactor redactor)
      : ledger_(std::move(ledger)), app_(std::move(app)), redactor_(std::move(redactor)) {}

  Event append(const std::string& run, const EventBody& body, Time at) override {
    const Event event = ledger_->append(run, body, at);
    const std::string stage = std::visit(Stage{}, event.body);
    const std::string id(std::visit(MessageId{}, event.body));
    const std::string message = fmt::format("{} run {}: {}: {}", app_, run, type_of(event.body), event_text(event));
    system::copy_to_journal(message, {{"MESSAGE_ID", id},
                                      {"ORCHESTRATE_APP", app_},
                                      {"ORCHESTRATE_RUN_ID", run},
                                      {"ORCHESTRATE_STAGE", stage},
                                      {"ORCHESTRATE_EVENT", std::string(type_of(event.body))}});
    return event;
  }
  void approve(const Approval& approval) override {
    ledger_->approve(approval);
    const std::string message =
        fmt::format("{}: {} approved {}: {}", app_, approval.by, approval.finding, redactor_(approval.reason));
    copy(message, MessageId{}(approval), "approval-given");
  }
  void open_gate(const GateOpening& opening, Time at) override {
    ledger_->open_gate(opening, at);
    const std::string message = fmt::format("{}: {} holds the gate open until {}: {}", app_, opening.by,
                                            utc_text(opening.until), redactor_(opening.reason));
    copy(message, MessageId{}(opening), "gate-opened");
  }
  void note_verification(const BackupVerification& verification) override {
    ledger_->note_verification(verification);
    const std::string message =
        fmt::format("{}: backup {}: {}", app_, verification.verdict(), redactor_(verification.summary));
    copy(message, MessageId{}(verification), "backup-verified");
  }
  void note_expiry(const BackupExpiry& expiry) override {
    ledger_->note_expiry(expiry);
    const std::string message = fmt::format("{}: {} expires: {}", app_, expiry.path, redactor_(expiry.reason));
    copy(message, MessageId{}(expiry), "backup-expired");
  }
  void reserve(std::uint64_t bytes) override { ledger_->reserve(bytes); }
  std::vector<Event> events(const std::string& run) const override { return ledger_->events(run); }
  std::vector<std::string> runs(std::size_t limit) const override { return ledger_->runs(limit); }
  std::vector<Approval> approvals() const override { return ledger_->approvals(); }
  std::optional<GateOpening> gate_opening() const override { return ledger_->gate_opening(); }
  std::optional<BackupVerification> verification() const override { return ledger_->verification(); }
  std::vector<BackupVerification> verifications() const override { return ledger_->verifications(); }
  std::optional<Time> last_expiry() const override { return ledger_->last_expiry(); }
  std::vector<Event> providing(std::string_view evidence) const override { return ledger_->providing(evidence); }
  std::optional<std::string> unfinished() const override { return ledger_->unfinished(); }

 private:
  /// What is no event of a run.
  void copy(const std::string& message, std::string_view id, const std::string& event) const {
    system::copy_to_journal(message,
                            {{"MESSAGE_ID", std::string(id)}, {"ORCHESTRATE_APP", app_}, {"ORCHESTRATE_EVENT", event}});
  }

  std::unique_ptr<Ledger> ledger_;
  std::string app_;
  Redactor redactor_;
};

}  // namespace

std::unique_ptr<Ledger> audited(std::unique_ptr<Ledger> ledger, std::string app, Redactor redactor) {
  return std::make_unique<AuditedLedger>(std::move(ledger), std::move(app), std::move(redactor));
}

}  // namespace orchestrate::cli
