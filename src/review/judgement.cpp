#include "review/judgement.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <tuple>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "orchestrate/size_text.hpp"
#include "review/in_parallel.hpp"

namespace orchestrate {
namespace {

using Kind = StatementKind;

const TableFacts* facts_of(const Statement& s, const Facts& facts) {
  if (s.table.name.empty() || s.on_new_table) return nullptr;
  return facts.find(s.table, s.qualified);
}

Severity severity_of(std::string_view category, const TableFacts* table, const ReviewRequest& request) {
  if (category == "cannot-judge" || category == "would-fail") return Severity::blocks;
  const bool hinders_nobody = category == "blocking-lock" && table && !table->is_larger_than(request.small_table);
  const bool blocks = std::ranges::find(request.block, category) != request.block.end();
  if (blocks && !hinders_nobody) return Severity::blocks;
  return category == "advice" ? Severity::advice : Severity::warning;
}

/// What the catalog adds to an effect: `; cfg.panels has about 50 rows, 64 KiB`.
std::string measure(std::string_view category, const Statement& s, const TableFacts* table, const Facts& facts) {
  static constexpr std::array<std::string_view, 2> measured = {"data-loss", "blocking-lock"};
  const bool is_measured = table && facts.server_version > 0;
  if (!is_measured || std::ranges::find(measured, category) == measured.end()) return {};
  std::string text = fmt::format("; {} has ", s.table.text());
  if (table->rows >= 0) text += fmt::format("about {:.0f} rows, ", table->rows);
  text += table->size ? size_text(*table->size) : "a size that nobody could ask for: it is locked";
  const bool takes_along = s.cascade || s.kind == Kind::drop_table || s.kind == Kind::drop_column;
  if (takes_along && !table->views.empty()) text += fmt::format("; it is read by {}", fmt::join(table->views, ", "));
  if (s.kind != Kind::drop_table && s.kind != Kind::truncate) return text;
  std::vector<std::string> children;
  for (const TableName& child : table->children) children.push_back(child.text());
  if (!children.empty()) text += fmt::format("; it is referenced by {}", fmt::join(children, ", "));
  return text;
}

/// `about`: the statement; none: the revision as a whole.
Finding finding_of(const Rule& rule, const ReadRevision& revision, Flag flag, const Statement* about,
                   const ReviewRequest& request, const ReviewState& state) {
  if (flag.about) about = flag.about;
  const TableFacts* table = about ? facts_of(*about, state.facts) : nullptr;
  Finding finding{.rule = std::string(rule.id),
                  .category = std::string(rule.category),
                  .severity = severity_of(rule.category, table, request),
                  .revision = revision.id,
                  .object = std::move(flag.object),
                  .hazard = std::move(flag.hazard),
                  .effect = std::move(flag.effect),
                  .remedy = std::move(flag.remedy)};
  finding.place = !flag.place.file.empty() ? std::move(flag.place) : about ? about->place : Place{revision.file};
  if (about) finding.effect += measure(rule.category, *about, table, state.facts);
  if (about && rule.category != "advice") finding.effect += told_by(state.answers, *about);
  return finding;
}

struct ByPlaceAndId {
  bool operator()(const Finding* one, const Finding* other) const {
    const auto key = [](const Finding& f) {
      return std::tie(f.place.line, f.place.file, f.rule, f.object, f.revision);
    };
    return key(*one) < key(*other);
  }
};

/// Findings without repetition: a loop or several reasons may flag one line again; one line needs one approval.
class Findings {
 public:
  explicit Findings(std::size_t most) { all_.reserve(most); }

  void add(Finding finding) {
    all_.push_back(std::move(finding));
    if (!said_.insert(&all_.back()).second) all_.pop_back();
  }
  std::vector<Finding> all() && { return std::move(all_); }

 private:
  std::vector<Finding> all_;  ///< stays where it is: `said_` points into it
  std::set<const Finding*, ByPlaceAndId> said_;
};

std::vector<Finding> found_by(const Rule& rule, const ReadRevision& revision, const ReviewRequest& request,
                              const ReviewState& state) {
  std::vector<Finding> found;
  if (const auto* check = std::get_if<RevisionCheck>(&rule.check))
    for (Flag& flag : (*check)(revision, state))
      found.push_back(finding_of(rule, revision, std::move(flag), nullptr, request, state));
  if (const auto* check = std::get_if<StatementCheck>(&rule.check))
    for (const Statement& s : revision.statements)
      if (auto flag = (*check)(s, state))
        found.push_back(finding_of(rule, revision, std::move(*flag), &s, request, state));
  return found;
}

}  // namespace

std::vector<Finding> findings_of(const ReviewRequest& request, const ReviewState& state) {
  const std::span<const Rule> rules = review_rules();
  std::vector<std::vector<Finding>> found(state.revisions.size() * rules.size());  // rule by rule of each revision
  in_parallel(found.size(), [&](std::size_t i) {
    found[i] = found_by(rules[i % rules.size()], state.revisions[i / rules.size()], request, state);
  });
  std::size_t count = 0;
  for (const std::vector<Finding>& some : found) count += some.size();
  Findings findings(count);
  for (std::vector<Finding>& some : found)
    for (Finding& finding : some) findings.add(std::move(finding));
  return std::move(findings).all();
}

}  // namespace orchestrate
