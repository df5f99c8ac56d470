#include "tests/integration/dashboards/prometheus_process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <sstream>

#include <httplib.h>

#include "tests/integration/dashboards/dashboard_file.h"
#include "tests/support/shell_run.h"

namespace outflow::dashboards_tests {
namespace {

int free_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  const bool bound = ::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
                     ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &length) == 0;
  ::close(socket);
  return bound ? ntohs(address.sin_port) : 0;
}

// Between two questions to another process; no test depends on its length.
void pause_between_polls() {
  std::mutex mutex;
  std::condition_variable never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, std::chrono::milliseconds(100));
}

}  // namespace

std::filesystem::path prometheus_binaries() {
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string(value == nullptr ? "" : value);
  };
  std::string deps = variable("OUTFLOW_DEPS");
  if (deps.empty()) {
    const std::string cache = variable("XDG_CACHE_HOME");
    deps = (cache.empty() ? variable("HOME") + "/.cache" : cache) + "/outflow/deps";
  }
  const std::filesystem::path binaries = std::filesystem::path(deps) / "prometheus/usr/bin";
  const bool there = std::filesystem::exists(binaries / "promtool") && std::filesystem::exists(binaries / "prometheus");
  return there ? binaries : std::filesystem::path();
}

ToolRun promtool(const std::string& arguments) {
  tests::ShellRun run =
      tests::run_shell((prometheus_binaries() / "promtool").string().append(" ").append(arguments).append(" 2>&1"));
  return {run.exit_code, std::move(run.out)};
}

std::unique_ptr<PrometheusProcess> PrometheusProcess::start(const std::string& target) {
  for (int attempt = 0; attempt < 3; ++attempt) {  // another process may take the port between choosing and listening
    std::unique_ptr<PrometheusProcess> process(new PrometheusProcess);
    if (process->launch(target)) return process;
  }
  return nullptr;
}

bool PrometheusProcess::launch(const std::string& target) {
  std::string pattern = (std::filesystem::temp_directory_path() / "outflow-prometheus-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) return false;
  folder_ = pattern;
  port_ = free_port();
  std::ofstream(folder_ / "prometheus.yml")
      << "global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}\n"
      << "rule_files: ['" << rules_path() << "']\n"
      << "scrape_configs:\n  - job_name: outflow\n    static_configs: [{targets: ['" << target << "']}]\n";
  const std::string binary = prometheus_binaries() / "prometheus";
  std::vector<std::string> arguments{binary,
                                     "--config.file=" + (folder_ / "prometheus.yml").string(),
                                     "--storage.tsdb.path=" + (folder_ / "data").string(),
                                     "--web.listen-address=127.0.0.1:" + std::to_string(port_),
                                     "--web.console.templates=" + folder_.string(),
                                     "--web.console.libraries=" + folder_.string()};
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  const std::string log_path = folder_ / "log";
  pid_ = ::fork();
  if (pid_ == 0) {
    const int log = ::open(log_path.c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600);
    ::dup2(log, STDOUT_FILENO);
    ::dup2(log, STDERR_FILENO);
    ::execv(binary.c_str(), argv.data());
    ::_exit(127);
  }
  return pid_ > 0 && wait_for("vector(1)", std::chrono::seconds(30));
}

PrometheusProcess::~PrometheusProcess() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  std::error_code ignored;
  if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
}

nlohmann::json PrometheusProcess::query(const std::string& expression) const {
  httplib::Client client("127.0.0.1", port_);
  const httplib::Result answer =
      client.Get("/api/v1/query", httplib::Params{{"query", expression}}, httplib::Headers{});
  return answer ? nlohmann::json::parse(answer->body, nullptr, false) : nlohmann::json();
}

bool PrometheusProcess::wait_for(const std::string& expression, std::chrono::seconds patience) const {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (std::chrono::steady_clock::now() < deadline) {
    const nlohmann::json answer = query(expression);
    if (answer.is_object() && answer.value("status", "") == "success" && !answer["data"]["result"].empty()) return true;
    if (::waitpid(pid_, nullptr, WNOHANG) != 0) return false;  // it ended
    pause_between_polls();
  }
  return false;
}

std::string PrometheusProcess::log() const {
  return read_text(folder_ / "log");
}

}  // namespace outflow::dashboards_tests
