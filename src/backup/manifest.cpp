#include "backup/manifest.hpp"

#include <algorithm>
#include <array>

#include "files/listing.hpp"
#include "files/text.hpp"
#include "orchestrate/digest.hpp"
#include "orchestrate/error.hpp"

namespace orchestrate::backup {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view suffix = ".json";
constexpr std::size_t size_limit = std::size_t{16} << 20;  // 100 000 tables with long names
constexpr const char* own_hash = "manifest_sha256";

struct Text {
  const char* name;
  std::string Manifest::* member;
};
constexpr std::array<Text, 10> texts = {{{"app", &Manifest::app},
                                         {"run", &Manifest::run},
                                         {"database", &Manifest::database},
                                         {"database_oid", &Manifest::database_oid},
                                         {"system_identifier", &Manifest::system_identifier},
                                         {"timeline", &Manifest::timeline},
                                         {"server_version", &Manifest::server_version},
                                         {"pg_dump_version", &Manifest::pg_dump_version},
                                         {"file", &Manifest::file},
                                         {"sha256", &Manifest::sha256}}};

Manifest from_json(const Json& json) {
  Manifest manifest;
  for (const Text& text : texts) manifest.*text.member = json[text.name].as_string();
  manifest.revisions = json["revisions"].as_strings();
  manifest.started_at = parse_utc(json["started_at"].as_string());
  manifest.finished_at = parse_utc(json["finished_at"].as_string());
  manifest.size = static_cast<std::uint64_t>(json["size"].as_integer());
  const auto level = level_named(json["level"].as_string());
  if (!level) throw Error(ErrorKind::failed, "read a manifest", "unknown level");
  manifest.level = *level;
  if (json["rows"].is_object())
    for (const auto& [table, rows] : json["rows"].as_object())
      manifest.rows.emplace(table, static_cast<std::uint64_t>(rows.as_integer()));
  manifest.surroundings.globals = json.text_or("globals");
  if (!json["create_database"].is_null()) manifest.surroundings.database = json["create_database"].as_strings();
  if (json["content"].is_object()) manifest.content = content_from_json(json["content"]);
  return manifest;
}

}  // namespace

fs::path manifest_path(const fs::path& dump) {
  return dump.string() + std::string(suffix);
}

std::string manifest_text(const Manifest& manifest) {
  Json json = Json::object({{"version", 1}});
  for (const Text& text : texts) json.set(text.name, manifest.*text.member);
  json.set("revisions", Json::of(manifest.revisions));
  json.set("started_at", utc_text(manifest.started_at)).set("finished_at", utc_text(manifest.finished_at));
  json.set("size", manifest.size).set("level", to_string(manifest.level));
  json.set("rows", Json(Json::Object(manifest.rows.begin(), manifest.rows.end())));
  if (manifest.content) json.set("content", to_json(*manifest.content));
  json.set("globals", manifest.surroundings.globals);
  json.set("create_database", Json::of(manifest.surroundings.database));
  json.set(own_hash, sha256(to_text(json)));
  return to_pretty_text(json) + "\n";
}

std::optional<Manifest> read_manifest(const fs::path& file) {
  const std::string text = files::read_text(file, size_limit);
  try {
    Json::Object members = parse_json(text).as_object();
    if (members.empty() || members.back().first != own_hash) return std::nullopt;
    const std::string hash = members.back().second.as_string();
    members.pop_back();
    const Json json(std::move(members));
    if (sha256(to_text(json)) != hash) return std::nullopt;
    return from_json(json);
  } catch (const Error&) {  // not JSON, or not of this shape: that is what "damaged" means
    return std::nullopt;
  }
}

std::vector<Manifest> manifests_in(const fs::path& directory, const std::string& app) {
  std::vector<Manifest> manifests;
  for (const fs::path& path : files::listing(directory)) {
    const std::string name = path.filename().string();
    if (!name.starts_with(app + "-") || !name.ends_with(".dump" + std::string(suffix))) continue;
    auto manifest = read_manifest(path);
    if (manifest && manifest->app == app) manifests.push_back(std::move(*manifest));
  }
  std::ranges::stable_sort(manifests, std::ranges::greater(), &Manifest::finished_at);
  return manifests;
}

std::optional<Manifest> newest_manifest(const fs::path& directory, const std::string& app,
                                        const std::string& database) {
  for (Manifest& manifest : manifests_in(directory, app))
    if (manifest.database == database) return std::move(manifest);
  return std::nullopt;
}

}  // namespace orchestrate::backup
