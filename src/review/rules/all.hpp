#pragma once

#include "review/rule.hpp"

/// One constant per file of this folder.
namespace orchestrate::rules {

extern const Rule cannot_judge;
extern const Rule drop_table;
extern const Rule drop_column;
extern const Rule drop_schema;
extern const Rule truncate;
extern const Rule delete_without_where;
extern const Rule update_without_where;
extern const Rule cascade;
extern const Rule rename_as_drop_add;
extern const Rule lossy_type_change;
extern const Rule drop_view;
extern const Rule drop_function;
extern const Rule drop_type;
extern const Rule out_of_scope;
extern const Rule change_cluster;
extern const Rule host_access;
extern const Rule transaction_control;
extern const Rule search_path;
extern const Rule no_timeout;
extern const Rule type_change;
extern const Rule set_not_null;
extern const Rule column_written_to_each_row;
extern const Rule create_index_not_concurrently;
extern const Rule drop_index;
extern const Rule validated_at_once;
extern const Rule rewrite;
extern const Rule drop_constraint;
extern const Rule rename;
extern const Rule required_column;
extern const Rule concurrently_in_transaction;
extern const Rule revision_id_too_long;
extern const Rule autogenerate_leftovers;
extern const Rule downgrade_loses_data;

}  // namespace orchestrate::rules
