#include "cli/worker_words.hpp"

#include <optional>
#include <utility>

#include "request/worker_words.hpp"

namespace orchestrate::cli {
namespace {

struct Speaker {
  std::filesystem::path state;
  std::string run;
};
std::optional<Speaker> speaker;

}  // namespace

void begin_words(std::filesystem::path state_directory, std::string run) {
  speaker = Speaker{std::move(state_directory), std::move(run)};
  say("");
}

void say(std::string_view text) {
  if (speaker) write_words(speaker->state, speaker->run, text);
}

}  // namespace orchestrate::cli
