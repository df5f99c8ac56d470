// One broker for all tests of the program, and the counting run (counting_run.cc) on topics of its own.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/child_process.h"
#include "tests/support/kafka_broker.h"
#include "tests/support/kafka_topics.h"

namespace outflow::testing {

// Started by the first test, stopped when the program ends; null where there is none to be had.
KafkaBroker* shared_broker();

class BrokerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    broker_ = shared_broker();
    if (broker_ == nullptr) {
      if (std::getenv("CI") != nullptr) FAIL() << "no Kafka broker, and CI must have one (scripts/setup)";
      GTEST_SKIP() << "NO KAFKA BROKER: SKIPPED";
    }
    std::string name = std::filesystem::temp_directory_path() / "outflow-integration-XXXXXX";
    directory_ = ::mkdtemp(name.data());
    topic_ = unique_name("in");
    group_ = unique_name("group");
  }
  void TearDown() override {
    if (HasFailure()) {
      std::cerr << "logs are kept in " << directory_ << "\n";
    } else if (!directory_.empty()) {
      std::filesystem::remove_all(directory_);
    }
  }

  [[nodiscard]] std::string brokers() const { return broker_->address(); }
  [[nodiscard]] std::string state() const { return directory_ + "/state"; }

  std::unique_ptr<ChildProcess> counting_run(int workers, std::vector<std::string> more = {}) {
    std::vector<std::string> command = {OUTFLOW_COUNTING_RUN,   brokers(), topic_, group_, state(),
                                        std::to_string(workers)};
    command.insert(command.end(), more.begin(), more.end());
    return std::make_unique<ChildProcess>(command, directory_ + "/run.log");
  }
  // Runs to the end of the input; the exit code.
  int counting_run_to_end(int workers, std::vector<std::string> more = {}) {
    more.emplace_back("--exit-at-end");
    return counting_run(workers, more)->wait(120'000).value_or(-1);
  }

  KafkaBroker* broker_ = nullptr;
  std::string directory_;
  std::string topic_;
  std::string group_;
};

}  // namespace outflow::testing
