#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>

#include <fmt/format.h>

#include "backup_restored_fixture.hpp"

namespace orchestrate {
namespace {

namespace fs = std::filesystem;

std::string bytes_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write_bytes(const fs::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary) << bytes;
}

/// Bytes that are not those which were written.
struct Fault {
  std::string kind, name;
  std::string bytes;
};

std::string flipped(std::string bytes, std::size_t at) {
  bytes[at] = static_cast<char>(bytes[at] ^ (1 << (at % 8)));
  return bytes;
}

std::string swapped(const std::string& bytes, std::size_t from, std::size_t size) {
  return bytes.substr(0, from) + bytes.substr(from + size, size) + bytes.substr(from, size) +
         bytes.substr(from + 2 * size);
}

/// The same for the same bytes. `rows` is where the rows begin, after header and table of contents.
std::vector<Fault> faults_of(const std::string& whole, std::size_t rows) {
  std::vector<Fault> all;
  const auto add = [&](const std::string& kind, std::size_t at, std::string bytes) {
    if (bytes != whole) all.push_back({kind, kind + " at " + std::to_string(at), std::move(bytes)});
  };
  const std::size_t size = whole.size(), room = size - rows - 8192;
  for (const std::size_t left : {std::size_t{0}, std::size_t{4}, std::size_t{40}, rows / 2, rows, size - 100, size - 1})
    add("cut", left, whole.substr(0, left));
  for (std::size_t i = 1; i < 10; ++i) add("cut", size * i / 10, whole.substr(0, size * i / 10));
  for (std::size_t at = 0; at < 40; at += 2) add("bit in header", at, flipped(whole, at));
  for (std::size_t i = 0; i < 25; ++i) add("bit in contents", 40 + i * rows / 26, flipped(whole, 40 + i * rows / 26));
  for (std::size_t i = 0; i < 30; ++i) add("bit in rows", rows + i * room / 30, flipped(whole, rows + i * room / 30));
  for (std::size_t i = 0; i < 12; ++i) {
    const std::size_t at = rows + i * room / 12, length = i % 2 == 0 ? 512 : 4096;
    add("block zeroed", at, std::string(whole).replace(at, length, length, '\0'));
    add("blocks swapped", at, swapped(whole, at, length));
  }
  for (const std::string& more : {std::string("\n"), std::string(4096, '\0'), std::string("garbage"), whole})
    add("more at its end", size, whole + more);
  for (std::size_t i = 1; i < 4; ++i) add("byte lost", size * i / 4, std::string(whole).erase(size * i / 4, 1));
  return all;
}

/// How many of each kind were caught, by what.
class Table {
 public:
  explicit Table(std::vector<std::string> columns) : columns_(std::move(columns)) {}

  void count(const std::string& kind, const std::vector<bool>& caught) {
    Row& row = rows_[kind];
    ++row.all;
    row.caught.resize(columns_.size());
    for (std::size_t i = 0; i < caught.size(); ++i) row.caught[i] += caught[i] ? 1 : 0;
  }

  /// Into the build directory, where that is known, and among the test's output.
  void write(const std::string& name) const {
    std::string text = fmt::format("{:<40}{:>8}", name, "all");
    for (const std::string& column : columns_) text += fmt::format("{:>12}", column);
    for (const auto& [kind, row] : rows_) {
      text += fmt::format("\n{:<40}{:>8}", kind, row.all);
      for (const int caught : row.caught) text += fmt::format("{:>12}", caught);
    }
    std::puts(text.c_str());
    if (const char* directory = std::getenv("FAULT_TABLES"))
      std::ofstream(fs::path(directory) / ("backup-" + name + ".txt")) << text << "\n";
  }

 private:
  struct Row {
    int all = 0;
    std::vector<int> caught;
  };
  std::vector<std::string> columns_;
  std::map<std::string, Row> rows_;
};

class BackupFaults : public BackupMatched {
 protected:
  /// A question that could not be asked stops a run as well.
  static bool stops(const std::function<Outcome()>& look) {
    try {
      return look().verdict != Verdict::passed;
    } catch (const Error&) {
      return true;
    }
  }
  bool caught(const Settings& settings) {
    return stops([&] { return run(settings); });
  }
  bool caught_at(const std::string& level) {
    level_ = level;
    return stops([&] { return verified(); });
  }
};

TEST_F(BackupFaults, EveryChangedByteOfADumpOfOursIsCaught) {
  run(take_settings());
  const fs::path dump = dump_file();
  const std::string whole = bytes_of(dump);
  Table table({"decoded", "intact"});
  const auto faults = faults_of(whole, whole.find("\x78\x01"));  // as gzip's lowest level begins
  EXPECT_GE(faults.size(), 100U);
  for (const Fault& fault : faults) {
    write_bytes(dump, fault.bytes);
    const bool decoded = caught(check_settings(dump)), intact = caught_at("intact");
    EXPECT_TRUE(intact) << fault.name;
    table.count(fault.kind, {decoded, intact});
  }
  write_bytes(dump, whole);
  EXPECT_FALSE(caught_at("intact"));
  table.write("damaged");
}

TEST_F(BackupFaults, EveryChangedByteOfADirectoryOfOursIsCaught) {
  Settings settings = take_settings();
  settings.set("format", std::string("directory"), {1, 1});
  run(settings);
  const fs::path dump = dump_file();
  Table table({"decoded", "intact"});
  const auto look = [&](const std::string& kind, const std::string& name) {
    const bool decoded = caught(check_settings(dump)), intact = caught_at("intact");
    EXPECT_TRUE(intact) << kind << " in " << name;
    table.count(kind, {decoded, intact});
  };
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(dump)) files.push_back(entry.path());
  for (const fs::path& file : files) {
    const std::string whole = bytes_of(file), name = file.filename();
    for (std::size_t i = 0; i < 8; ++i) {
      write_bytes(file, flipped(whole, i * whole.size() / 8));
      look("bit in " + std::string(name == "toc.dat" ? "contents" : "rows"), name);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      write_bytes(file, whole.substr(0, i * whole.size() / 4));
      look("cut", name);
    }
    fs::remove(file);
    look("file missing", name);
    write_bytes(file, whole);
  }
  write_bytes(dump / "7777.dat.gz", "more");
  look("file too many", "7777.dat.gz");
  fs::remove(dump / "7777.dat.gz");
  EXPECT_FALSE(caught_at("intact"));
  table.write("damaged-directory");
}

