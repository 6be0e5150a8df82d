#include "review/grade.hpp"

#include <algorithm>
#include <array>

namespace orchestrate {
namespace {

struct Text {
  std::string_view name, meaning;
};
constexpr std::array<Text, 5> texts = {{
    {"keeps-data", "one transaction that deletes nothing"},
    {"loses-data", "one transaction; it deletes what was written since"},
    {"partial-commit", "what it has done stays when it fails in the middle"},
    {"unproven", "nobody can tell from the text what it does"},
    {"restore-only", "only a backup leads back"},
}};

const Text& text_of(Grade grade) {
  return texts[static_cast<std::size_t>(grade)];
}

}  // namespace

Grade grade_of(const ReviewReport& report) {
  const auto of_category = [&](std::string_view category) {
    return std::ranges::find(report.findings, category, &Finding::category) != report.findings.end();
  };
  if (report.stops) return Grade::restore_only;
  if (of_category("cannot-judge")) return Grade::unproven;
  if (report.commits != Commits::together) return Grade::partial_commit;
  return report.deletes || of_category("data-loss") ? Grade::loses_data : Grade::keeps_data;
}

std::string_view to_string(Grade grade) {
  return text_of(grade).name;
}
std::string_view meaning_of(Grade grade) {
  return text_of(grade).meaning;
}

}  // namespace orchestrate
