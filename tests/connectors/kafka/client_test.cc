#include "connectors/kafka/client.h"

#include <gtest/gtest.h>

#include "connectors/kafka/origin_header.h"
#include "connectors/log/log.h"

namespace outflow::connectors {
namespace client_test {
namespace {

std::string refusal_of(const std::string& name, const std::string& value) {
  KafkaSettings settings;
  settings.properties[name] = value;
  const Result<> checked = check_properties(settings);
  return checked.ok() ? "" : checked.error().message;
}

TEST(KafkaClient, PassesAnyPropertyButItsOwn) {
  EXPECT_EQ(refusal_of("sasl.mechanisms", "SCRAM-SHA-512"), "");
  EXPECT_EQ(refusal_of("ssl.ca.location", "/etc/ca.pem"), "");
  EXPECT_NE(refusal_of("isolation.level", "read_uncommitted").find("exactly-once rests on it"), std::string::npos);
  EXPECT_NE(refusal_of("group.id", "x").find("--group"), std::string::npos);
  EXPECT_NE(refusal_of("no.such", "x").find("no.such"), std::string::npos);
}

TEST(KafkaClient, NeverShowsTheValueOfASecret) {
  EXPECT_EQ(redacted("sasl.password", "hunter2"), "***");
  EXPECT_EQ(redacted("ssl.key.pem", "PEM"), "***");
  EXPECT_EQ(redacted("sasl.oauthbearer.client.secret", "s"), "***");
  EXPECT_EQ(redacted("client.id", "me"), "me");
}

TEST(KafkaClient, GroupsErrorsByWhatToDo) {
  EXPECT_EQ(translate(RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED, "join").code, ErrorCode::kRefuse);
  EXPECT_EQ(translate(RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID, "join").code, ErrorCode::kStop);
  EXPECT_EQ(translate(RD_KAFKA_RESP_ERR__TRANSPORT, "join").code, ErrorCode::kRetry);
  EXPECT_EQ(translate(RD_KAFKA_RESP_ERR_INVALID_TXN_STATE, "abort").code, ErrorCode::kRetry);
}

TEST(OriginHeader, ReadsWhatItWritesAndNothingElse) {
  detector::Origin origin;
  ASSERT_TRUE(parse_origin(format_origin("a.b-c", 7, 1'234'567'890'123), origin));
  EXPECT_EQ(origin.topic, "a.b-c");
  EXPECT_EQ(origin.partition, 7);
  EXPECT_EQ(origin.offset, 1'234'567'890'123);
  for (const char* text : {"", "/", "//", "a/1", "a/b/c", "a/-1/2", "a/1/", "/1/2", "a/1/99999999999999999999"}) {
    EXPECT_FALSE(parse_origin(text, origin)) << text;
  }
}

TEST(Log, WritesOneLineAnEventInBothFormats) {
  const std::string json = format_log_line(true, 1'234, LogLevel::kWarn, "an_event", "says \"so\"", {{"n", 3}});
  EXPECT_EQ(json,
            R"({"ts":"1970-01-01T00:00:01.234Z","level":"warn","event":"an_event","message":"says \"so\"","n":3})");
  const std::string text = format_log_line(false, 1'234, LogLevel::kInfo, "an_event", "two\nlines", {{"s", "a b"}});
  EXPECT_EQ(text, "1970-01-01T00:00:01.234Z info  an_event: two lines s=\"a b\"");
}

}  // namespace
}  // namespace client_test
}  // namespace outflow::connectors
