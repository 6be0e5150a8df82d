#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "orchestrate/json.hpp"
#include "review/import_roots.hpp"

namespace orchestrate {

/// A module of the project, as text.
struct ProjectModule {
  std::string name;     ///< as Python imports it: `app.db.helpers`
  std::string package;  ///< that its relative imports start from
  std::string file, text, sha256;
  Json tree;
};

using UsedModules = std::vector<std::shared_ptr<const ProjectModule>>;

/// The modules that migrations may import whose source lies in the project. What may be an installed package, what two
/// files could be, what lies outside through a link and what is too large for a person's work counts as not there.
class ProjectModules {
 public:
  /// `python`: the interpreter that will run the migrations.
  ProjectModules(ProjectLayout layout, std::filesystem::path python);

  /// nullptr: there is none, or it has not been read yet; then it is wanted.
  std::shared_ptr<const ProjectModule> find(std::string_view name);
  /// Whether the first part of a dotted name may be the project's.
  bool may_hold(std::string_view top);

  /// How often somebody asked for one that is there and has not been read.
  std::size_t unanswered() const { return unanswered_; }
  /// What was asked for since the last call, with its text and without a tree; each once.
  std::vector<ProjectModule> take_wanted();
  void add(ProjectModule module);

 private:
  struct Source {
    std::filesystem::path file;
    bool is_package = false;
  };
  std::vector<std::filesystem::path> roots_of(const std::string& top);
  std::optional<Source> locate(std::string_view name);
  bool may_be_read(const std::filesystem::path& file) const;
  void look_around();

  ProjectLayout layout_;
  std::filesystem::path python_, project_;  // the latter canonical
  std::optional<std::vector<std::filesystem::path>> roots_;
  std::vector<std::filesystem::path> packages_;
  std::map<std::string, std::vector<std::filesystem::path>, std::less<>> tops_;
  std::map<std::string, std::shared_ptr<const ProjectModule>, std::less<>> modules_;
  std::map<std::string, Source, std::less<>> wanted_;
  std::size_t unanswered_ = 0;
};

/// What a finding is bound to: the revision's file, and the modules that it uses.
std::string sha256_with(const std::string& revision, const UsedModules& modules);

}  // namespace orchestrate
