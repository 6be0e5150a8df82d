#include <cstdio>
#include <exception>

#include <unistd.h>

#include "cli/arguments.hpp"
#include "orchestrate/error.hpp"
#include "orchestrate/exit_code.hpp"

namespace {

int run(int argc, char** argv) {
  try {
    return orchestrate::cli::run_command_line(argc, argv);
  } catch (const orchestrate::Error& error) {
    std::fprintf(stderr, "orchestrate: %s\n", error.what());
    return orchestrate::exit_code(error.kind());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "orchestrate: internal error: %s\n", error.what());
    return 1;
  }
}

}  // namespace

int main(int argc, char** argv) {
  const int code = run(argc, argv);
  // A thread that hangs in a name lookup may still run: nothing that it uses is destroyed under it. And what libraries
  // tidy up at their end costs a gate time in which its service could start.
  std::fflush(nullptr);
  ::_exit(code);
}
