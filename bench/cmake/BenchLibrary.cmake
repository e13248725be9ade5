# One way to declare a room: bench_library(name SOURCES … USES … TESTS …) makes the target
# bench_<name>, its alias bench::<name>, and one test program of the *_test.cpp files beside the
# sources. Compiler flags live on the interface target bench_flags only.

option(BUILD_TESTING "Build the tests" OFF)
set(BENCH_SANITIZERS "" CACHE STRING "Sanitizers, as for -fsanitize=")

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

add_library(bench_flags INTERFACE)
target_include_directories(bench_flags INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(bench_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual
  -Wdouble-promotion -Wimplicit-fallthrough -Wundef -Werror
  # Of GCC 12 alone and wrong: PR 105562 (std::optional that is looked at before it is read) and PR 105651
  # (joining a literal and a std::string).
  -Wno-maybe-uninitialized -Wno-restrict
  # Same bits on every build: no fused multiply-add that one machine has and another has not.
  -ffp-contract=off)
if(BENCH_SANITIZERS)
  target_compile_options(bench_flags INTERFACE
    -fsanitize=${BENCH_SANITIZERS} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(bench_flags INTERFACE -fsanitize=${BENCH_SANITIZERS})
endif()

# bench_test(name SOURCES … USES … [TIMEOUT seconds]): a GoogleTest program, each test a ctest entry.
function(bench_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;USES" ${ARGN})
  if(NOT BUILD_TESTING)
    return()
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 60)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE bench_flags ${ARG_USES} GTest::gmock GTest::gtest_main)
  target_compile_definitions(${name} PRIVATE BENCH_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST PROPERTIES TIMEOUT ${ARG_TIMEOUT})
endfunction()

function(bench_library name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;USES;TESTS" ${ARGN})
  if(ARG_SOURCES)
    add_library(bench_${name} STATIC ${ARG_SOURCES})
    target_link_libraries(bench_${name} PUBLIC bench_flags ${ARG_USES})
  else()
    add_library(bench_${name} INTERFACE)
    target_link_libraries(bench_${name} INTERFACE bench_flags ${ARG_USES})
  endif()
  add_library(bench::${name} ALIAS bench_${name})
  if(ARG_TESTS)
    bench_test(${name}_test SOURCES ${ARG_TESTS} USES bench::${name} TIMEOUT ${ARG_TIMEOUT})
  endif()
endfunction()
