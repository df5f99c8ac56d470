// ChildProcess: a program started by a test, its stderr in a file. Killed, if need be, by the destructor.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace outflow::testing {

class ChildProcess {
 public:
  // Its standard error goes to `log` (appended), its standard output nowhere.
  ChildProcess(const std::vector<std::string>& command, std::string log);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  void signal(int number) const;
  [[nodiscard]] bool running();
  // Exit code, or 128 + the signal; nullopt where it still runs after `timeout_ms`.
  std::optional<int> wait(int timeout_ms);
  [[nodiscard]] std::string log() const;
  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = -1;
  std::string log_path_;
  std::optional<int> exit_code_;
};

}  // namespace outflow::testing
