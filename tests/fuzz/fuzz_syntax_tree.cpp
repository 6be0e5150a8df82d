// The input is what the helper prints for two sources, whatever its interpreter makes of them. An Error is an answer.
#include <cstddef>
#include <cstdint>

#include "helper_output.hpp"
#include "on_loop.hpp"
#include "orchestrate/error.hpp"
#include "review/env_py.hpp"
#include "review/source.hpp"

using namespace orchestrate;

namespace {

Task<bool> parsed(Commands& commands, TakeTree take) {
  const std::vector<std::string> sources(2);
  Argv python(1, "python3");
  co_await parse_sources(commands, std::move(python), sources, std::move(take), std::stop_token());
  co_return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  HelperOutput commands(std::string(reinterpret_cast<const char*>(bytes), size));
  boost::asio::io_context io;
  try {
    const TakeTree take = [](std::size_t, const SyntaxTree& tree) {
      if (const auto* module = std::get_if<Json>(&tree)) transaction_scope(*module);
    };
    on_loop(io, parsed(commands, take));
  } catch (const Error&) {
  }
  return 0;
}
