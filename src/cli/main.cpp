#include <cstdio>
#include <exception>

#include "cli/arguments.hpp"
#include "orchestrate/error.hpp"
#include "orchestrate/exit_code.hpp"

int main(int argc, char** argv) {
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
