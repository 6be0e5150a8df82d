#include "host.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <stdexcept>

#include "files/text.hpp"
#include "init/policy_text.hpp"

namespace orchestrate::init {
namespace {

namespace fs = std::filesystem;

void replace_all(std::string& text, const std::string& old, const std::string& now) {
  for (std::size_t at = 0; (at = text.find(old, at)) != std::string::npos; at += now.size())
    text.replace(at, old.size(), now);
}

}  // namespace

Host::Host() {
  std::string name = (fs::temp_directory_path() / "init-XXXXXX").string();
  if (!mkdtemp(name.data())) throw std::runtime_error("mkdtemp");
  top_ = fs::canonical(name);
  fs::create_directories(project() / ".git");
}

Host::~Host() {
  fs::remove_all(top_);
}

fs::path Host::write(const std::string& name, std::string text) const {
  replace_all(text, "@", top_.string());
  fs::create_directories(path(name).parent_path());
  std::ofstream(path(name), std::ios::binary) << text;
  return path(name);
}

void Host::make_virtualenv(const std::string& name) const {
  write(name + "/pyvenv.cfg", "home = /usr/bin\n");
  write(name + "/bin/python", "");
}

void Host::take_project(const std::string& folder, const std::string& checkout, const std::string& env_file) const {
  const fs::path source = fs::path(SOURCE_DIR) / "tests/hosts" / folder;
  const auto options = fs::copy_options::recursive | fs::copy_options::overwrite_existing;
  for (const std::string part : {"project", "update"}) fs::copy(source / part, project(), options);
  for (const auto& entry : fs::directory_iterator(source / "host")) {
    const std::string name = entry.path().filename().string();
    std::string text = files::read_text(entry.path(), 65536);
    replace_all(text, checkout, project().string());
    for (const std::string before : {":", "="}) replace_all(text, before + "PASSWORD", before + std::string(password));
    replace_all(text, "/etc/", (top_ / "etc").string() + "/");
    replace_all(text, "/usr/local/bin/", (top_ / "bin").string() + "/");
    std::string place = "other/" + name;
    if (name.ends_with(".service")) place = "units/" + name;
    if (name.ends_with(".cron")) place = "cron.d/" + entry.path().stem().string();
    if (name.ends_with("-dump")) place = "bin/" + name;
    if (name.ends_with(".env") || name == "dotenv") place = env_file;
    fs::create_directories(path(place).parent_path());
    std::ofstream(path(place), std::ios::binary) << text;
  }
  make_virtualenv();
}

HostPlaces Host::places() const {
  return {.units = {top_ / "units"},
          .jobs = {.crontabs = {top_ / "cron.d"}, .user_crontabs = {top_ / "crontabs"}, .scripts = {}},
          .bubblewrap = top_ / "bwrap",
          .postgresql_servers = top_ / "postgresql"};
}

std::string everything_of(const Survey& survey) {
  std::string text = policy_text(survey);
  for (const Discovery& one : survey.found) text += one.what + one.value + one.place.text();
  for (const Gap& gap : survey.gaps) text += gap.what + gap.advice;
  return text;
}

std::string found(const Survey& survey, const std::string& what) {
  const auto one = std::ranges::find(survey.found, what, &Discovery::what);
  return one == survey.found.end() ? "" : one->value;
}

}  // namespace orchestrate::init
