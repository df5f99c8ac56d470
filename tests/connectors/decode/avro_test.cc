// Avro's binary form under its writer's schema. The golden bytes were written by fastavro.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "connectors/decode/avro_json.h"
#include "connectors/decode/avro_schema.h"
#include "tests/support/packing.h"

namespace outflow::connectors::avro_test {
namespace {

using outflow::testing::avro_long;
using outflow::testing::avro_text;
using outflow::testing::from_hex;

struct Read {
  RejectReason reason = RejectReason::kNone;
  std::string json;
};

Read read(std::string_view schema, std::string_view bytes, std::size_t most = 1U << 20,
          std::span<const std::string> references = {}) {
  const Result<AvroSchema> compiled = AvroSchema::compile(schema, references);
  if (!compiled) {
    ADD_FAILURE() << compiled.error().message;
    return {RejectReason::kUnsupportedSchema, {}};
  }
  ByteBuffer out;
  Read result;
  result.reason = append_avro_json(*compiled, bytes, most, out);
  result.json = out.view();
  return result;
}

// One field `v` of the type.
std::string record_of(const std::string& type) {
  return R"({"type":"record","name":"r","fields":[{"name":"v","type":)" + type + "}]}";
}

std::string value_of(const std::string& type, std::string_view bytes) {
  const Read result = read(record_of(type), bytes);
  if (result.reason != RejectReason::kNone) return std::string(name_of(result.reason));
  return result.json.substr(5, result.json.size() - 6);
}

std::string refused(std::string_view schema) {
  const Result<AvroSchema> compiled = AvroSchema::compile(schema);
  return compiled ? "compiled" : compiled.error().message;
}

constexpr std::string_view kEverything = R"json({"type": "record", "name": "Event", "namespace": "acme", "fields": [
  {"name": "id", "type": "string"}, {"name": "count", "type": ["null", "long"]},
  {"name": "when", "type": {"type": "long", "logicalType": "timestamp-millis"}},
  {"name": "micros", "type": {"type": "long", "logicalType": "timestamp-micros"}},
  {"name": "day", "type": {"type": "int", "logicalType": "date"}},
  {"name": "price", "type": {"type": "bytes", "logicalType": "decimal", "precision": 12, "scale": 2}},
  {"name": "loss", "type": {"type": "fixed", "name": "Loss", "size": 8, "logicalType": "decimal", "precision": 18,
                            "scale": 3}},
  {"name": "kind", "type": {"type": "enum", "name": "Kind", "symbols": ["READ", "EXPORT"]}},
  {"name": "kind2", "type": "Kind"}, {"name": "objects", "type": {"type": "array", "items": "string"}},
  {"name": "extra", "type": {"type": "map", "values": ["null", "double", "boolean"]}},
  {"name": "text", "type": "bytes"}, {"name": "raw", "type": "bytes"}, {"name": "ratio", "type": "float"},
  {"name": "parent", "type": ["null", "Event"]}]})json";

const char* const kEverythingBytes =
    "086522310a0290c302f6d1b5b09566808988a382979e06b6bd0206fe1dc0000059d39e7f3b340200040e436f6e746163740e4163636f756e74"
    "0006026102000000000000f83f02620002630401000a706c61696e06ff00010000003f02086522310a0290c302f6d1b5b09566808988a38297"
    "9e06b6bd0206fe1dc0000059d39e7f3b340200040e436f6e746163740e4163636f756e740006026102000000000000f83f0262000263040100"
    "0a706c61696e06ff00010000003f00";

constexpr std::string_view kOneEvent =
    R"({"id":"e\"1\u000a","count":20680,"when":1755216000123,"micros":1755216000123456,"day":"2025-08-15",)"
    R"("price":-1234.56,"loss":98765432109.876,"kind":"EXPORT","kind2":"READ","objects":["Contact","Account"],)"
    R"("extra":{"a":1.5,"b":null,"c":true},"text":"plain","raw":"/wAB","ratio":0.5,"parent":)";

TEST(Avro, ReadsWhatAnotherImplementationWrote) {
  const Read result = read(kEverything, from_hex(kEverythingBytes));
  EXPECT_EQ(result.reason, RejectReason::kNone);
  EXPECT_EQ(result.json, std::string(kOneEvent) + std::string(kOneEvent) + "null}}");
}

