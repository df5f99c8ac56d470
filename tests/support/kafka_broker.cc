#include "tests/support/kafka_broker.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <librdkafka/rdkafka.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <vector>

extern char** environ;

namespace outflow::testing {
namespace {

constexpr int kUpWithinMs = 60'000;
constexpr const char* kClusterId = "b3V0Zmxvdy10ZXN0cw0KMQ";

int free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  int port = 0;
  if (::bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
      ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0) {
    port = ntohs(address.sin_port);
  }
  ::close(fd);
  return port;
}

pid_t spawn(const std::vector<std::string>& command, const std::string& log) {
  std::vector<char*> arguments;
  for (const std::string& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, 1, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  posix_spawn_file_actions_adddup2(&files, 1, 2);
  pid_t pid = -1;
  if (posix_spawnp(&pid, arguments[0], &files, nullptr, arguments.data(), environ) != 0) pid = -1;
  posix_spawn_file_actions_destroy(&files);
  return pid;
}

bool java_runs() {
  const pid_t pid = spawn({"java", "-version"}, "/dev/null");
  int status = 0;
  return pid > 0 && ::waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

std::vector<std::string> java(const std::string& jars, const std::string& heap, const std::string& main_class) {
  return {"java",
          "-Xms" + heap,
          "-Xmx" + heap,
          "-XX:TieredStopAtLevel=1",
          "-XX:+UseSerialGC",
          "-Djava.net.preferIPv4Stack=true",
          "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
          "-cp",
          jars + "/*",
          main_class};
}

}  // namespace

std::optional<std::string> KafkaBroker::find_jars() {
  std::vector<std::string> places;
  if (const char* libs = std::getenv("OUTFLOW_KAFKA_LIBS")) places.emplace_back(libs);
  if (const char* deps = std::getenv("OUTFLOW_DEPS")) places.push_back(std::string(deps) + "/kafka/libs");
  if (const char* cache = std::getenv("XDG_CACHE_HOME"))
    places.push_back(std::string(cache) + "/outflow/deps/kafka/libs");
  if (const char* home = std::getenv("HOME")) places.push_back(std::string(home) + "/.cache/outflow/deps/kafka/libs");
  for (const std::string& place : places) {
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(place, error)) {
      if (entry.path().filename().string().starts_with("kafka_2.13-") && java_runs()) return place;
    }
  }
  return std::nullopt;
}

std::unique_ptr<KafkaBroker> KafkaBroker::start() {
  const std::optional<std::string> jars = find_jars();
  if (!jars) return nullptr;
  std::unique_ptr<KafkaBroker> broker(new KafkaBroker());
  broker->jars_ = *jars;
  std::string name = std::filesystem::temp_directory_path() / "outflow-kafka-XXXXXX";
  broker->directory_ = ::mkdtemp(name.data());
  broker->port_ = free_port();
  broker->controller_port_ = free_port();
  if (!broker->format() || !broker->launch() || !broker->wait_until_up()) {
    std::fprintf(stderr, "the Kafka broker did not come up; see %s\n", broker->directory_.c_str());
    broker->kill9();
    broker->directory_.clear();  // kept for a look
    return nullptr;
  }
  return broker;
}

KafkaBroker::~KafkaBroker() {
  kill9();
  std::error_code ignored;
  if (!directory_.empty()) std::filesystem::remove_all(directory_, ignored);
}

bool KafkaBroker::format() {
  std::ofstream(directory_ + "/server.properties")
      << "process.roles=broker,controller\nnode.id=1\n"
      << "controller.quorum.voters=1@127.0.0.1:" << controller_port_ << "\n"
      << "listeners=PLAINTEXT://127.0.0.1:" << port_ << ",CONTROLLER://127.0.0.1:" << controller_port_ << "\n"
      << "advertised.listeners=PLAINTEXT://127.0.0.1:" << port_ << "\n"
      << "controller.listener.names=CONTROLLER\n"
      << "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT\n"
      << "log.dirs=" << directory_ << "/data\n"
      << "num.network.threads=2\nnum.io.threads=4\nnum.partitions=2\n"
      << "offsets.topic.num.partitions=2\noffsets.topic.replication.factor=1\n"
      << "transaction.state.log.num.partitions=2\ntransaction.state.log.replication.factor=1\n"
      << "transaction.state.log.min.isr=1\nshare.coordinator.state.topic.replication.factor=1\n"
      << "share.coordinator.state.topic.min.isr=1\ndefault.replication.factor=1\nmin.insync.replicas=1\n"
      << "group.initial.rebalance.delay.ms=0\nauto.create.topics.enable=false\n"
      << "group.min.session.timeout.ms=1000\nlog.cleaner.dedupe.buffer.size=16777216\n";
  std::vector<std::string> command = java(jars_, "96m", "kafka.tools.StorageTool");
  command.insert(command.end(), {"format", "-t", kClusterId, "-c", directory_ + "/server.properties"});
  const pid_t pid = spawn(command, directory_ + "/format.log");
  int status = 0;
  return pid > 0 && ::waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool KafkaBroker::launch() {
  std::vector<std::string> command = java(jars_, "256m", "kafka.Kafka");
  // A test that crashes or is killed takes its broker along.
  command.insert(command.begin(), {"setpriv", "--pdeathsig", "KILL", "--"});
  command.push_back(directory_ + "/server.properties");
  pid_ = spawn(command, directory_ + "/broker.log");
  return pid_ > 0;
}

bool KafkaBroker::wait_until_up() {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  rd_kafka_conf_set(conf, "bootstrap.servers", address().c_str(), nullptr, 0);
  rd_kafka_conf_set(conf, "log_level", "0", nullptr, 0);
  rd_kafka_conf_set(conf, "reconnect.backoff.max.ms", "200", nullptr, 0);
  rd_kafka_t* client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, nullptr, 0);
  const auto give_up_at = std::chrono::steady_clock::now() + std::chrono::milliseconds(kUpWithinMs);
  bool up = false;
  while (!up && std::chrono::steady_clock::now() < give_up_at && ::waitpid(pid_, nullptr, WNOHANG) == 0) {
    const rd_kafka_metadata_t* metadata = nullptr;
    if (rd_kafka_metadata(client, 0, nullptr, &metadata, 500) == RD_KAFKA_RESP_ERR_NO_ERROR) {
      up = metadata->broker_cnt > 0;
      rd_kafka_metadata_destroy(metadata);
    }
    (void)::poll(nullptr, 0, 50);
  }
  rd_kafka_destroy(client);
  return up;
}

void KafkaBroker::kill9() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

void KafkaBroker::stop() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGTERM);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

bool KafkaBroker::restart() {
  return launch() && wait_until_up();
}

}  // namespace outflow::testing
