# How our own targets are compiled: C++20, warnings as errors, one of the sanitizers, ccache where it is found.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

set(OUTFLOW_SANITIZE "" CACHE STRING "Sanitizers, comma separated: address,undefined or thread or fuzzer-no-link,address")
option(OUTFLOW_COVERAGE "Instrument for coverage" OFF)
option(OUTFLOW_FUZZERS "Build the libFuzzer targets (clang)" OFF)
option(OUTFLOW_BENCHMARKS "Build the benchmarks" ON)

find_program(OUTFLOW_CCACHE ccache)
if(OUTFLOW_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${OUTFLOW_CCACHE}")
endif()

# Warnings: for our own targets only.
add_library(outflow_warnings INTERFACE)
target_compile_options(outflow_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Werror -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Wcast-align -Woverloaded-virtual
  -Wconversion -Wno-sign-conversion -Wnull-dereference -Wformat=2 -Wimplicit-fallthrough)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 reports std::string and std::optional internals under -O2 (gcc bugs 105329, 105562, 80635).
  target_compile_options(outflow_warnings INTERFACE
    -Wno-restrict -Wno-maybe-uninitialized -Wno-null-dereference -Wno-stringop-overflow -Wno-array-bounds)
endif()

if(OUTFLOW_SANITIZE)
  string(REPLACE "," ";" _sanitizers "${OUTFLOW_SANITIZE}")
  add_compile_options(-fsanitize=${OUTFLOW_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${OUTFLOW_SANITIZE})
  if("undefined" IN_LIST _sanitizers)
    add_compile_options(-fno-sanitize-recover=undefined)
  endif()
endif()
if(OUTFLOW_COVERAGE)
  add_compile_options(--coverage -fprofile-update=atomic)
  add_link_options(--coverage)
endif()

# One static library a layer; sources are every .cc below its folder (app/main.cc is the program's).
function(outflow_layer name)
  cmake_parse_arguments(ARG "" "" "DEPENDS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/${name}/*.cc")
  list(FILTER sources EXCLUDE REGEX "app/main\\.cc$")
  add_library(outflow_${name} STATIC ${sources})
  target_include_directories(outflow_${name} PUBLIC "${CMAKE_SOURCE_DIR}")
  target_compile_definitions(outflow_${name} PRIVATE OUTFLOW_VERSION="${PROJECT_VERSION}")
  target_link_libraries(outflow_${name} PUBLIC ${ARG_DEPENDS} PRIVATE outflow_warnings)
endfunction()
