#include <array>

#include "review/rules/all.hpp"

namespace orchestrate {
namespace {

constexpr std::array catalog = {
    &rules::cannot_judge,
    &rules::drop_table,
    &rules::drop_column,
    &rules::drop_schema,
    &rules::truncate,
    &rules::delete_without_where,
    &rules::update_without_where,
    &rules::cascade,
    &rules::rename_as_drop_add,
    &rules::lossy_type_change,
    &rules::drop_view,
    &rules::drop_function,
    &rules::drop_type,
    &rules::out_of_scope,
    &rules::change_cluster,
    &rules::host_access,
    &rules::transaction_control,
    &rules::search_path,
    &rules::no_timeout,
    &rules::type_change,
    &rules::set_not_null,
    &rules::column_written_to_each_row,
    &rules::create_index_not_concurrently,
    &rules::drop_index,
    &rules::validated_at_once,
    &rules::rewrite,
    &rules::drop_constraint,
    &rules::rename,
    &rules::required_column,
    &rules::concurrently_in_transaction,
    &rules::revision_id_too_long,
    &rules::autogenerate_leftovers,
    &rules::downgrade_loses_data,
};

}  // namespace

std::span<const Rule* const> review_rules() {
  return catalog;
}

}  // namespace orchestrate
