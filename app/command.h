// The commands of `outflow`. Each registers its options with the command line and, when chosen, runs.
//
// A command prints data on stdout and everything else on stderr, and returns its exit code through `exit_code`.
// Nothing throws out of a command but CLI11's own parse errors.
#pragma once

#include <CLI/CLI.hpp>

namespace outflow::app {

void add_run_command(CLI::App& root, int& exit_code);
void add_replay_command(CLI::App& root, int& exit_code);
void add_decode_command(CLI::App& root, int& exit_code);
void add_volumes_command(CLI::App& root, int& exit_code);
void add_inventory_command(CLI::App& root, int& exit_code);
void add_coverage_command(CLI::App& root, int& exit_code);
void add_hunt_command(CLI::App& root, int& exit_code);
void add_check_command(CLI::App& root, int& exit_code);
void add_ingest_command(CLI::App& root, int& exit_code);
void add_version_command(CLI::App& root, int& exit_code);

}  // namespace outflow::app
