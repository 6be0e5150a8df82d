#include "review/review.hpp"
#include "review/allowance.hpp"
#include "review/grade.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>

#include <fmt/format.h>

#include "orchestrate/error.hpp"
#include "orchestrate/evidence.hpp"
#include "stages/code_evidence.hpp"
#include "stages/database_catalog.hpp"
#include "stages/database_session.hpp"
#include "stages/edited_revisions.hpp"
#include "stages/preflight/alembic_config.hpp"
#include "stages/project_command.hpp"
#include "stages/release.hpp"
#include "stages/review.hpp"

namespace orchestrate {
namespace {

std::optional<std::filesystem::path> env_py(const Policy& policy) {
  for (const auto& versions : policy.migrations.versions)
    if (const auto file = versions.parent_path() / "env.py"; std::filesystem::exists(file)) return file;
  return std::nullopt;
}

/// Whether code or configuration that may make the engine, wherever it is, speaks of turning transactions off.
/// The version files speak for themselves.
bool mentions_autocommit(const Policy& policy, const Json& code) {
  for (const auto& [path, hash] : code.as_object()) {
    if (std::ranges::find(policy.migrations.versions, std::filesystem::path(path).parent_path()) !=
        policy.migrations.versions.end())
      continue;
    const bool python = path.ends_with(".py");
    if (!python && !path.ends_with(".ini") && !path.ends_with(".toml") && !path.ends_with(".cfg")) continue;
    std::ifstream file(path);
    const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    if (text.find(python ? "AUTOCOMMIT" : "isolation_level") != std::string::npos) return true;
  }
  return false;
}

/// What a proof is bound to.
struct Reviewed {
  Json files = Json::object();  ///< hashes of the pending revisions
  Json before;                  ///< of those that are in the database, as far as the ledger does not know them yet
  Json code;
};

class Review final : public Stage {
 public:
  Review(std::vector<Allowance> allowances, std::vector<std::string> block, std::uint64_t small_table,
         std::chrono::milliseconds row_limit)
      : allowances_(std::move(allowances)),
        block_(std::move(block)),
        small_table_(small_table),
        row_limit_(row_limit) {}

  std::string describe() const override { return "read the pending revisions for red flags"; }

  Task<Outcome> run(StageContext& context) const override {
    const Policy& policy = context.application.policy;
    const RevisionGraph graph = read_revisions(policy.migrations.versions);
    ReviewRequest request = review_request(policy);
    request.direction = context.run.direction();
    request.pending = pending_of(context, graph);
    request.block = block_;
    DatabaseCatalog catalog(context, row_limit_);
    request.catalog = &catalog;
    request.small_table = small_table_;
    Reviewed reviewed{.before = not_yet_known(context, graph), .code = code_evidence(policy)};
    for (const Revision* revision : request.pending) reviewed.files.set(revision->id, revision->sha256);

    const bool knows_transactions = request.env_py && !mentions_autocommit(policy, reviewed.code);
    ReviewReport report = co_await review(context.ports.commands, std::move(request), context.stop);
    refuse_unhashed(report, reviewed.code);
    if (!knows_transactions) report.commits = Commits::anywhere;
    for (Finding& finding : edited_revisions(context, graph)) report.findings.push_back(std::move(finding));
    if (context.run.direction() == Direction::downgrade) co_return way_back(context, std::move(report), reviewed);
    std::vector<Finding> of_release = co_await release_findings(context, graph, report.findings);
    for (Finding& finding : of_release) report.findings.push_back(std::move(finding));
    apply_approvals(report.findings, context.approvals);
    allow(report.findings, allowances_, utc_text(context.ports.clock.now()).substr(0, 10));
    co_return outcome_of(context, std::move(report), reviewed);
  }

 private:
  /// The upgrade runs only the code that was hashed, so what was judged must be that.
  static void refuse_unhashed(const ReviewReport& report, const Json& code) {
    for (const auto& [file, sha256] : report.modules)
      if (code[file] != Json(sha256))
        throw Error(ErrorKind::failed, "review the pending revisions", file + " has changed while it was read",
                    "apply again");
  }

  /// Nearly every downgrade() deletes something. So no single red flag is approved: the caller confirms the grade of
  /// the whole, which the findings explain.
  static Outcome way_back(const StageContext& context, ReviewReport report, const Reviewed& reviewed) {
    const Grade grade = grade_of(report);
    const std::string name(to_string(grade)), said = context.run.created.confirmed.value_or("");
    const bool confirmed = grade != Grade::restore_only && said == name;
    for (Finding& finding : report.findings) finding.severity = std::min(finding.severity, Severity::warning);
    Outcome outcome{confirmed ? Verdict::passed : Verdict::blocked,
                    fmt::format("{}: {}; {}", name, meaning_of(grade), summary_of(report)),
                    {},
                    {},
                    std::move(report.findings)};
    if (confirmed)
      outcome.evidence.push_back(proof(report, reviewed));
    else if (grade == Grade::restore_only)
      outcome.next = "write what is missing, or restore the backup from before that upgrade";
    else
      outcome.next = fmt::format("read it, then: orchestrate downgrade {} {} --confirm {}",
                                 context.application.policy.app, context.target, name);
    if (!confirmed && !said.empty()) outcome.details.push_back("it is not " + said + ", as was confirmed");
    return outcome;
  }

