#include "tests/support/shell_run.h"

#include <sys/wait.h>

#include <array>
#include <cstdio>

namespace outflow::tests {

ShellRun run_shell(const std::string& command) {
  ShellRun run;
  FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return run;
  std::array<char, 4096> buffer{};
  for (std::size_t count = 0; (count = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) {
    run.out.append(buffer.data(), count);
  }
  run.exit_code = WEXITSTATUS(::pclose(pipe));
  return run;
}

}  // namespace outflow::tests
