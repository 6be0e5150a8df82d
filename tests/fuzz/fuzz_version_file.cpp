// The input is a version file, whose revision ids and suppressions are read without Python.
#include <cstddef>
#include <cstdint>

#include "review/module_literals.hpp"
#include "review/suppression.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view source(reinterpret_cast<const char*>(bytes), size);
  orchestrate::module_literals(source, {"revision", "down_revision", "branch_labels", "depends_on"});
  orchestrate::suppressions_in(source);
  return 0;
}
