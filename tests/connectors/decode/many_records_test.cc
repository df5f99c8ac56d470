// Messages of many records: lists and envelopes in every combination, each element on its own, and the limits.
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "connectors/decode/decoder.h"

namespace outflow::connectors::many_records_test {
namespace {

std::string as_text(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  return out + "\"";
}

std::string slack(const std::string& id) {
  return R"({"id":")" + id +
         R"(","date_create":1692202187,"action":"file_downloaded","actor":{"type":"user","user":{"id":"U1","team":"T1"}},)"
         R"("entity":{"type":"file","file":{"id":"F1"}},"context":{"ip_address":"198.51.100.3","location":{"id":"T1"}}})";
}
std::string elf(const std::string& rows) {
  return R"({"EVENT_TYPE":"RestApi","TIMESTAMP":"20230320145933.958","ORGANIZATION_ID":"00D000000000001","ROWS_PROCESSED":")" +
         rows + "\"}";
}

std::vector<std::string> all(Decoder& decoder, const std::string& message) {
  std::vector<std::string> found;
  decoder.open(message);
  while (const Decoded* decoded = decoder.next()) {
    if (!decoded->ok()) {
      found.push_back("!" + std::string(name_of(decoded->reject)));
    } else if (decoded->event.source == features::Source::kSlack) {
      found.emplace_back(decoded->event.event_uid);
    } else {
      found.push_back(std::to_string(decoded->event.records.value_or(0)));
    }
  }
  return found;
}

using Wrap = std::function<std::string(const std::string&)>;
std::vector<Wrap> envelopes() {
  std::vector<Wrap> all = {
      [](const std::string& r) { return r; },
      [](const std::string& r) { return R"({"specversion":"1.0","type":"t","source":"s","id":"1","data":)" + r + "}"; },
      [](const std::string& r) { return R"({"schema":{"type":"struct"},"payload":)" + r + "}"; },
      [](const std::string& r) { return R"({"version":"0","detail-type":"x","source":"s","detail":)" + r + "}"; },
      [](const std::string& r) { return R"({"_index":"i","_id":"1","_source":)" + r + "}"; },
      [](const std::string& r) { return R"({"time":"2026-01-01","properties":)" + r + "}"; },
      [](const std::string& r) { return as_text(r); },
  };
  for (const char* name : {"message", "log", "msg", "data", "payload", "body", "event.original", "_raw", "AuditData"}) {
    all.push_back([name](const std::string& r) {
      return "{\"@timestamp\":\"x\",\"" + std::string(name) + "\":" + as_text(r) + "}";
    });
  }
  all.push_back([](const std::string& r) { return R"({"event":{"kind":"event","original":)" + as_text(r) + "}}"; });
  return all;
}

TEST(ManyRecords, AreFoundInEveryEnvelopeInEveryEnvelope) {
  Decoder decoder;
  std::size_t outer = 0;
  for (const Wrap& first : envelopes()) {
    std::size_t inner = 0;
    for (const Wrap& second : envelopes()) {
      SCOPED_TRACE(std::to_string(outer) + " around " + std::to_string(inner++));
      EXPECT_EQ(all(decoder, first(second(slack("a")))), (std::vector<std::string>{"a"}));
      EXPECT_EQ(all(decoder, first(second(elf("7")))), (std::vector<std::string>{"7"}));
    }
    ++outer;
  }
}