TEST(Avro, EveryCutIsCorruptAndNothingElse) {
  const std::string bytes = from_hex(kEverythingBytes);
  for (std::size_t keep = 0; keep < bytes.size(); ++keep) {
    EXPECT_EQ(read(kEverything, bytes.substr(0, keep)).reason, RejectReason::kCorruptAvro) << keep;
  }
  EXPECT_EQ(read(kEverything, bytes + "x").reason, RejectReason::kCorruptAvro);
}

TEST(Avro, EveryLimitOfTheOutputHolds) {
  const std::string bytes = from_hex(kEverythingBytes);
  const std::size_t whole = read(kEverything, bytes).json.size();
  EXPECT_EQ(read(kEverything, bytes, whole).reason, RejectReason::kNone);
  for (std::size_t most = 0; most < whole; most += 7) {
    const Read result = read(kEverything, bytes, most);
    EXPECT_EQ(result.reason, RejectReason::kTooMuchUnpacked) << most;
    EXPECT_LE(result.json.size(), most);
  }
}

TEST(Avro, NumbersTextsAndBytes) {
  EXPECT_EQ(value_of(R"("long")", avro_long(INT64_MIN)), "-9223372036854775808");
  EXPECT_EQ(value_of(R"("long")", avro_long(INT64_MAX)), "9223372036854775807");
  EXPECT_EQ(value_of(R"("long")", "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x02"), "corrupt_avro");
  EXPECT_EQ(value_of(R"("double")", std::string("\0\0\0\0\0\0\xF8\x7F", 8)), "null");
  EXPECT_EQ(value_of(R"("boolean")", "\2"), "corrupt_avro");
  EXPECT_EQ(value_of(R"("string")", avro_long(-1)), "corrupt_avro");
  EXPECT_EQ(value_of(R"("string")", avro_text("a\\\"\x01")), R"("a\\\"\u0001")");
  EXPECT_EQ(value_of(R"("bytes")", avro_text("{\"a\":1}")), R"("{\"a\":1}")");
  EXPECT_EQ(value_of(R"("bytes")", avro_text("\x1F\x8B")), R"("H4s=")");
}

TEST(Avro, LogicalTypes) {
  const std::string decimal = R"({"type":"bytes","logicalType":"decimal","precision":30,"scale":)";
  EXPECT_EQ(value_of(decimal + "0}", avro_text(std::string_view("\0", 1))), "0");
  EXPECT_EQ(value_of(decimal + "2}", avro_text("\x05")), "0.05");
  EXPECT_EQ(value_of(decimal + "2}", avro_text("\xFB")), "-0.05");
  EXPECT_EQ(value_of(decimal + "0}", avro_text(std::string_view("\x01\0\0\0\0\0\0\0\0", 9))), "18446744073709551616");
  EXPECT_EQ(value_of(decimal + "0}", avro_text(std::string_view("\x80\0\0\0\0\0\0\0\0", 9))),
            "-2361183241434822606848");
  EXPECT_EQ(value_of(decimal + "0}", avro_text("")), "0");
  EXPECT_EQ(value_of(decimal + "0}", avro_text(std::string(65, '\1'))), "corrupt_avro");
  const std::string date = R"({"type":"int","logicalType":"date"})";
  EXPECT_EQ(value_of(date, avro_long(0)), R"("1970-01-01")");
  EXPECT_EQ(value_of(date, avro_long(-1)), R"("1969-12-31")");
  EXPECT_EQ(value_of(date, avro_long(99'999'999)), "99999999");
  EXPECT_EQ(value_of(R"({"type":"fixed","name":"u","size":16,"logicalType":"uuid"})",
                     from_hex("00112233445566778899aabbccddeeff")),
            R"("00112233-4455-6677-8899-aabbccddeeff")");
  EXPECT_EQ(value_of(R"({"type":"string","logicalType":"no-such-type"})", avro_text("x")), R"("x")");
}

TEST(Avro, BlocksMayGiveTheirSize) {
  const std::string array = R"({"type":"array","items":"int"})";
  EXPECT_EQ(value_of(array, avro_long(2) + avro_long(1) + avro_long(2) + avro_long(-1) + avro_long(1) + avro_long(3) +
                                avro_long(0)),
            "[1,2,3]");
  EXPECT_EQ(value_of(array, avro_long(0)), "[]");
}

TEST(Avro, CountsThatPromiseTooMuchEndAtALimit) {
  const std::string nulls = record_of(R"({"type":"array","items":"null"})");
  EXPECT_EQ(read(nulls, avro_long(INT64_MAX)).reason, RejectReason::kTooMuchUnpacked);
  EXPECT_EQ(read(nulls, avro_long(INT64_MIN) + avro_long(0)).reason, RejectReason::kTooMuchUnpacked);
  EXPECT_EQ(value_of(R"({"type":"array","items":"int"})", avro_long(INT64_MAX)), "corrupt_avro");
}

TEST(Avro, ADatumThatNestsForEverIsTooDeep) {
  const std::string self = R"({"type":"record","name":"r","fields":[{"name":"r","type":"r"}]})";
  EXPECT_EQ(read(self, "").reason, RejectReason::kTooDeep);
}

TEST(Avro, NamesAreFoundInTheirNamespace) {
  const std::string schema =
      R"({"type":"record","name":"a.b.R","fields":[
        {"name":"x","type":{"type":"enum","name":"E","symbols":["S"]}},
        {"name":"y","type":"a.b.E"},{"name":"z","type":"E"},
        {"name":"w","type":{"type":"record","name":"Q","namespace":"c","fields":[{"name":"e","type":"a.b.E"}]}},
        {"name":"v","type":"c.Q"}]})";
  EXPECT_EQ(read(schema, std::string(5, '\0')).json, R"({"x":"S","y":"S","z":"S","w":{"e":"S"},"v":{"e":"S"}})");
}

