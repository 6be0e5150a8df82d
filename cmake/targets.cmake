# What every target of ours has in common.
add_library(orchestrate_options INTERFACE)
target_compile_options(orchestrate_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor -Woverloaded-virtual -Werror
  # g++ 12 warns falsely on coroutine frames and on std::string (gcc bug 105651 and its kin at -O3).
  -Wno-mismatched-new-delete -Wno-restrict -Wno-maybe-uninitialized
  # Designated initialisers leave the rest to its default on purpose.
  -Wno-missing-field-initializers)
target_include_directories(orchestrate_options INTERFACE ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/src)
if(ORCHESTRATE_SANITIZE)
  target_compile_options(orchestrate_options INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=undefined
                                                       -fno-omit-frame-pointer)
  target_link_options(orchestrate_options INTERFACE -fsanitize=address,undefined)
endif()

# orchestrate_library(NAME SOURCES a.cpp ... [LIBRARIES ...] [PRIVATE ...])
# LIBRARIES are ours and seen by users of NAME; PRIVATE ones are third-party, seen by nobody else.
function(orchestrate_library NAME)
  cmake_parse_arguments(ARG "" "" "SOURCES;LIBRARIES;PRIVATE" ${ARGN})
  add_library(${NAME} STATIC ${ARG_SOURCES})
  target_link_libraries(${NAME} PUBLIC orchestrate_options Boost::headers Threads::Threads ${ARG_LIBRARIES}
                                PRIVATE fmt::fmt ${ARG_PRIVATE})
endfunction()

# orchestrate_test(NAME SOURCES a.cpp ... LIBRARIES ... [PRIVATE ...] [LABEL fast|host|long] [ENVIRONMENT A=B ...])
# One program per folder; each TEST is its own ctest case.
function(orchestrate_test NAME)
  cmake_parse_arguments(ARG "" "LABEL" "SOURCES;LIBRARIES;PRIVATE;ENVIRONMENT" ${ARGN})
  if(NOT ARG_LABEL)
    set(ARG_LABEL fast)
  endif()
  add_executable(${NAME} ${ARG_SOURCES})
  target_link_libraries(${NAME} PRIVATE orchestrate_options ${ARG_LIBRARIES} ${ARG_PRIVATE} fmt::fmt GTest::gtest
                                        GTest::gmock GTest::gtest_main)
  gtest_discover_tests(${NAME} DISCOVERY_MODE PRE_TEST PROPERTIES LABELS ${ARG_LABEL} TIMEOUT 120
                       ENVIRONMENT "${ARG_ENVIRONMENT}")
endfunction()