TEST(ManyRecords, StandInListsUnderTheNamesSourcesUse) {
  Decoder decoder;
  const std::vector<std::string> expected = {"a", "!unknown_shape", "9", "b"};
  const std::string list = "[" + slack("a") + R"(,{"hello":1},)" + elf("9") + "," + as_text(slack("b")) + "]";
  EXPECT_EQ(all(decoder, list), expected);
  for (const char* name :
       {"records", "Records", "value", "items", "events", "entries", "results", "audit_logs", "data"}) {
    EXPECT_EQ(all(decoder, R"({"next":null,")" + std::string(name) + "\":" + list + "}"), expected) << name;
  }
  EXPECT_EQ(
      all(decoder, R"({"hits":{"total":3,"hits":[{"_source":)" + slack("a") + R"(},{"_source":)" + slack("b") + "}]}}"),
      (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(all(decoder, R"([[)" + slack("a") + "],[" + slack("b") + "],[]]"), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(all(decoder, "[" + slack("a") + ",{\"x\":}]"), (std::vector<std::string>{"!malformed_json"}));
}

TEST(ManyRecords, StandInListsAsTexts) {
  Decoder decoder;
  const std::vector<std::string> expected = {"a", "7", "!unknown_shape", "b"};
  const std::string list =
      "[" + as_text(slack("a")) + "," + as_text(elf("7")) + ",\"text\"," + as_text(slack("b")) + "]";
  for (const Wrap& wrap : envelopes()) {
    EXPECT_EQ(all(decoder, wrap(R"({"records":)" + list + "}")), expected);
  }
  for (const std::string& message : {list, as_text(list), R"({"message":)" + as_text(list) + "}", "[" + list + "]"}) {
    EXPECT_EQ(all(decoder, message), expected);
  }
}

TEST(ManyRecords, ADecodersNextMessageBeginsAnew) {
  Decoder decoder;
  const std::string two = "[" + slack("a") + "," + slack("b") + "]";
  decoder.open(two);
  ASSERT_NE(decoder.next(), nullptr);
  EXPECT_EQ(all(decoder, slack("c")), (std::vector<std::string>{"c"}));
  EXPECT_EQ(decoder.next(), nullptr);
}

TEST(ManyRecords, HaveLimits) {
  DecodeOptions options;
  options.max_events = 3;
  options.max_unpacked_bytes = 4096;
  Decoder decoder(options);
  std::string many = "[" + elf("1");
  for (int i = 0; i < 9; ++i) many += "," + elf("1");
  EXPECT_EQ(all(decoder, many + "]"), (std::vector<std::string>{"1", "1", "1", "!too_large"}));
  std::string wrapped = "[";
  for (int i = 0; i < 2; ++i) wrapped += (i == 0 ? "" : ",") + as_text(elf("2") + std::string(3000, ' '));
  EXPECT_EQ(all(decoder, wrapped + "]"), (std::vector<std::string>{"2", "!too_much_unpacked"}));
  std::string deep = slack("a");
  for (int i = 0; i < 8; ++i) deep = as_text(deep);
  Decoder roomy;
  EXPECT_EQ(all(roomy, deep), (std::vector<std::string>{"a"}));
  EXPECT_EQ(all(roomy, as_text(deep)), (std::vector<std::string>{"!too_deep"}));
}

TEST(ManyRecords, LongTextsAreCutAtACharacter) {
  std::string record = slack("a");
  std::string name = std::string(1023, 'x') + "\xC3\xA9" + std::string(1 << 20, 'y');
  record.replace(record.find("\"U1\""), 4, "\"" + name + "\"");
  Decoder decoder;
  EXPECT_EQ(decoder.decode_json(record).event.actor_id, std::string(1023, 'x'));
}

TEST(ManyRecords, EveryTruncationIsAReject) {
  const std::string message = R"({"records":[)" + slack("a") + "," + as_text(elf("3")) + "]}";
  Decoder decoder;
  for (std::size_t size = 0; size < message.size(); ++size) {
    const std::vector<std::string> found = all(decoder, message.substr(0, size));
    ASSERT_EQ(found.size(), 1U) << size;
    EXPECT_EQ(found[0][0], '!') << size;
  }
}

// Within seconds, also in a slow build: nothing here may cost more than in proportion to its bytes.
TEST(ManyRecords, HostileShapesCostTheirBytes) {
  std::string columns = "{";
  for (int i = 0; i < 200'000; ++i) columns += "\"c" + std::to_string(i) + "\":1,";
  std::string objects = R"({"records":[)";
  for (int i = 0; i < 100'000; ++i) objects += R"({"data":{"data":{}}},)";
  std::string escapes = R"({"records":[)";
  for (int i = 0; i < 50'000; ++i) escapes += R"({"event":{"a":"\n"}},)";
  const std::string hostile[] = {columns + "\"z\":1}",
                                 objects + "1]}",
                                 escapes + "1]}",
                                 std::string(2000, '[') + std::string(2000, ']'),
                                 "{\"target\":[" + std::string(500'000, '[') + "]}",
                                 "[" + std::string(1'000'000, ' ') + "]",
                                 "{\"a\":\"" + std::string(2'000'000, 'x') + "\"}",
                                 "\xFF" + std::string(1000, 'x')};
  Decoder decoder;
  const auto begin = std::chrono::steady_clock::now();
  for (const std::string& message : hostile) {
    for (const std::string& found : all(decoder, message)) EXPECT_EQ(found[0], '!');
    EXPECT_EQ(decoder.tenant_of_json(message), "");
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
}

TEST(ManyRecords, TheTenantIsTheOneAllRecordsName) {
  Decoder decoder;
  EXPECT_EQ(decoder.tenant_of_json("[" + slack("a") + "," + slack("b") + "]"), "T1");
  EXPECT_EQ(decoder.tenant_of_json("[" + slack("a") + "," + elf("1") + "]"), "");
  EXPECT_EQ(decoder.tenant_of_json(R"({"message":)" + as_text(slack("a")) + "}"), "T1");
}

}  // namespace
}  // namespace outflow::connectors::many_records_test
