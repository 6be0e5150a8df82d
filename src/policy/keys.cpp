#include "policy/keys.hpp"

#include <array>
#include <string_view>

namespace orchestrate {
namespace {

using enum ValueType;
constexpr auto required = Presence::required;
constexpr auto optional = Presence::optional;

constexpr std::array<std::string_view, 1> versions = {"1"};
constexpr std::array<std::string_view, 2> tools = {"alembic", "command"};
constexpr std::array<std::string_view, 2> gate_answers = {"deny", "allow"};
constexpr std::array<std::string_view, 3> remedies = {"hold", "restore", "downgrade"};
constexpr std::array<std::string_view, 3> dialects = {"systemd", "dotenv", "app"};

constexpr std::string_view variable = "[A-Za-z_][A-Za-z0-9_]*";
constexpr std::string_view day_range = "(Mon|Tue|Wed|Thu|Fri|Sat|Sun)(-(Mon|Tue|Wed|Thu|Fri|Sat|Sun))?";
constexpr std::string_view clock_time = "([01][0-9]|2[0-3]):[0-5][0-9]";
constexpr std::string_view clock_end = "(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)";
constexpr std::string_view absolute = "/[^\\x00-\\x1f]*";
constexpr std::string_view absolute_form = "an absolute path";

constexpr std::array<Key, 2> env_file_keys = {{
    {"path", path, required, "", "The file with the application's environment."},
    {"dialect", choice, required, "",
     "How the file is read: as systemd's EnvironmentFile=, as python-dotenv does, or by the application itself.",
     dialects},
}};

constexpr std::array<Key, 4> project_keys = {{
    {"path", path, required, "", "The project's directory; relative paths start here.", {}, absolute, absolute_form},
    {"user",
     text,
     required,
     "",
     "The unprivileged user who runs the project's commands.",
     {},
     "(?!root$)[A-Za-z_][A-Za-z0-9_.-]{0,31}",
     "a unix user name other than root"},
    {"env_file",
     section,
     optional,
     "",
     "Where the application's environment comes from.",
     {},
     "",
     "",
     [] { return std::span<const Key>(env_file_keys); }},
    {"required_settings",
     text_list,
     optional,
     "",
     "Variables that the env file must set, since the application does not load without them.",
     {},
     variable,
     "the name of a variable, such as SECRET_KEY"},
}};

constexpr std::array<Key, 6> url_keys = {{
    {"user", text, optional, "", "The database user."},
    {"password",
     text,
     optional,
     "",
     "The password, always by reference.",
     {},
     "[$][{][A-Za-z_][A-Za-z0-9_]*[}]",
     "a reference such as ${DB_PASSWORD}, for the policy is not secret"},
    {"host", text, optional, "", "The host, or the directory of a unix socket."},
    {"port", text, optional, "", "The port; 5432 when absent."},
    {"name", text, required, "", "The database."},
    {"driver", text, optional, "", "SQLAlchemy's driver, with which the migrations connect, such as asyncpg."},
}};
constexpr auto url_section = [] { return std::span<const Key>(url_keys); };

constexpr std::array<Key, 10> migration_keys = {{
    {"tool", choice, optional, "alembic",
     "What runs the upgrade: Alembic's own command line, or a command of the project, such as a make target.", tools},
    {"command", text_list, required, "",
     "The argument vector, run in project.path; a relative program is one of the project. Of tool alembic what comes "
     "before `upgrade REVISION`; of tool command the whole upgrade, with {target} where the revision stands."},
    {"downgrade", text_list, optional, "",
     "Of tool command: the argument vector that goes back to {target}; without it there is no way back by migration."},
    {"python", path, optional, "",
     "The project's interpreter, where the first word of the command is another program."},
    {"versions", path_list, required, "", "The directories of the version files."},
    {"database_url",
     url,
     required,
     "",
     "The URL that the migrations use: a text with ${NAME}, or its parts.",
     {},
     "",
     "",
     url_section},
    {"direct_url", url, optional, "", "The same database past its connection pooler.", {}, "", "", url_section},
    {"admin_url",
     url,
     optional,
     "",
     "The same server as a role that may create and rename databases, for `restore`; without it the app's own role.",
     {},
     "",
     "",
     url_section},
    {"version_table",
     text,
     optional,
     "public.alembic_version",
     "The table that holds the revision, with its schema.",
     {},
     "([A-Za-z_][A-Za-z0-9_$]*[.])?[A-Za-z_][A-Za-z0-9_$]*",
     "TABLE or SCHEMA.TABLE"},
    {"schemas", text_list, optional, "[public]", "The schemas that migrations may change; elsewhere is a red flag."},
}};

constexpr std::array<Key, 2> postgres_keys = {{
    {"bin",
     path,
     optional,
     "",
     "The directory of pg_dump and pg_restore, where it is not the server's major version's.",
     {},
     absolute,
     absolute_form},
    {"preload",
     text_list,
     optional,
     "",
     "Libraries of production's shared_preload_libraries, for extensions that ask for it in a throw-away server.",
     {},
     "[A-Za-z0-9_./$-]+",
     "the name of a library"},
}};

constexpr std::array<Key, 4> window_keys = {{
    {"days",
     text_list,
     optional,
     "[Mon-Sun]",
     "The days on which it opens.",
     {},
     day_range,
     "a day or a range of days, such as Sat or Mon-Fri"},
    {"from", text, required, "", "When it opens, by the clocks of the zone.", {}, clock_time, "a time such as 02:00"},
    {"to",
     text,
     required,
     "",
     "When no upgrade may begin any more; a time before `from` is on the next day.",
     {},
     clock_end,
     "a time such as 05:00, at most 24:00"},
    {"timezone", text, required, "", "A zone of the system, such as Europe/Berlin or UTC."},
}};

constexpr std::array<Key, 3> gate_keys = {{
    {"behind", choice, optional, "deny", "Revisions are pending.", gate_answers},
    {"ahead", choice, optional, "deny", "The database is at a revision that no version file is.", gate_answers},
    {"unknown", choice, optional, "deny", "Nobody can tell: the database does not answer, or files cannot be read.",
     gate_answers},
}};

constexpr std::array<Key, 2> on_failure_keys = {{
    {"upgrade", choice, optional, "hold", "The upgrade was left half done.", remedies},
    {"after_upgrade", choice, optional, "hold", "The upgrade is complete, and a stage after it failed.", remedies},
}};

constexpr std::array<Key, 10> top_keys = {{
    {"version", integer, required, "", "The version of the policy format.", versions},
    {"app",
     text,
     required,
     "",
     "The application's name.",
     {},
     "[a-z0-9][a-z0-9._-]{0,63}",
     "a name of lower-case letters, digits, '.', '_' and '-'"},
    {"project",
     section,
     required,
     "",
     "Where the application lives and as whom it runs.",
     {},
     "",
     "",
     [] { return std::span<const Key>(project_keys); }},
    {"migrations",
     section,
     required,
     "",
     "How the migrations run and where they go.",
     {},
     "",
     "",
     [] { return std::span<const Key>(migration_keys); }},
    {"services", unit_list, optional, "", "The systemd units that use the database."},
    {"postgres",
     section,
     optional,
     "",
     "PostgreSQL's own programs.",
     {},
     "",
     "",
     [] { return std::span<const Key>(postgres_keys); }},
    {"window",
     section,
     optional,
     "",
     "When upgrades may begin; at any time when absent.",
     {},
     "",
     "",
     [] { return std::span<const Key>(window_keys); }},
    {"gate",
     section,
     optional,
     "",
     "Whether a service may start that asks `orchestrate gate` while the schema is not what its code wants.",
     {},
     "",
     "",
     [] { return std::span<const Key>(gate_keys); }},
    {"on_failure",
     section,
     optional,
     "",
     "What becomes, at most once and without a person, of a run that failed and left the database changed: it is held, "
     "the dump that it took is restored, or its revisions are downgraded where that loses nothing.",
     {},
     "",
     "",
     [] { return std::span<const Key>(on_failure_keys); }},
    {"pipeline", pipeline, required, "", "The stages in their order."},
}};

constexpr std::array<Key, 2> stage_keys = {{
    {"name",
     text,
     optional,
     "",
     "Tells two stages of a kind apart; the kind when absent.",
     {},
     "[a-z0-9][a-z0-9_-]{0,63}",
     "a name of lower-case letters, digits, '_' and '-'"},
    {"timeout",
     duration,
     optional,
     "",
     "When the stage has not ended by then, it is stopped and has failed.",
     {},
     "0*[1-9][0-9]*(ms|s|min|h|d)",
     "a duration longer than 0 with its unit (ms, s, min, h, d), such as 10min"},
}};

}  // namespace

std::span<const Key> policy_keys() {
  return top_keys;
}

std::span<const Key> common_stage_keys() {
  return stage_keys;
}

}  // namespace orchestrate
