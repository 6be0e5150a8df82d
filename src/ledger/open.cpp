#include "ledger/open.hpp"

#include "ledger/chain.hpp"
#include "ledger/ledger_file.hpp"
#include "ledger/sqlite_ledger.hpp"
#include "orchestrate/error.hpp"

namespace orchestrate {
namespace {

namespace fs = std::filesystem;

/// A state directory in which nothing has happened yet.
class EmptyLedger final : public Ledger {
 public:
  explicit EmptyLedger(fs::path directory) : directory_(std::move(directory)) {}

  Event append(const std::string&, const EventBody&, Time) override { refuse(); }
  void approve(const Approval&) override { refuse(); }
  void open_gate(const GateOpening&, Time) override { refuse(); }
  void note_verification(const BackupVerification&) override { refuse(); }
  void note_expiry(const BackupExpiry&) override { refuse(); }
  void reserve(std::uint64_t) override { refuse(); }
  std::vector<Event> events(const std::string&) const override { return {}; }
  std::vector<std::string> runs(std::size_t) const override { return {}; }
  std::vector<Approval> approvals() const override { return {}; }
  std::optional<GateOpening> gate_opening() const override { return std::nullopt; }
  std::optional<BackupVerification> verification() const override { return std::nullopt; }
  std::vector<BackupVerification> verifications() const override { return {}; }
  std::optional<Time> last_expiry() const override { return std::nullopt; }
  std::vector<Event> providing(std::string_view) const override { return {}; }
  std::optional<std::string> unfinished() const override { return std::nullopt; }

 private:
  [[noreturn]] void refuse() const {
    throw Error(ErrorKind::denied, "write the ledger in " + directory_.string(), "it was opened to be read only");
  }

  fs::path directory_;
};

}  // namespace

std::unique_ptr<Ledger> open_ledger(const fs::path& directory, LedgerAccess access, Redactor redactor) {
  auto file = find_ledger_file(directory);
  if (!file && access != LedgerAccess::write) return std::make_unique<EmptyLedger>(directory);
  if (!file) file = create_ledger_file(directory);
  return std::make_unique<SqliteLedger>(*file, access, std::move(redactor));
}

std::optional<std::int64_t> verify_chain(const fs::path& directory) {
  const auto file = find_ledger_file(directory);
  if (!file) return std::nullopt;
  const Sqlite sqlite(*file, LedgerAccess::read);
  check_schema(sqlite);
  return first_broken(sqlite);
}

}  // namespace orchestrate
