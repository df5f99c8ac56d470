// KafkaBroker: a real Apache Kafka, one KRaft node on free loopback ports, for tests.
//
// Jars are looked for in $OUTFLOW_KAFKA_LIBS, else $OUTFLOW_DEPS/kafka/libs, else ~/.cache/outflow/deps/kafka/libs.
// One thread. The destructor kills the broker by its pid and removes its directory.
#pragma once

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>

namespace outflow::testing {

class KafkaBroker {
 public:
  // The folder with the jars; nullopt where there is no broker (or no Java) to be had.
  static std::optional<std::string> find_jars();
  // Formats and starts; null, with the reason on stderr, where it does not come up.
  static std::unique_ptr<KafkaBroker> start();
  ~KafkaBroker();

  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  void kill9();
  void stop();     // SIGTERM, and waits
  bool restart();  // after kill9() or stop(), on the same port and data

 private:
  KafkaBroker() = default;
  bool format();
  bool launch();
  bool wait_until_up();

  std::string jars_;
  std::string directory_;
  int port_ = 0;
  int controller_port_ = 0;
  pid_t pid_ = -1;
};

}  // namespace outflow::testing
