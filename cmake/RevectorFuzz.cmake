# SPDX-License-Identifier: BSD-2-Clause
# libFuzzer targets. The parser is compiled in once more, with coverage and both
# sanitizers; a fixed number of runs from a fixed seed is the test that everybody
# runs, and some time of new inputs, a minute unless SECONDS says else, one that is
# labelled slow.
include(CheckCSourceCompiles)
set(CMAKE_REQUIRED_FLAGS -fsanitize=fuzzer-no-link)
set(CMAKE_REQUIRED_LINK_OPTIONS -fsanitize=fuzzer)
check_c_source_compiles("
  int LLVMFuzzerTestOneInput(const unsigned char *d, unsigned long n) { return d && n && 0; }"
  REVECTOR_HAVE_FUZZER)
unset(CMAKE_REQUIRED_FLAGS)
unset(CMAKE_REQUIRED_LINK_OPTIONS)
if(REVECTOR_SANITIZE STREQUAL "thread")
  set(REVECTOR_HAVE_FUZZER FALSE) # the two exclude one another
endif()

# revector_fuzzer(TARGET SOURCES...)
function(revector_fuzzer target)
  add_executable(${target} ${ARGN})
  target_compile_options(${target} PRIVATE -g -O1 -fsanitize=fuzzer,address,undefined)
  target_link_options(${target} PRIVATE -fsanitize=fuzzer,address,undefined)
endfunction()

# revector_fuzz(TEST TARGET RUNS [SECONDS n] [CORPUS folder] [ENVIRONMENT setting]
#             [ARGUMENTS ...])
# What a run finds goes to a folder of its own below the build directory.
function(revector_fuzz test target runs)
  cmake_parse_arguments(PARSE_ARGV 3 it "" "SECONDS;CORPUS;ENVIRONMENT" "ARGUMENTS")
  if(NOT it_SECONDS)
    set(it_SECONDS 60)
  endif()
  set(found ${CMAKE_CURRENT_BINARY_DIR}/${target}.found/${test})
  file(MAKE_DIRECTORY ${found})
  add_test(NAME ${test} COMMAND ${target} -seed=1 -runs=${runs} -artifact_prefix=${found}-
           ${it_ARGUMENTS} ${found} ${it_CORPUS})
  add_test(NAME ${test}.new COMMAND ${target} -max_total_time=${it_SECONDS}
           -artifact_prefix=${found}- ${it_ARGUMENTS} ${found} ${it_CORPUS})
  set_tests_properties(${test} ${test}.new PROPERTIES LABELS fuzz ENVIRONMENT
    "UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1;${it_ENVIRONMENT}")
  set_tests_properties(${test}.new PROPERTIES LABELS "fuzz;slow")
endfunction()
