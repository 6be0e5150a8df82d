#pragma once

#include "cli/arguments.hpp"

namespace orchestrate::cli {

// One function per verb; each returns the exit code, or throws Error.
int apply(const Arguments& arguments);
int plan(const Arguments& arguments);
int init(const Arguments& arguments);
int backups(const Arguments& arguments);
int check(const Arguments& arguments);
int doctor(const Arguments& arguments);
int schema(const Arguments& arguments);
int approve(const Arguments& arguments);
int status(const Arguments& arguments);
int history(const Arguments& arguments);
int show(const Arguments& arguments);
int logs(const Arguments& arguments);
int resume(const Arguments& arguments);
int abort(const Arguments& arguments);
int confirm(const Arguments& arguments);
int cancel(const Arguments& arguments);
int review(const Arguments& arguments);
int rules(const Arguments& arguments);
int downgrade(const Arguments& arguments);
int expire(const Arguments& arguments);
int gate(const Arguments& arguments);
int stamp(const Arguments& arguments);
int verify_backup(const Arguments& arguments);
int worker(const Arguments& arguments);
int adopt(const Arguments& arguments);
int drift(const Arguments& arguments);
int rehearse(const Arguments& arguments);
int restart(const Arguments& arguments);
int restore(const Arguments& arguments);
int rollback(const Arguments& arguments);
int revisions(const Arguments& arguments);

}  // namespace orchestrate::cli
