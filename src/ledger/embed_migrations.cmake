# cmake -DDIRECTORY=... -DOUTPUT=... -P embed_migrations.cmake
# Writes the numbered SQL files into a .cpp, so that nothing has to be found at run time.
file(GLOB FILES ${DIRECTORY}/*.sql)
list(SORT FILES)
set(NUMBER 0)
set(LITERALS "")
foreach(FILE ${FILES})
  math(EXPR NUMBER "${NUMBER} + 1")
  get_filename_component(NAME ${FILE} NAME)
  string(REGEX MATCH "^[0-9]+" FOUND ${NAME})
  string(REGEX REPLACE "^0+" "" FOUND "${FOUND}")
  if(NOT FOUND STREQUAL NUMBER)
    message(FATAL_ERROR "${FILE}: migrations are numbered without a gap; expected number ${NUMBER}")
  endif()
  file(READ ${FILE} SQL)
  string(APPEND LITERALS "    R\"sql(${SQL})sql\",\n")
endforeach()
file(WRITE ${OUTPUT} "// Made from migrations/*.sql by embed_migrations.cmake.
#include \"ledger/migrations.hpp\"

namespace orchestrate {
namespace {
constexpr std::string_view scripts[] = {
${LITERALS}};
}  // namespace

std::span<const std::string_view> ledger_migrations() {
  return scripts;
}

}  // namespace orchestrate
")
