// outflow: composition only. Every command lives in app/commands.
#include <clocale>
#include <cstdio>
#include <exception>

#include "app/command.h"
#include "app/exit_code.h"
#include "app/version.h"

int main(int argc, char** argv) {
  using namespace outflow::app;
  std::setlocale(LC_CTYPE, "C.UTF-8");
  int exit_code = kExitOk;
  CLI::App root{"Outflow watches who takes records out of a CRM, and says when it stops being normal.", "outflow"};
  root.set_version_flag("--version", version());
  root.require_subcommand(1);
  root.failure_message(CLI::FailureMessage::simple);
  add_run_command(root, exit_code);
  add_replay_command(root, exit_code);
  add_decode_command(root, exit_code);
  add_volumes_command(root, exit_code);
  add_inventory_command(root, exit_code);
  add_coverage_command(root, exit_code);
  add_hunt_command(root, exit_code);
  add_check_command(root, exit_code);
  add_ingest_command(root, exit_code);
  add_version_command(root, exit_code);
  try {
    root.parse(argc, argv);
  } catch (const CLI::RequiredError& error) {
    if (argc > 1 && argv[1][0] != '-' && root.get_subcommands().empty()) {
      std::fprintf(stderr, "outflow: there is no command '%s'\nRun with --help for the commands there are.\n", argv[1]);
      return kExitUsage;
    }
    root.exit(error);
    return kExitUsage;
  } catch (const CLI::ParseError& error) {
    return root.exit(error) == 0 ? kExitOk : kExitUsage;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "outflow: %s\n", error.what());
    return kExitFailure;
  }
  return exit_code;
}
