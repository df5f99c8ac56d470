# librdkafka: 2.2 or newer from OUTFLOW_DEPS (scripts/setup builds Debian 13's source package there once), else the
# distribution's own. Before 2.2 a full fetch queue pauses fetching for a fixed second (librdkafka issue 2879); a
# larger queue hides that at the cost of memory, so the older one works, with a warning.

if(DEFINED ENV{OUTFLOW_DEPS})
  set(_deps_default "$ENV{OUTFLOW_DEPS}")
elseif(DEFINED ENV{XDG_CACHE_HOME})
  set(_deps_default "$ENV{XDG_CACHE_HOME}/outflow/deps")
else()
  set(_deps_default "$ENV{HOME}/.cache/outflow/deps")
endif()
set(OUTFLOW_DEPS "${_deps_default}" CACHE PATH "Where scripts/setup keeps what it built")

file(GLOB _rdkafka_prefixes "${OUTFLOW_DEPS}/librdkafka-*")
list(SORT _rdkafka_prefixes COMPARE NATURAL ORDER DESCENDING)
add_library(outflow_rdkafka INTERFACE)
foreach(_prefix IN LISTS _rdkafka_prefixes)
  if(EXISTS "${_prefix}/lib/librdkafka.a" AND EXISTS "${_prefix}/include/librdkafka/rdkafka.h")
    pkg_check_modules(RDKAFKA_DEPS REQUIRED IMPORTED_TARGET libssl libcrypto zlib libzstd liblz4 libsasl2)
    target_include_directories(outflow_rdkafka SYSTEM INTERFACE "${_prefix}/include")
    target_link_libraries(outflow_rdkafka INTERFACE "${_prefix}/lib/librdkafka.a" PkgConfig::RDKAFKA_DEPS
                          Threads::Threads ${CMAKE_DL_LIBS} m)
    set(OUTFLOW_RDKAFKA_FOUND "${_prefix}")
    break()
  endif()
endforeach()
if(NOT OUTFLOW_RDKAFKA_FOUND)
  pkg_check_modules(RDKAFKA REQUIRED IMPORTED_TARGET rdkafka)
  target_link_libraries(outflow_rdkafka INTERFACE PkgConfig::RDKAFKA)
  if(RDKAFKA_VERSION VERSION_LESS 2.2)
    message(WARNING "librdkafka ${RDKAFKA_VERSION} is older than 2.2: Outflow will use a 1 GiB fetch queue "
                    "(scripts/setup builds a newer one)")
  endif()
  set(OUTFLOW_RDKAFKA_FOUND "system ${RDKAFKA_VERSION}")
endif()
message(STATUS "librdkafka: ${OUTFLOW_RDKAFKA_FOUND}")
