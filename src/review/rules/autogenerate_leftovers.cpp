#include "review/rules/all.hpp"

namespace orchestrate::rules {
namespace {

std::optional<Flag> check(const ReadRevision& revision, const ReviewState&) {
  if (revision.source.find("please adjust!") == std::string::npos) return std::nullopt;
  for (const Statement& s : revision.statements) {
    const bool drops = s.kind == StatementKind::drop_table || s.kind == StatementKind::drop_column ||
                       s.kind == StatementKind::drop_index || s.kind == StatementKind::drop_constraint;
    if (!drops) continue;
    return Flag{
        .object = object_of(s),
        .hazard = "autogenerate wrote this drop and its marker \"please adjust!\" still stands",
        .effect = "stale models, or models that env.py does not import, look to autogenerate like tables to drop",
        .remedy = "update the checkout, see that env.py imports every model, generate the revision again",
        .place = s.place};
  }
  return std::nullopt;
}

}  // namespace

const Rule autogenerate_leftovers{"autogenerate-leftovers", "advice", "drops in a file that nobody adjusted", check};

}  // namespace orchestrate::rules
