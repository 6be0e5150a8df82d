#pragma once

#include <cstddef>

/// How much of a migration is followed. Real ones end far below; beyond, nobody would read a report either.
namespace orchestrate::limits {

#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION  // whose time is for many inputs, not for long loops
inline constexpr std::size_t steps = 20'000, statements = 300;
#else
inline constexpr std::size_t steps = 2'000'000, statements = 10'000;
#endif
/// Expressions and blocks inside each other, through all calls: the stack must hold them.
inline constexpr int nesting = 1500;
/// Values inside each other: whoever walks through one does it on the stack.
inline constexpr int depth_of_value = 200;
/// Things that a value may be, nobody knows which.
inline constexpr std::size_t choices = 8;
inline constexpr std::size_t bytes_of_value = std::size_t{32} << 20;
/// PostgreSQL's parser and the tree of what it read take hundreds of times as much memory, and about a second for 1 MB.
inline constexpr std::size_t bytes_of_sql = std::size_t{2} << 20;
inline constexpr std::size_t bytes_of_sql_in_step = 2;
/// That many bytes of a value are copied in a step.
inline constexpr std::size_t bytes_of_step = 256;

}  // namespace orchestrate::limits