/// Of somebody else's dump nothing is known but what it says: a fault that is not caught must not matter.
TEST_F(BackupFaults, OfACompressedDumpOfSomebodyElseOnlyWhatChangesNoByteOfItsSqlPasses) {
  for (const std::string program : {"gzip", "zstd"}) {
    level_ = "restored";
    shell("pg_dump appdb | " + program + " -q > x");
    const fs::path dump = folder_.path() / "x";
    const std::string whole = bytes_of(dump), sql = shell(program + " -dc x | sha256sum");
    Table table({"decoded", "restored", "harmless"});
    for (const Fault& fault : faults_of(whole, 64)) {
      write_bytes(dump, fault.bytes);
      const bool decoded = caught(check_settings(dump));
      const bool harmless = !decoded && shell(program + " -qdc x | sha256sum") == sql;
      const bool restored = decoded || (!harmless && caught(checked(dump)));
      EXPECT_TRUE(restored || harmless) << program << ": " << fault.name;
      table.count(fault.kind, {decoded, restored, harmless});
    }
    table.write("damaged-" + program);
  }
}

TEST_F(BackupFaults, EveryDumpThatIsBornWrongIsCaught) {
  struct Case {
    std::string kind, change;
    std::string pg_dump = "pg_dump -Fc appdb";
  };
  const std::string nothing = "select 1";
  const std::vector<Case> cases = {
      {"another database",
       "drop schema cfg cascade; create schema cfg; create table cfg.alembic_version as select 'x' version_num"},
      {"a table missing", nothing, "pg_dump -Fc -T cfg.child appdb"},
      {"the rows of a table missing", nothing, "pg_dump -Fc --exclude-table-data=cfg.grants appdb"},
      {"schema only", nothing, "pg_dump -Fc --schema-only appdb"},
      {"rows hidden by a policy", nothing, "PGUSER=bot pg_dump -Fc --enable-row-security appdb"},
      {"an old dump", "delete from cfg.panels where id > 49990; drop function cfg.twice"},
      {"some rows missing", "delete from cfg.grants where id = 7"},
      {"a value changed", "update cfg.panels set title = 'other' where id = 77"},
      {"an index missing", "drop index cfg.ix_panels"},
      {"a constraint missing", "alter table cfg.grants drop constraint grants_kind_check"},
      {"a sequence behind", "select setval('cfg.grants_id_seq', 40)"},
      {"large objects missing", nothing, "pg_dump -Fc --no-blobs appdb"},
      {"a large object changed", "select lo_put(7001, 0, 'S')"},
      {"another revision", "update cfg.alembic_version set version_num = '001'"},
      {"a function missing", "drop function cfg.twice"},
      {"a function of another version",
       "create or replace function cfg.twice(n int) returns int language sql as 'select 3 * n'"},
      {"a view missing", "drop view cfg.titles"},
      {"a column of another type", "alter table cfg.parent alter c type bigint"},
      {"a grant missing", "revoke select on cfg.panels from bot"},
  };
  server_.sql(R"(grant usage on schema cfg to bot; grant select on all tables in schema cfg to bot;
                 grant select on all sequences in schema cfg to bot; grant select on large object 7001, 7002 to bot;
                 alter table cfg.grants enable row level security; create policy few on cfg.grants using (id < 9))",
              "appdb");
  level_ = "matched";
  ASSERT_EQ(run(taken()).verdict, Verdict::passed);
  Table table({"intact", "restored", "matched"});
  for (const Case& wrong : cases) {
    in_wrong_database(wrong.change, [&] { replace_dump(wrong.pg_dump); });
    const bool intact = caught_at("intact"), restored = intact || caught_at("restored");
    const bool matched = restored || caught_at("matched");
    EXPECT_TRUE(matched) << wrong.kind;
    table.count(wrong.kind, {intact, restored, matched});
  }
  table.write("born-wrong");
}

}  // namespace
}  // namespace orchestrate
