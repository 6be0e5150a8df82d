// The input is what the helper prints for two sources, whatever its interpreter makes of them. An Error is an answer.
#include <cstddef>
#include <cstdint>

#include "helper_output.hpp"
#include "on_loop.hpp"
#include "orchestrate/error.hpp"
#include "review/env_py.hpp"
#include "review/source.hpp"

using namespace orchestrate;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  HelperOutput commands(std::string(reinterpret_cast<const char*>(bytes), size));
  boost::asio::io_context io;
  try {
    for (const SyntaxTree& tree : on_loop(io, syntax_trees(commands, {"python3"}, {"", ""}, std::stop_token())))
      if (const auto* module = std::get_if<Json>(&tree)) transaction_scope(*module);
  } catch (const Error&) {
  }
  return 0;
}
