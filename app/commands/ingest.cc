#include "app/command.h"

namespace outflow::app {

void add_ingest_command(CLI::App& root, int& exit_code) {
  (void)root;
  (void)exit_code;
}

}  // namespace outflow::app
