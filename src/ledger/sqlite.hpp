#pragma once

#include <chrono>
#include <filesystem>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/access.hpp"

struct sqlite3;

namespace orchestrate {

/// One open SQLite file, durable after each commit. Every failure is an Error that names the file and the way out.
class Sqlite {
 public:
  using Value = std::optional<std::string>;  ///< SQL NULL is nullopt; integers travel as decimal text
  using Row = std::vector<Value>;

  Sqlite(std::filesystem::path file, LedgerAccess access);
  ~Sqlite();
  Sqlite(const Sqlite&) = delete;
  Sqlite& operator=(const Sqlite&) = delete;

  /// One or more statements without results or parameters.
  void execute(std::string_view script);
  /// One statement; `?` are filled from `parameters` in order.
  std::vector<Row> query(std::string_view statement, std::initializer_list<Value> parameters = {}) const;

  const std::filesystem::path& file() const { return file_; }

 private:
  void limit();
  void wait_for_repair() const;
  bool is_late() const;
  [[noreturn]] void fail(int code) const;

  std::filesystem::path file_;
  LedgerAccess access_;
  std::chrono::steady_clock::time_point give_up_;
  sqlite3* connection_ = nullptr;
};

/// A write transaction that holds the file's one write lock; undone unless committed.
class Transaction {
 public:
  explicit Transaction(Sqlite& sqlite);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  void commit();

 private:
  Sqlite& sqlite_;
  bool open_ = true;
};

}  // namespace orchestrate