  static Outcome outcome_of(const StageContext& context, ReviewReport report, const Reviewed& reviewed) {
    Outcome outcome{Verdict::passed, summary_of(report), {}, {}, std::move(report.findings)};
    for (const TableLock& lock : report.locks) outcome.details.push_back("locks " + text_of(lock));
    const auto flag = std::ranges::find_if(outcome.findings, open_red_flag);
    if (flag != outcome.findings.end()) {
      outcome.verdict = Verdict::blocked;
      outcome.next = fmt::format("edit {}, or accept each red flag: orchestrate approve {} {} --reason \"...\"",
                                 flag->place.file, context.application.policy.app, flag->id());
      return outcome;
    }
    outcome.evidence.push_back(proof(report, reviewed));
    return outcome;
  }

  static Evidence proof(const ReviewReport& report, const Reviewed& reviewed) {
    Json tables = Json::array();
    for (const TableName& table : report.tables) tables.push(table.text());
    return {std::string(evidence::review_passed), Json::object({{"files", reviewed.files},
                                                                {"before", reviewed.before},
                                                                {"tables", tables},
                                                                {"commits", to_string(report.commits)},
                                                                {"unlimited", report.unlimited},
                                                                {"code", reviewed.code}})};
  }

  std::vector<Allowance> allowances_;
  std::vector<std::string> block_;
  std::uint64_t small_table_;
  std::chrono::milliseconds row_limit_;
};

constexpr std::array<std::string_view, 4> categories = {"data-loss", "out-of-scope", "blocking-lock", "compatibility"};
constexpr std::array<Key, 5> allow_keys = {{
    {.name = "rule",
     .type = ValueType::text,
     .presence = Presence::required,
     .purpose = "Of the red flag, such as drop-column."},
    {.name = "revision", .type = ValueType::text, .presence = Presence::required, .purpose = "Of the red flag."},
    {.name = "object",
     .type = ValueType::text,
     .purpose = "Such as public.users.nick; without it, whatever that rule flags in that revision."},
    {.name = "reason",
     .type = ValueType::text,
     .presence = Presence::required,
     .purpose = "Why it is accepted; shown with the red flag."},
    {.name = "until",
     .type = ValueType::text,
     .purpose = "Its last day, in UTC.",
     .pattern = "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])",
     .form = "a day such as 2026-12-31"},
}};
constexpr std::array<Key, 4> keys = {{
    {.name = "block",
     .type = ValueType::choice_list,
     .fallback = "[data-loss, out-of-scope, blocking-lock]",
     .purpose = "Categories of red flags that stop a run until they are approved; what cannot be judged or would fail "
                "always does.",
     .choices = categories},
    {.name = "small_table",
     .type = ValueType::size,
     .fallback = "10MB",
     .purpose =
         "Up to this size, with indexes, a table is read and written in a moment: what would lock a larger one only "
         "warns."},
    {.name = "row_limit",
     .type = ValueType::duration,
     .fallback = "5s",
     .purpose =
         "How long one question may take that asks the rows whether they fit a NOT NULL, key, CHECK or new type, "
         "or how many would be lost; longer, and it is not known. 0: none is asked."},
    {.name = "allow",
     .type = ValueType::section_list,
     .purpose = "Red flags that are accepted, whatever their file becomes; what expired or is not used is a finding.",
     .section = [] { return std::span<const Key>(allow_keys); }},
}};
constexpr std::array needs = {evidence::preflight_passed};
constexpr std::array provides = {evidence::review_passed};

std::vector<Allowance> allowances_of(const Settings& settings, const Policy& policy) {
  std::vector<Allowance> allowances;
  if (!settings.has("allow")) return allowances;
  for (const Settings& entry : settings.sections("allow")) {
    const auto text = [&](std::string_view key) { return entry.has(key) ? entry.text(key) : std::string(); };
    const Position position = entry.position("rule");
    allowances.push_back({text("rule"), text("revision"), text("object"), text("reason"), text("until"),
                          Place{policy.file.string(), position.line, position.column}});
  }
  return allowances;
}

std::unique_ptr<Stage> bind(const StageSpec& spec, const Policy& policy) {
  return std::make_unique<Review>(allowances_of(spec.settings, policy), spec.settings.texts("block"),
                                  spec.settings.size("small_table").bytes, spec.settings.duration("row_limit"));
}

}  // namespace

std::vector<const Revision*> pending_of(const StageContext& context, const RevisionGraph& graph) {
  std::vector<const Revision*> pending;
  for (const std::string& id : context.run.evidence(evidence::migration_pending)["revisions"].as_strings()) {
    const Revision* revision = graph.find(id);
    if (!revision)
      throw Error(ErrorKind::failed, "review revision " + id, "its file is gone since preflight", "apply again");
    pending.push_back(revision);
  }
  return pending;
}

ReviewRequest review_request(const Policy& policy) {
  ReviewRequest request;
  request.schemas = app_schemas(policy);
  request.version_table = policy.migrations.version_table;
  request.python = {project_python(policy).string()};
  request.env_py = env_py(policy);
  request.layout = {.directory = policy.project.path,
                    .versions = policy.migrations.versions,
                    .section = preflight::alembic_section(policy)};
  if (const auto config = preflight::alembic_config_file(policy)) request.layout.configs.push_back(*config);
  return request;
}

const StageKind review_stage = {.name = "review",
                                .purpose = "Read the pending migrations for red flags.",
                                .keys = keys,
                                .needs = needs,
                                .provides = provides,
                                .timeout = std::chrono::minutes(2),
                                .bind = bind};

}  // namespace orchestrate
