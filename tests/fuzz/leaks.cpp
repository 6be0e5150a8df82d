/// libpg_query 15 loses the empty text of stderr for each body in PL/pgSQL that it does not understand: a byte.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() {
  return "leak:libpg_query";
}
