# What every target of ours has in common.
add_library(orchestrate_options INTERFACE)
target_compile_options(orchestrate_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor -Woverloaded-virtual -Werror
  # g++ 12 warns falsely on coroutine frames and on std::string (gcc bug 105651 and its kin at -O3).
  $<$<CXX_COMPILER_ID:GNU>:-Wno-mismatched-new-delete -Wno-restrict -Wno-maybe-uninitialized>
  # clang finds what libstdc++ 12 itself uses in std::stable_sort.
  $<$<CXX_COMPILER_ID:Clang>:-Wno-deprecated-declarations>
  # Designated initialisers leave the rest to its default on purpose.
  -Wno-missing-field-initializers)
target_include_directories(orchestrate_options INTERFACE ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/src)
if(ORCHESTRATE_SANITIZE)
  target_compile_options(orchestrate_options INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=undefined
                                                       -fno-omit-frame-pointer)
  target_link_options(orchestrate_options INTERFACE -fsanitize=address,undefined)
endif()
if(ORCHESTRATE_FUZZ)
  target_compile_options(orchestrate_options INTERFACE
    -O1 -gline-tables-only -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined)
  # Boost 1.74 does not know that this clang has the coroutines of C++20.
  target_compile_definitions(orchestrate_options INTERFACE FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
    BOOST_ASIO_HAS_CO_AWAIT BOOST_ASIO_HAS_STD_COROUTINE)
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
