// A registry's client, against a double with Confluent's interface and its error codes.
#include "connectors/http/schema_registry.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "connectors/decode/unpack.h"
#include "tests/support/packing.h"
#include "tests/support/registry_double.h"

namespace outflow::connectors::schema_registry_test {
namespace {

using outflow::testing::RegistryDouble;
using State = SchemaStore::State;

SchemaRegistrySettings settings_of(const std::string& url) {
  SchemaRegistrySettings settings;
  settings.url = url;
  settings.first_retry_ms = 10;
  return settings;
}

std::shared_ptr<SchemaRegistry> open(const SchemaRegistrySettings& settings) {
  Result<std::shared_ptr<SchemaRegistry>> registry = SchemaRegistry::open(settings);
  EXPECT_TRUE(registry);
  return *registry;
}

// Whether it comes true within ten seconds.
template <typename Condition>
bool eventually(Condition condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::yield();
  }
  return true;
}

// Asks until the answer is another than pending; pending only if that never happens.
SchemaStore::Answer settled(SchemaRegistry& registry, std::uint32_t id) {
  SchemaStore::Answer answer;
  (void)eventually([&] { return (answer = registry.find(id)).state != State::kPending; });
  return answer;
}

TEST(SchemaRegistryClient, AsksOnceAndThenKnows) {
  RegistryDouble server;
  server.add(7, "\"string\"");
  server.add(8, "{}", "JSON");
  server.add(9, "syntax", "PROTOBUF");
  const auto registry = open(settings_of(server.url()));
  EXPECT_EQ(registry->find(7).state, State::kPending);
  EXPECT_EQ(settled(*registry, 7).schema, "\"string\"");
  EXPECT_EQ(settled(*registry, 7).format, SchemaFormat::kAvro);
  EXPECT_EQ(settled(*registry, 8).format, SchemaFormat::kJson);
  EXPECT_EQ(settled(*registry, 9).format, SchemaFormat::kOther);
  const int requests = server.requests();
  for (int i = 0; i < 100; ++i) EXPECT_EQ(registry->find(7).state, State::kKnown);
  EXPECT_EQ(server.requests(), requests);
  EXPECT_EQ(registry->counts().fetched, 3U);
}

TEST(SchemaRegistryClient, WhatItDoesNotKnowIsMissingAtOnceAndAskedForAgainLater) {
  RegistryDouble server;
  SchemaRegistrySettings settings = settings_of(server.url());
  settings.missing_ms = 0;
  const auto registry = open(settings);
  (void)registry->find(1);
  ASSERT_TRUE(eventually([&] { return registry->counts().missing > 0; }));
  server.add(1, "\"long\"");
  EXPECT_EQ(settled(*registry, 1).schema, "\"long\"");
  settings.missing_ms = 60'000;
  const auto patient = open(settings);
  EXPECT_EQ(settled(*patient, 2).state, State::kMissing);
  const int requests = server.requests();
  server.add(2, "\"long\"");
  EXPECT_EQ(patient->find(2).state, State::kMissing);
  EXPECT_EQ(server.requests(), requests);
}

TEST(SchemaRegistryClient, ARegistryInTroubleIsAskedUntilItAnswers) {
  for (const int status : {500, 503, 429, 401, 404}) {
    RegistryDouble server;
    server.add(1, "\"long\"");
    server.fail_with(status);
    const auto registry = open(settings_of(server.url()));
    (void)registry->find(1);
    ASSERT_TRUE(eventually([&] { return registry->counts().failures >= 2; }));
    EXPECT_EQ(registry->find(1).state, State::kPending) << status;
    server.fail_with(0);
    EXPECT_EQ(settled(*registry, 1).state, State::kKnown) << status;
  }
}

TEST(SchemaRegistryClient, AnOutageCostsItsWaitOnceNotOnceANumber) {
  RegistryDouble server;
  server.fail_with(503);
  SchemaRegistrySettings settings = settings_of(server.url());
  settings.wait_ms = 300;
  const auto registry = open(settings);
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(settled(*registry, 1).state, State::kMissing);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(290));
  EXPECT_EQ(settled(*registry, 2).state, State::kMissing);  // it began to fail a moment after 1 was asked for
  for (std::uint32_t id = 3; id < 50; ++id) EXPECT_EQ(registry->find(id).state, State::kMissing);
  server.add(1, "\"long\"");
  server.fail_with(0);
  EXPECT_TRUE(eventually([&] { return registry->find(1).state == State::kKnown; })) << "it went on asking";
}

TEST(SchemaRegistryClient, ARegistryThatIsNotThereIsNoAnswer) {
  SchemaRegistrySettings settings = settings_of("http://127.0.0.1:1");
  settings.wait_ms = 50;
  const auto registry = open(settings);
  EXPECT_EQ(settled(*registry, 1).state, State::kMissing);
  EXPECT_GE(registry->counts().failures, 1U);
}

TEST(SchemaRegistryClient, CredentialsAreSentAsConfigured) {
  RegistryDouble server;
  server.add(1, "\"long\"");
  SchemaRegistrySettings settings = settings_of(server.url() + "/");
  settings.password = "secret";
  server.require("Bearer secret");
  EXPECT_EQ(settled(*open(settings), 1).state, State::kKnown);
  settings.username = "outflow";
  server.require("Basic b3V0ZmxvdzpzZWNyZXQ=");
  EXPECT_EQ(settled(*open(settings), 1).state, State::kKnown);
}

TEST(SchemaRegistryClient, ReferencesComeBeforeWhatRefersToThem) {
  RegistryDouble server;
  const std::string kind = R"([{"name":"acme.Kind","subject":"kind","version":3}])";
  server.add_version("kind", 3, R"({"type":"enum","name":"acme.Kind","symbols":["READ"]})");
  server.add_version("client", 1,
                     R"({"type":"record","name":"acme.Client","fields":[{"name":"k","type":"acme.Kind"}]})", kind);
  server.add(1, R"({"type":"record","name":"r","fields":[{"name":"c","type":"acme.Client"}]})", "AVRO",
             R"([{"name":"acme.Client","subject":"client","version":1},
                 {"name":"acme.Kind","subject":"kind","version":3}])");
  const auto registry = open(settings_of(server.url()));
  ASSERT_EQ(settled(*registry, 1).references.size(), 2U);
  Unpacker unpacker(registry);
  unpacker.begin_message(1'000);
  std::string_view out;
  const std::string bytes = testing::with_schema_id(1, std::string_view("\0", 1));
  EXPECT_EQ(unpacker.unpack(bytes, out), RejectReason::kNone);
}

TEST(SchemaRegistryClient, AnEndWhileItIsAskedIsNoHang) {
  RegistryDouble server;
  server.fail_with(500);
  for (int i = 0; i < 5; ++i) {
    const auto registry = open(settings_of(server.url()));
    (void)registry->find(static_cast<std::uint32_t>(i));
  }
}

}  // namespace
}  // namespace outflow::connectors::schema_registry_test
