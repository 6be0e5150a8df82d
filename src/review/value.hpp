#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "review/node.hpp"
#include "review/statement.hpp"

namespace orchestrate {

/// What an expression of a migration is, as far as its text tells.
struct Value {
  enum class Kind {
    unknown,  ///< `text` says what it depends on; asking it is harmless; of a class `named` are constants, `items`
              ///< members
    foreign,  ///< likewise, but calling it may do anything
    none,
    boolean,  ///< `number` is 0 or 1
    integer,
    text,      ///< `line` is where its first line stands, when its lines are the file's
    list,      ///< also tuple and set
    dict,      ///< `items` are keys, `values` the values
    symbol,    ///< dotted name of something imported: `sqlalchemy.Column`
    made,      ///< result of calling the symbol `text`, not looked into: `sqlalchemy.Column("x", ...)`
    function,  ///< defined in the file or in a module of the project; `items`, `values`: defaults of its parameters
    method,    ///< `text` of the object `items[0]`
    connection,
    context,  ///< op.get_context()
    batch,    ///< handle of batch_alter_table: `items[0]` table, `items[1]` schema, `items[2]` recreate
  };
  Kind kind = Kind::unknown;
  std::string text;
  std::int64_t number = 0;
  int line = 0;
  std::size_t module = 0;  ///< of text and function: which of the modules it is written in; 0: the version file
  std::vector<Value> items, values;                  ///< of made: positional arguments
  std::vector<std::pair<std::string, Value>> named;  ///< of made: keyword arguments
  std::vector<Value> choices;  ///< of unknown and foreign: what it may be, as far as that is written; never their own
  Node node;

  bool is(Kind wanted) const { return kind == wanted; }
  bool is_known() const;
  /// A keyword argument of `made`; nullptr when it is not given.
  const Value* argument(std::string_view name) const;
  bool operator==(const Value&) const = default;

  static Value unknown(std::string why) { return {.kind = Kind::unknown, .text = std::move(why)}; }
  static Value foreign(std::string why) { return {.kind = Kind::foreign, .text = std::move(why)}; }
  static Value of(std::string text) { return {.kind = Kind::text, .text = std::move(text)}; }
  static Value of(bool truth) { return {.kind = Kind::boolean, .number = truth ? 1 : 0}; }
  static Value of(std::int64_t number) { return {.kind = Kind::integer, .number = number}; }
  static Value none() { return {.kind = Kind::none}; }
  static Value symbol(std::string path) { return {.kind = Kind::symbol, .text = std::move(path)}; }
};

/// About the bytes that it takes, counted no further than what bounded() lets through.
std::size_t weight_of(const Value& value);
/// The value itself, or unknown where it has grown beyond what any migration needs: doubling fills any memory.
Value bounded(Value value);
/// What text `value` is, or may be at best: with unknown_part for what is not known of it.
std::string sketch_of(const Value& value);
/// The text that is known but for parts of it.
Value sketched(std::string text, std::string why);
/// One of the two, nobody knows which. Where one of them could change the database, the answer is foreign.
Value one_of(const Value& one, const Value& other, std::string why);
/// Some part of the whole, nobody knows which; foreign where one of them could change the database.
Value part_of(const Value& whole);
/// Whether calling it, or something of it, may do more than compute.
bool may_act(const Value& value);
/// Truth in Python's sense; nullopt when it depends on something unknown.
std::optional<bool> truth(const Value& value);
/// What `value`, or a part of it, depends on.
std::string why_unknown(const Value& value);
/// str(value); nullopt when unknown.
std::optional<std::string> as_text(const Value& value);
/// As it would be written, short: `String(length=50)`.
std::string written(const Value& value);
/// Last part of a dotted name.
std::string_view last_part(std::string_view path);

}  // namespace orchestrate
