#pragma once

#include <string_view>

namespace orchestrate {

/// What calling something imported may do.
enum class CallEffect {
  pure,     ///< computes or reads
  host,     ///< files, programs, network, processes
  session,  ///< an own connection, or an ORM session that writes what nobody wrote
  unknown,  ///< code that is not in this file
};

/// Of a dotted name, such as `os.path.join` or `subprocess.run`.
CallEffect effect_of_call(std::string_view path);

/// Whether the first part of a dotted name is a library that is known here: no module of a project stands for it.
bool is_library(std::string_view top);

}  // namespace orchestrate
