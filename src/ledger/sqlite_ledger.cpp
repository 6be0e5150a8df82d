#include "ledger/sqlite_ledger.hpp"

#include "ledger/ledger_file.hpp"
#include "ledger/redact.hpp"
#include "orchestrate/error.hpp"
#include "orchestrate/evidence.hpp"

namespace orchestrate {
namespace {

constexpr std::string_view approval_given = "approval-given";
constexpr std::string_view gate_opened = "gate-opened", backup_verified = "backup-verified";
constexpr std::string_view backup_expired = "backup-expired";

std::int64_t nanoseconds(Time at) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(at.time_since_epoch()).count();
}
Time time_of(const std::string& nanoseconds) {
  return Time(std::chrono::duration_cast<Time::duration>(std::chrono::nanoseconds(std::stoll(nanoseconds))));
}

Json to_json(const Approval& approval) {
  return Json::object({{"finding", approval.finding},
                       {"file_sha256", approval.file_sha256},
                       {"reason", approval.reason},
                       {"by", approval.by},
                       {"at", approval.at}});
}
BackupVerification verification_from(const Sqlite::Row& row) {
  const Json json = parse_json(row[1].value());
  using Of = BackupVerification::Of;
  return {time_of(row[0].value()),
          json.text_or("summary"),
          json.text_or("by"),
          json["proof"],
          json.text_or("damaged"),
          json.text_or("of") == "other" ? Of::other : Of::newest,
          !json["answer"].is_bool() || json["answer"].as_bool()};
}
Approval approval_from(const Json& json) {
  return {json["finding"].as_string(), json["file_sha256"].as_string(), json["reason"].as_string(),
          json["by"].as_string(), json["at"].as_string()};
}

}  // namespace

SqliteLedger::SqliteLedger(const std::filesystem::path& file, LedgerAccess access, Redactor redactor)
    : sqlite_(file, access), redactor_(std::move(redactor)) {
  check_schema(sqlite_);
  if (access != LedgerAccess::write) return;
  // Not WAL: a reader of another user fails on it once its writer has closed, and root would leave its own -wal file
  // behind. Not DELETE: an approval given in mid-run would take away the journal that reserve() has filled.
  sqlite_.query("PRAGMA journal_mode = PERSIST");
  upgrade_schema(sqlite_);
}

Event SqliteLedger::append(const std::string& run, const EventBody& body, Time at) {
  std::string text = to_text(orchestrate::to_json(redacted(body, redactor_)));
  Transaction transaction(sqlite_);
  if (std::holds_alternative<RunCreated>(body)) refuse_second_run({});
  if (std::holds_alternative<RunResumed>(body)) refuse_second_run(run);
  const ChainRow row = insert(run, at, type_of(body), std::move(text));
  transaction.commit();
  return {row.sequence, run, at, event_from_json(row.type, parse_json(row.body))};
}

void SqliteLedger::approve(const Approval& approval) {
  const Time at = parse_utc(approval.at);
  std::string text = to_text(to_json(redacted(approval, redactor_)));
  Transaction transaction(sqlite_);
  insert(std::nullopt, at, approval_given, std::move(text));
  transaction.commit();
}

void SqliteLedger::open_gate(const GateOpening& opening, Time at) {
  const GateOpening kept{opening.until, redactor_(opening.reason), redactor_(opening.by)};
  std::string text = to_text(Json::object({{"until", utc_text(kept.until)}, {"reason", kept.reason}, {"by", kept.by}}));
  Transaction transaction(sqlite_);
  insert(std::nullopt, at, gate_opened, std::move(text));
  transaction.commit();
}

void SqliteLedger::note_verification(const BackupVerification& verification) {
  const bool other = verification.of == BackupVerification::Of::other;
  std::string text = to_text(Json::object({{"of", other ? "other" : "newest"},
                                           {"summary", redactor_(verification.summary)},
                                           {"by", redactor_(verification.by)},
                                           {"proof", redacted(verification.proof, redactor_)},
                                           {"damaged", verification.damaged},
                                           {"answer", verification.is_answer}}));
  Transaction transaction(sqlite_);
  insert(std::nullopt, verification.at, backup_verified, std::move(text));
  transaction.commit();
}

void SqliteLedger::note_expiry(const BackupExpiry& expiry) {
  std::string text = to_text(Json::object({{"path", expiry.path},
                                           {"sha256", expiry.sha256},
                                           {"reason", redactor_(expiry.reason)},
                                           {"by", redactor_(expiry.by)}}));
  Transaction transaction(sqlite_);
  insert(std::nullopt, expiry.at, backup_expired, std::move(text));
  transaction.commit();
}

std::optional<GateOpening> SqliteLedger::gate_opening() const {
  const auto rows =
      sqlite_.query("SELECT body FROM event WHERE type = ? ORDER BY sequence DESC LIMIT 1", {std::string(gate_opened)});
  if (rows.empty()) return std::nullopt;
  const Json json = parse_json(rows[0][0].value());
  return GateOpening{parse_utc(json["until"].as_string()), json.text_or("reason"), json.text_or("by")};
}