TEST(Avro, ReferencesBringTheirTypes) {
  const std::vector<std::string> references = {
      R"({"type":"enum","name":"acme.Kind","symbols":["READ"]})",
      R"({"type":"record","name":"acme.Client","fields":[{"name":"kind","type":"acme.Kind"}]})"};
  const std::string schema = R"({"type":"record","name":"r","fields":[{"name":"client","type":"acme.Client"}]})";
  EXPECT_EQ(read(schema, std::string(1, '\0'), 1'000, references).json, R"({"client":{"kind":"READ"}})");
  EXPECT_EQ(refused(schema), "the Avro schema refers to a type it does not define");
}

TEST(Avro, SchemasThatAreNoneAreRefused) {
  EXPECT_EQ(refused("{"), "the Avro schema is no JSON");
  EXPECT_EQ(refused("42"), "the Avro schema has a type that is neither a name, a list nor an object");
  EXPECT_EQ(refused("{}"), "the Avro schema has an object without a type");
  EXPECT_EQ(refused("[]"), "the Avro schema has a union of nothing");
  EXPECT_EQ(refused(R"({"type":"record","name":"r"})"), "the Avro schema has a record without fields");
  EXPECT_EQ(refused(R"({"type":"enum","symbols":[]})"), "the Avro schema has a record, enum or fixed without a name");
  EXPECT_EQ(refused(R"({"type":"fixed","name":"f","size":-1})"), "the Avro schema has a fixed without a usable size");
  EXPECT_EQ(refused(R"({"type":"array"})"), "the Avro schema has an array or map that does not say of what");
  EXPECT_EQ(refused(record_of(R"({"type":"bytes","logicalType":"decimal","scale":101})")),
            "the Avro schema has a decimal with a scale beyond 100");
  EXPECT_EQ(refused(std::string(AvroSchema::kMostText + 1, ' ')), "the Avro schema is longer than 1 MiB");
  std::string deep = "\"int\"";
  for (int i = 0; i < 100; ++i) deep = "{\"type\":\"array\",\"items\":" + deep + "}";
  EXPECT_EQ(refused(deep), "the Avro schema is nested more than 64 levels deep");
  std::string wide = "[";
  for (int i = 0; i < 10'001; ++i) wide += "\"int\",";
  wide.back() = ']';
  EXPECT_EQ(refused(wide), "the Avro schema has more than 10000 types");
}

TEST(Avro, BareNamesAreSchemasToo) {
  EXPECT_EQ(read("string", avro_text("{}")).json, "{}");
  EXPECT_EQ(read("\"string\"", avro_text("{}")).json, "{}");
}

}  // namespace
}  // namespace outflow::connectors::avro_test
