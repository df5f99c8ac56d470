# Third-party libraries. All come from the distribution but librdkafka, of which a newer one is preferred.

find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(Eigen3 REQUIRED NO_MODULE)
find_package(simdjson REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(CLI11 REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(prometheus-cpp REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(ZLIB REQUIRED)
find_package(absl REQUIRED)
find_package(RocksDB REQUIRED)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(XXHASH REQUIRED IMPORTED_TARGET libxxhash)
# Its flags matter: the library is compiled with TLS and gzip, and its types differ without them.
pkg_check_modules(HTTPLIB REQUIRED IMPORTED_TARGET cpp-httplib)
pkg_check_modules(SYSTEMD REQUIRED IMPORTED_TARGET libsystemd)
include(FindOutflowRdKafka)

# Header-only use (XXH_INLINE_ALL): nothing to link.
add_library(outflow_xxhash INTERFACE)
target_link_libraries(outflow_xxhash INTERFACE absl::flat_hash_map absl::flat_hash_set)

add_library(outflow_third_party INTERFACE)
target_link_libraries(outflow_third_party INTERFACE
  Threads::Threads simdjson::simdjson nlohmann_json::nlohmann_json fmt::fmt spdlog::spdlog
  prometheus-cpp::core OpenSSL::SSL OpenSSL::Crypto ZLIB::ZLIB PkgConfig::ZSTD PkgConfig::SYSTEMD PkgConfig::HTTPLIB
  RocksDB::rocksdb-shared outflow_rdkafka)
