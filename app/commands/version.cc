#include <cstdio>
#include <string>

#include <librdkafka/rdkafka.h>
#include <rocksdb/version.h>
#include <simdjson.h>

#include "app/command.h"
#include "app/exit_code.h"
#include "app/version.h"

namespace outflow::app {

std::string version() {
  return OUTFLOW_VERSION;
}

void add_version_command(CLI::App& root, int& exit_code) {
  CLI::App* command = root.add_subcommand("version", "Print the version of outflow and of the libraries it runs on");
  command->callback([&exit_code] {
    std::printf("outflow %s\nlibrdkafka %s\nRocksDB %d.%d.%d\nsimdjson %s (%s)\n", version().c_str(),
                rd_kafka_version_str(), ROCKSDB_MAJOR, ROCKSDB_MINOR, ROCKSDB_PATCH,
                SIMDJSON_STRINGIFY(SIMDJSON_VERSION), simdjson::get_active_implementation()->name().c_str());
    exit_code = kExitOk;
  });
}

}  // namespace outflow::app
