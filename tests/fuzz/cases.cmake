# The corpora are replayed and each target is fuzzed for a while, as scripts/fuzz does it: with clang, in a build of its
# own. Reported as skipped where there is no clang with libFuzzer.
set(fuzz ${PROJECT_SOURCE_DIR}/scripts/fuzz)
add_test(NAME fuzz.build COMMAND ${fuzz} build)
set_tests_properties(fuzz.build PROPERTIES FIXTURES_SETUP fuzz TIMEOUT 600 PROCESSORS 2)
foreach(target sql syntax_tree interpreter version_file)
  add_test(NAME fuzz.${target} COMMAND ${fuzz} ${target} 10)
  set_tests_properties(fuzz.${target} PROPERTIES FIXTURES_REQUIRED fuzz TIMEOUT 120)
  list(APPEND cases fuzz.${target})
endforeach()
set_tests_properties(fuzz.build ${cases} PROPERTIES LABELS fuzz SKIP_RETURN_CODE 77)
