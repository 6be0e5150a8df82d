// The input is syntax trees as the helper prints them, one a line: the pending revisions, of which the last one is
// taken for env.py too. They are followed and judged, on the way up and on the way back.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "review/material.hpp"
#include "tree_mutation.hpp"

using namespace orchestrate;

namespace {

/// What stands in each file besides its tree: lines that places may point at, and what allows findings.
std::string source() {
  std::string lines;
  for (const char* rule : {"drop-table", "drop-column", "cannot-judge", "out-of-scope", "no-such-rule"})
    lines += std::string("# orchestrate: allow ") + rule + " -- seen\n\nop.execute('SELECT 1')\n";
  return lines + "# orchestrate: allow drop-table\nlast = 'line'";
}

void review(const std::vector<SyntaxTree>& trees, const std::vector<Revision>& revisions, Direction direction) {
  static const std::string text = source();
  ReviewRequest request{.direction = direction, .schemas = {"cfg"}, .env_py = "env.py"};
  request.block = {"data-loss", "out-of-scope", "blocking-lock"};
  for (const Revision& revision : revisions) request.pending.push_back(&revision);
  Material material{.texts = std::vector<std::string>(trees.size(), text)};
  read_scripts(request, trees, material);
  for (const Finding& finding : report_of(request, std::move(material), {}).findings) {
    if (!finding.hazard.starts_with("cannot judge: the file cannot be followed: ")) continue;
    // Trees are well-formed here, so nothing of one may be what nobody thought of.
    std::fprintf(stderr, "%s\n", finding.hazard.c_str());
    abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  std::vector<SyntaxTree> trees;
  std::vector<Revision> revisions;
  for (Json& tree : fuzz::trees_in({reinterpret_cast<const char*>(bytes), size})) {
    trees.emplace_back(std::move(tree));
    const std::string id = "r" + std::to_string(trees.size());
    revisions.push_back({.id = id, .file = id + ".py", .line = 1});
  }
  if (trees.empty()) return -1;  // not to be kept
  trees.push_back(trees.back());
  for (const Direction direction : {Direction::upgrade, Direction::downgrade}) review(trees, revisions, direction);
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* bytes, std::size_t size, std::size_t limit,
                                               unsigned int seed) {
  return fuzz::mutate({bytes, size}, {}, limit, seed);
}

extern "C" std::size_t LLVMFuzzerCustomCrossOver(const std::uint8_t* one, std::size_t one_size,
                                                 const std::uint8_t* other, std::size_t other_size, std::uint8_t* out,
                                                 std::size_t limit, unsigned int seed) {
  if (one_size > limit) return 0;
  std::copy_n(one, one_size, out);
  return fuzz::mutate({out, one_size}, {reinterpret_cast<const char*>(other), other_size}, limit, seed);
}
