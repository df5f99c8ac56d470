// SIGINT and SIGTERM as a flag. The first asks to drain; a second SIGINT ends the process at once with 130.
//
// Construct before any other thread, so that all inherit the blocked signals; one instance a process.
#pragma once

#include <atomic>
#include <functional>
#include <thread>

namespace outflow::app {

class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  [[nodiscard]] const std::atomic<bool>& requested() const { return requested_; }

 private:
  void watch();

  std::atomic<bool> requested_{false};
  std::atomic<bool> ending_{false};
  std::thread thread_;
};

}  // namespace outflow::app
