#pragma once

#include <string>
#include <vector>

namespace orchestrate {

inline const std::string start = R"(version: 1
app: magikal-bot
project:
  path: /home/magikalbot/magikal-bot
  user: magikalbot
migrations:
  command: [.venv/bin/python, -m, alembic]
  versions: migrations/versions
  database_url: ${ALEMBIC_DATABASE_URL}
)";

inline const std::string whole = start + "pipeline: [upgrade]\n";

/// A policy, and whether it is one. `stricter`: the loader refuses what a schema cannot see.
struct PolicyCase {
  enum class Verdict { good, bad, stricter };
  Verdict verdict;
  std::string text;
};

/// `start` with another command and what stands beside it.
inline std::string with_command(const std::string& yaml) {
  std::string text = start;
  const std::string line = "  command: [.venv/bin/python, -m, alembic]\n";
  return text.replace(text.find(line), line.size(), yaml) + "pipeline: [upgrade]\n";
}

inline const std::string night = "{from: 02:00, to: 05:00, timezone: Europe/Berlin}";

inline std::string stage(const std::string& yaml) {
  return start + "pipeline:\n  - " + yaml + "\n";
}

using enum PolicyCase::Verdict;
inline const std::vector<PolicyCase> policy_cases = {
    {good, whole},
    {good, stage("backup: {}")},
    {good, stage("backup:")},
    {good, stage("backup: ~")},
    {good, stage("backup")},
    {good, stage("backup: {name: nightly, timeout: 10min}")},
    {good, stage("backup: {check: /b/a.dump, max_age: 0, free_space: 0}")},
    {good, stage("backup: {check: '/b/a-{date}.dump', max_age: 90s, verify: matched, free_space: 1.5x}")},
    {good, stage("backup: {take: true, free_space: 10MB}")},
    {good, stage("review: {block: data-loss, lines: 0}")},
    {good, stage("review: {block: [data-loss, blocking-lock], lines: 999999999}")},
    {good, stage("restart: {unit: bot.service, after: [a@1.timer, b.socket]}")},
    {good, stage("restart: {unit: bot.service, probe: {http: 'http://h', within: 1s}}")},
    {good, stage("restart: {unit: bot.service, probe: }")},
    {bad, stage("restart: {unit: bot.service, probe: 'http://h'}")},
    {bad, stage("restart: {unit: bot.service, probe: {https: 'https://h'}}")},
    {bad, stage("restart: {unit: bot.service, probe: {within: 1}}")},
    {good, whole + "services: bot.service\n"},
    {good, whole + "services: [bot.service, worker@1.service]\n"},
    {good, whole + "services: []\n"},
    {good, whole + "postgres:\n"},
    {good, whole + "postgres: {bin: /opt/pg/bin}\n"},
    {good, "---\n" + whole + "...\n"},
    {good,
     start +
         "  schemas: [cfg, 2026, on]\n  direct_url: {name: app, port: 5432, password: '${P}'}\npipeline: [upgrade]\n"},
    {good, start + "  version_table: cfg.alembic_version\n  tool: alembic\npipeline: [upgrade]\n"},
    {good, with_command("  command: [make, migrate]\n  tool: command\n  python: .venv/bin/python\n")},
    {good, with_command("  command: [.venv/bin/python, -m, app.migrate]\n  tool: command\n"
                        "  downgrade: [.venv/bin/alembic, downgrade, '{target}']\n")},
    {good, whole + "window: " + night + "\n"},
    {good, whole + "window: {days: [Mon-Fri, Sun], from: '22:00', to: '24:00', timezone: UTC}\n"},
    {bad, whole + "window:\n"},
    {bad, whole + "window: {from: 02:00, to: 05:00}\n"},
    {bad, whole + "window: {from: 2:00, to: 05:00, timezone: UTC}\n"},
    {bad, whole + "window: {from: 24:00, to: 05:00, timezone: UTC}\n"},
    {bad, whole + "window: {days: [Monday], from: 02:00, to: 05:00, timezone: UTC}\n"},
    {stricter, whole + "window: {from: 02:00, to: 02:00, timezone: UTC}\n"},
    {stricter, whole + "window: {from: 02:00, to: 05:00, timezone: Europe/Atlantis}\n"},
    {stricter, with_command("  command: [make, migrate]\n  tool: command\n")},
    {stricter, with_command("  command: [.venv/bin/python, -m, alembic]\n  downgrade: [make, '{target}']\n")},
    {stricter, with_command("  command: [.venv/bin/python, -m, x]\n  tool: command\n  downgrade: [make, rollback]\n")},
    {bad, ""},
    {bad, "- version\n"},
    {bad, start},
    {bad, start + "pipeline:\n"},
    {bad, start + "pipeline: []\n"},
    {bad, start + "pipeline: upgrade\n"},
    {bad, whole + "notify: {}\n"},
    {bad, whole + "services: bot\n"},
    {bad, whole + "services: [bot.service, bot.service]\n"},
    {bad, whole + "services: [[bot.service]]\n"},
    {bad, whole + "services: {bot: service}\n"},
    {bad, whole + "postgres: {bin: bin}\n"},
    {bad, whole + "postgres: []\n"},
    {bad, start + "  tool: flyway\npipeline: [upgrade]\n"},
    {bad, start + "  version_table: a.b.c\npipeline: [upgrade]\n"},
    {bad, start + "  direct_url: {port: 5432}\npipeline: [upgrade]\n"},
    {bad, start + "  direct_url: {name: app, password: hunter2}\npipeline: [upgrade]\n"},
    {bad, start + "  direct_url: [x]\npipeline: [upgrade]\n"},
    {bad, stage("restart")},
    {bad, stage("restart: {}")},
    {bad, stage("restart:")},
    {bad, stage("rehearsal")},
    {bad, stage("rehearsal: {}")},
    {bad, stage("[backup]")},
    {bad, stage("{}")},
    {bad, stage("{backup: {}, review: {}}")},
    {bad, stage("backup: yes please")},
    {bad, stage("backup: []")},
    {bad, stage("backup: {max_age: 26}")},
    {bad, stage("backup: {max_age: 26 h}")},
    {bad, stage("backup: {max_age: 1:30}")},
    {bad, stage("backup: {max_age: -1h}")},
    {bad, stage("backup: {max_age: 1.5h}")},
    {bad, stage("backup: {max_age: 26m}")},
    {bad, stage("backup: {max_age: ~}")},
    {bad, stage("backup: {free_space: 10}")},
    {bad, stage("backup: {free_space: 0x}")},
    {bad, stage("backup: {free_space: 10 MB}")},
    {bad, stage("backup: {take: 'true'}")},
    {bad, stage("backup: {take: yes}")},
    {bad, stage("backup: {take: on}")},
    {bad, stage("backup: {take: 1}")},
    {bad, stage("backup: {check: ~/b.dump}")},
    {bad, stage("backup: {check: [a]}")},
    {bad, stage("backup: {verify: Intact}")},
    {bad, stage("backup: {timeout: 0}")},
    {bad, stage("backup: {timeout: 0s}")},
    {bad, stage("backup: {name: A B}")},
    {bad, stage("review: {lines: '120'}")},
    {bad, stage("review: {lines: -1}")},
    {bad, stage("review: {lines: 1.5}")},
    {bad, stage("review: {lines: many}")},
    {bad, stage("review: {block: [data-loss, data-loss]}")},
    {bad, stage("review: {block: everything}")},
    {bad, stage("restart: {unit: bot}")},
    {bad, stage("restart: {unit: '@.service'}")},
    {bad, stage("restart: {unit: a b.service}")},
    {stricter, whole + "app: again\n"},
    {stricter, whole + "services: &a [x.service]\n"},
    {stricter, whole + "services: !!seq [x.service]\n"},
    {stricter, start + "pipeline: [upgrade, upgrade]\n"},
    {stricter, stage("backup: {check: /a, take: true}")},
    {stricter, stage("review: {lines: 0o17}")},
    {stricter, stage("review: {lines: 0x11}")},
    {stricter, stage("review: {lines: 12.0}")},
    {stricter, start + "  direct_url: postgresql://bot:hunter2@db/app\npipeline: [upgrade]\n"},
    {stricter, start + "  direct_url: postgresql://${U\npipeline: [upgrade]\n"},
};

}  // namespace orchestrate
