#pragma once

#include <span>
#include <string>
#include <string_view>

#include "review/facts.hpp"
#include "review/rule.hpp"
#include "review/statement.hpp"

namespace orchestrate {

/// What is known of the schema when `statement` has run: what nobody can tell is forgotten, never guessed.
void follow(Facts& facts, const Statement& statement);

/// What revisions that run from an empty schema leave behind, where no database can be asked. Sizes, rows, views and
/// who reads a table are not known.
Facts facts_after(std::span<const ReadRevision> history);

/// Whether `column` stands in the expression, not as a part of another word.
bool holds_word(std::string_view expression, std::string_view column);

/// `cfg.mood[]` and `mood(3)` without what is around the name.
std::string bare_name(std::string_view type);

}  // namespace orchestrate
