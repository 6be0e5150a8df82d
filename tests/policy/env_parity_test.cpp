#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "env_cases.hpp"
#include "orchestrate/json.hpp"
#include "policy/env_readers.hpp"
#include "run.hpp"
#include "temporary_directory.hpp"

namespace orchestrate {
namespace {

using namespace std::string_literals;
using Values = std::map<std::string, std::string>;

Values values_of(const EnvReading& reading) {
  Values values;
  for (const EnvAssignment& assignment : reading.assignments)
    if (assignment.value)
      values.insert_or_assign(assignment.name, *assignment.value);
    else
      values.erase(assignment.name);
  return values;
}

Values without(Values values, const std::vector<std::string>& names) {
  for (const std::string& name : names) values.erase(name);
  return values;
}

/// systemd's own function, from the library that its service manager is linked with: 252 and 257 on Debian 12 and 13.
class SystemdLibrary {
 public:
  using LoadEnvFile = int (*)(FILE*, const char*, char***);
  SystemdLibrary() : library_(nullptr) {
    for (const char* version : {"252", "257"})
      if (library_ == nullptr)
        library_ =
            dlopen(("/usr/lib/x86_64-linux-gnu/systemd/libsystemd-shared-"s + version + ".so").c_str(), RTLD_NOW);
  }
  SystemdLibrary(const SystemdLibrary&) = delete;
  SystemdLibrary& operator=(const SystemdLibrary&) = delete;
  ~SystemdLibrary() {
    if (library_) dlclose(library_);
  }
  LoadEnvFile load_env_file() const {
    return library_ ? reinterpret_cast<LoadEnvFile>(dlsym(library_, "load_env_file")) : nullptr;
  }

 private:
  void* library_;
};

TEST(EnvFileParity, SystemdReadsTheSame) {
  const SystemdLibrary library;
  const auto load_env_file = library.load_env_file();
  if (!load_env_file) GTEST_SKIP() << "SystemdReadsTheSame: libsystemd-shared is not installed";
  const TemporaryDirectory directory;
  for (const EnvCase& env : env_cases) {
    char** list = nullptr;
    ASSERT_EQ(load_env_file(nullptr, directory.write("env", env.text).c_str(), &list), 0) << env.name;
    Values real;
    for (char** item = list; item && *item; ++item) {
      const std::string assignment = *item;
      const std::size_t equals = assignment.find('=');
      // systemd drops these only when it makes the service's environment.
      if (is_variable_name(assignment.substr(0, equals)))
        real[assignment.substr(0, equals)] = assignment.substr(equals + 1);
      free(*item);
    }
    free(list);
    const EnvReading ours = read_as_systemd(env.text);
    std::vector<std::string> unforeseen;  // depends on the version
    for (const EnvAssignment& assignment : ours.assignments)
      if (!assignment.value) unforeseen.push_back(assignment.name);
    EXPECT_EQ(values_of(ours), without(real, unforeseen)) << env.name << "\n" << env.text;
  }
}

TEST(EnvFileParity, PythonDotenvReadsTheSame) {
  if (run("/usr/bin/python3 -c 'import dotenv' 2>/dev/null").status != 0)
    GTEST_SKIP() << "PythonDotenvReadsTheSame: python3-dotenv is not installed";
  const TemporaryDirectory directory;
  Json texts = Json::array();
  for (const EnvCase& env : env_cases) texts.push(env.text);
  const auto input = directory.write("cases.json", to_text(texts));
  const auto script = directory.write("read.py", R"(
import json, logging, os, sys
from dotenv import dotenv_values
logging.disable()
os.environ.clear()
results = []
for text in json.load(open(sys.argv[1])):
    with open(sys.argv[1] + '.env', 'w', newline='') as file:
        file.write(text)
    results.append({k: v for k, v in dotenv_values(sys.argv[1] + '.env').items() if v is not None})
print(json.dumps(results))
)");
  const Json results = parse_json(run("/usr/bin/python3 " + script.string() + " " + input.string()).out);
  for (std::size_t i = 0; i < env_cases.size(); ++i) {
    Values real;
    for (const auto& [name, value] : results.as_array()[i].as_object()) real[name] = value.as_string();
    const EnvReading ours = read_as_dotenv(with_unix_lines(env_cases[i].text));
    std::vector<std::string> unforeseen;  // depends on the environment; real had an empty one
    for (const EnvAssignment& assignment : ours.assignments)
      if (!assignment.value) unforeseen.push_back(assignment.name);
    EXPECT_EQ(values_of(ours), without(real, unforeseen)) << env_cases[i].name << "\n" << env_cases[i].text;
  }
}

TEST(EnvFileParity, AShellReadsTheSame) {
  const TemporaryDirectory directory;
  for (const EnvCase& env : env_cases) {
    const auto file = directory.write("env", env.text);
    const Ran ran = run("env -i HOME=/root sh -c 'set -a; . " + file.string() + "; env -0' 2>/dev/null");
    Values real;
    for (std::size_t at = 0; at < ran.out.size();) {
      const std::string assignment = ran.out.c_str() + at;
      at += assignment.size() + 1;
      real[assignment.substr(0, assignment.find('='))] = assignment.substr(assignment.find('=') + 1);
    }
    const EnvReading ours = read_as_shell(env.text);
    std::vector<std::string> unforeseen = {"PWD", "HOME", "_", "OLDPWD"};
    for (const EnvAssignment& assignment : ours.assignments)
      if (!assignment.value) unforeseen.push_back(assignment.name);
    // A file that the shell refuses as a whole sets nothing.
    if (ran.status == 0) {
      EXPECT_EQ(values_of(ours), without(real, unforeseen)) << env.name << "\n" << env.text;
    } else {
      EXPECT_FALSE(ours.faults.empty()) << env.name << "\n" << env.text;
    }
  }
}

}  // namespace
}  // namespace orchestrate