std::optional<BackupVerification> SqliteLedger::verification() const {
  const auto rows = sqlite_.query(
      "SELECT at, body FROM event WHERE type = ? AND json_extract(body, '$.of') IS NOT 'other'"
      " ORDER BY sequence DESC LIMIT 1",
      {std::string(backup_verified)});
  if (rows.empty()) return std::nullopt;
  return verification_from(rows[0]);
}

std::vector<BackupVerification> SqliteLedger::verifications() const {
  std::vector<BackupVerification> all;
  for (const Sqlite::Row& row :
       sqlite_.query("SELECT at, body FROM event WHERE type = ? ORDER BY sequence", {std::string(backup_verified)}))
    all.push_back(verification_from(row));
  return all;
}

std::optional<Time> SqliteLedger::last_expiry() const {
  const auto rows = sqlite_.query(
      "SELECT at FROM event WHERE type = ? OR (type = 'fact-recorded' AND json_extract(body, '$.name') LIKE ?)"
      " ORDER BY sequence DESC LIMIT 1",
      {std::string(backup_expired), std::string(fact::backup_expired) + "%"});
  if (rows.empty()) return std::nullopt;
  return time_of(rows[0][0].value());
}

/// The file keeps the pages that a deletion frees and takes them before new ones. A commit also needs room for its
/// rollback journal, which persists: deleting securely overwrites the pages, so that all of them pass through it. Holds
/// on file systems that overwrite in place; not on btrfs or zfs.
void SqliteLedger::reserve(std::uint64_t bytes) {
  sqlite_.query("PRAGMA secure_delete = ON");
  sqlite_.query("INSERT INTO reserved (space) VALUES (zeroblob(?))", {std::to_string(bytes)});
  sqlite_.execute("DELETE FROM reserved");  // also what a process left that died in here
}

std::vector<Event> SqliteLedger::events(const std::string& run) const {
  const auto rows = sqlite_.query("SELECT sequence, at, type, body FROM event WHERE run = ? ORDER BY sequence", {run});
  std::vector<Event> events;
  for (const Sqlite::Row& row : rows)
    events.push_back({std::stoll(row[0].value()), run, time_of(row[1].value()),
                      event_from_json(row[2].value(), parse_json(row[3].value()))});
  return events;
}

std::vector<std::string> SqliteLedger::runs(std::size_t limit) const {
  const auto rows = sqlite_.query("SELECT run FROM event WHERE type = 'run-created' ORDER BY sequence DESC LIMIT ?",
                                  {std::to_string(limit)});
  std::vector<std::string> runs;
  for (const Sqlite::Row& row : rows) runs.push_back(row[0].value());
  return runs;
}

std::vector<Approval> SqliteLedger::approvals() const {
  const auto rows =
      sqlite_.query("SELECT body FROM event WHERE type = ? ORDER BY sequence", {std::string(approval_given)});
  std::vector<Approval> approvals;
  for (const Sqlite::Row& row : rows) approvals.push_back(approval_from(parse_json(row[0].value())));
  return approvals;
}

std::vector<Event> SqliteLedger::providing(std::string_view evidence) const {
  const auto rows = sqlite_.query(
      "SELECT sequence, run, at, type, body FROM event WHERE type = 'stage-finished' AND EXISTS"
      " (SELECT 1 FROM json_each(body, '$.outcome.evidence') WHERE json_extract(value, '$.name') = ?)"
      " ORDER BY sequence",
      {std::string(evidence)});
  std::vector<Event> events;
  for (const Sqlite::Row& row : rows)
    events.push_back({std::stoll(row[0].value()), row[1].value(), time_of(row[2].value()),
                      event_from_json(row[3].value(), parse_json(row[4].value()))});
  return events;
}

std::optional<std::string> SqliteLedger::unfinished() const {
  // Since a run begins or goes on only when no other is unfinished, the newest of these events tells.
  const auto rows = sqlite_.query(
      "SELECT run, type FROM event WHERE type IN ('run-created', 'run-resumed', 'run-finished')"
      " ORDER BY sequence DESC LIMIT 1");
  return rows.empty() || rows[0][1] == "run-finished" ? std::nullopt : rows[0][0];
}

void SqliteLedger::refuse_second_run(const std::string& but) const {
  if (const auto run = unfinished(); run && *run != but)
    throw Error(ErrorKind::busy, "begin a run", "run " + *run + " is not finished", "orchestrate show " + *run);
}

ChainRow SqliteLedger::insert(std::optional<std::string> run, Time at, std::string_view type, std::string body) {
  const auto last = sqlite_.query("SELECT sequence, hash FROM event ORDER BY sequence DESC LIMIT 1");
  ChainRow row{1, std::move(run), nanoseconds(at), std::string(type), std::move(body)};
  if (!last.empty()) row.sequence = std::stoll(last[0][0].value()) + 1;
  const std::string hash = chained_hash(last.empty() ? "" : last[0][1].value(), row);
  sqlite_.query("INSERT INTO event (sequence, run, at, type, body, hash) VALUES (?, ?, ?, ?, ?, ?)",
                {std::to_string(row.sequence), row.run, std::to_string(row.at), row.type, row.body, hash});
  return row;
}

}  // namespace orchestrate
