// Runs a shell command to its end and keeps what it printed: how tests meet a program as a user does.
#pragma once

#include <string>

namespace outflow::tests {

struct ShellRun {
  int exit_code = -1;  // also where the shell could not be started
  std::string out;     // standard output; the command's own redirections decide what else
};

[[nodiscard]] ShellRun run_shell(const std::string& command);

}  // namespace outflow::tests
