// A real Prometheus (Debian's, unpacked by scripts/setup.d/prometheus) and promtool, for tests.
//
// Listens on a free port of 127.0.0.1, keeps its data in a temporary folder, and is gone with its object.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <sys/types.h>
#include <nlohmann/json.hpp>

namespace outflow::dashboards_tests {

// The folder of the binaries; empty where they are missing.
[[nodiscard]] std::filesystem::path prometheus_binaries();

// Skips the calling test where the binaries are missing; fails it where CI is set, so that nothing is skipped there.
#define OUTFLOW_NEEDS_PROMETHEUS()                                                                       \
  if (outflow::dashboards_tests::prometheus_binaries().empty()) {                                        \
    if (std::getenv("CI") != nullptr) FAIL() << "no Prometheus: scripts/setup.d/prometheus unpacks one"; \
    GTEST_SKIP() << "no Prometheus: scripts/setup.d/prometheus unpacks one";                             \
  }                                                                                                      \
  static_assert(true)

struct ToolRun {
  int exit_code = -1;
  std::string output;  // stdout and stderr
};
// `arguments` come from the tests themselves; they go through a shell.
[[nodiscard]] ToolRun promtool(const std::string& arguments);

class PrometheusProcess {
 public:
  // Scrapes `target` ("127.0.0.1:9464") each second under the job "outflow", with the tree's rules. Null on failure.
  [[nodiscard]] static std::unique_ptr<PrometheusProcess> start(const std::string& target);
  ~PrometheusProcess();
  PrometheusProcess(const PrometheusProcess&) = delete;
  PrometheusProcess& operator=(const PrometheusProcess&) = delete;

  // The whole answer of /api/v1/query; null where there was none.
  [[nodiscard]] nlohmann::json query(const std::string& expression) const;
  // Asks until `expression` has a result, or `patience` is over.
  [[nodiscard]] bool wait_for(const std::string& expression, std::chrono::seconds patience) const;
  [[nodiscard]] std::string log() const;

 private:
  PrometheusProcess() = default;
  bool launch(const std::string& target);
  std::filesystem::path folder_;
  int port_ = 0;
  pid_t pid_ = -1;
};

}  // namespace outflow::dashboards_tests
