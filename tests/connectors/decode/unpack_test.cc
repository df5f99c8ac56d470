// What a message is wrapped in comes off, in any order, and bombs stop at their limits.
#include "connectors/decode/unpack.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <vector>

#include "connectors/decode/base64.h"
#include "tests/support/packing.h"

namespace outflow::connectors::unpack_test {
namespace {

using outflow::testing::base64;
using outflow::testing::gzip;
using outflow::testing::SchemasInMemory;
using outflow::testing::with_schema_id;
using outflow::testing::zlib;
using outflow::testing::zstd;

constexpr std::string_view kJson = R"({"EventDate":"2025-08-15T00:00:00Z","text":"abcdefghijklmnopqrstuvwxyz"})";
constexpr std::size_t kBudget = 1U << 20;

struct Unpacked {
  RejectReason reason;
  std::string text;
};

Unpacked unpack(std::string_view bytes, std::shared_ptr<SchemaStore> schemas = nullptr, std::size_t budget = kBudget) {
  Unpacker unpacker(std::move(schemas));
  unpacker.begin_message(budget);
  std::string_view out;
  const RejectReason reason = unpacker.unpack(bytes, out);
  return {reason, std::string(out)};
}

void expect_json(const std::string& packed) {
  const Unpacked unpacked = unpack(packed);
  EXPECT_EQ(unpacked.reason, RejectReason::kNone) << name_of(unpacked.reason);
  EXPECT_EQ(unpacked.text, kJson);
}

std::string without_padding(std::string text) {
  while (text.ends_with('=')) text.pop_back();
  return text;
}

std::string in_url_alphabet(std::string text) {
  for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return text;
}

TEST(Unpack, WhatBeginsLikeJsonIsNotTouched) {
  const std::vector<std::string> texts = {R"({"a":1})", "[]", " \r\n\t[1]", "\xEF\xBB\xBF{}", "{ truncated"};
  for (const std::string& text : texts) {
    Unpacker unpacker;
    unpacker.begin_message(0);
    std::string_view out;
    EXPECT_EQ(unpacker.unpack(text, out), RejectReason::kNone);
    EXPECT_EQ(out.data(), text.data()) << text;
    EXPECT_EQ(out.size(), text.size());
  }
}

TEST(Unpack, WhatIsNoLayerIsLeftForTheDecoderToJudge) {
  for (const std::string text :
       {"", "hello", "\"a string\"", "EVENT_TYPE,TIMESTAMP", "aGVsbG8gd29ybGQ=", "x=2", "12"}) {
    const Unpacked unpacked = unpack(text);
    EXPECT_EQ(unpacked.reason, RejectReason::kNone) << text;
    EXPECT_EQ(unpacked.text, text);
  }
}

TEST(Unpack, EachLayerComesOff) {
  const std::string json(kJson);
  expect_json(gzip(kJson));
  expect_json(zlib(kJson));
  expect_json(zstd(kJson));
  expect_json(base64(kJson));
  expect_json(with_schema_id(7, kJson));
}

TEST(Unpack, LayersComeOffInAnyOrder) {
  expect_json(gzip(zstd(zlib(kJson))));
  expect_json(base64(gzip(kJson)));
  expect_json(gzip(base64(kJson)));
  expect_json(base64(base64(base64(kJson))));
  expect_json(with_schema_id(1, gzip(kJson)).substr(5));
  expect_json(gzip(with_schema_id(0x7B5B7B5B, kJson)));
  expect_json(base64(with_schema_id(1, kJson)));
}

TEST(Unpack, SeveralMembersAndFramesAreOneText) {
  const std::string_view front = kJson.substr(0, 20);
  const std::string_view back = kJson.substr(20);
  expect_json(gzip(front) + gzip(back));
  expect_json(zstd(front) + zstd(back));
  expect_json(gzip(kJson) + std::string(512, '\0'));  // padding, as gzip(1) ignores it
}

TEST(Unpack, Base64OfEitherAlphabetPaddedOrNotInLinesOrNot) {
  // Bytes that use the two characters in which the alphabets differ.
  const std::string json = R"({"a":"???>>>~~~)" + std::string("\xC3\xBF\xC3\xBE") + R"("})";
  const std::string standard = base64(json);
  ASSERT_NE(standard.find('/'), std::string::npos);
  std::string in_lines = standard;
  for (std::size_t at = 8; at < in_lines.size(); at += 10) in_lines.insert(at, "\r\n");
  for (const std::string& packed : {standard, without_padding(standard), in_url_alphabet(standard),
                                    without_padding(in_url_alphabet(standard)), in_lines, "  " + standard + "\n"}) {
    EXPECT_EQ(unpack(packed).text, json) << packed;
  }
}

TEST(Unpack, Base64ThatBreaksOffOrHoldsOtherCharactersIsNone) {
  const std::string packed = base64(kJson);
  for (const std::string& text : {packed + "=", packed.substr(0, 5), packed + "!", "=" + packed, packed + "A===="}) {
    EXPECT_EQ(unpack(text).text, text);
  }
}

TEST(Unpack, Base64IsTheInverseOfItself) {
  rc::check("decoding what was encoded gives it back", [](const std::string& bytes) {
    ByteBuffer out;
    RC_ASSERT(append_base64_decoded(base64(bytes), out));
    RC_ASSERT(out.view() == bytes);
  });
}

TEST(Unpack, DamagedAndTruncatedCompressionIsRejected) {
  for (const std::string& packed : {gzip(kJson), zlib(kJson), zstd(kJson)}) {
    for (const std::size_t keep : {packed.size() / 2, packed.size() - 1}) {
      EXPECT_EQ(unpack(packed.substr(0, keep)).reason, RejectReason::kCorruptCompression) << keep;
    }
  }
  std::string flipped = gzip(kJson);
  flipped[flipped.size() - 6] ^= 0x55;  // in the checksum
  EXPECT_EQ(unpack(flipped).reason, RejectReason::kCorruptCompression);
}

TEST(Unpack, ABombStopsAtTheLimit) {
  const std::string zeros(64U << 20, '0');
  for (const std::string& bomb : {gzip(zeros), zlib(zeros), zstd(zeros)}) {
    ASSERT_LT(bomb.size(), 100'000U);
    EXPECT_EQ(unpack(bomb).reason, RejectReason::kTooMuchUnpacked);
  }
  EXPECT_EQ(unpack(gzip(gzip(zeros))).reason, RejectReason::kTooMuchUnpacked);
}

TEST(Unpack, AnExactFitFits) {
  std::string json = "{" + std::string(10'000, ' ') + "}";
  for (const std::string& packed : {gzip(json), zstd(json), zlib(json)}) {
    EXPECT_EQ(unpack(packed, nullptr, json.size()).reason, RejectReason::kNone);
    EXPECT_EQ(unpack(packed, nullptr, json.size() - 1).reason, RejectReason::kTooMuchUnpacked);
  }
}

TEST(Unpack, AllTextsOfAMessageShareItsBudget) {
  const std::string packed = gzip("{" + std::string(1'000, ' ') + "}");
  Unpacker unpacker;
  unpacker.begin_message(2'500);
  std::string_view first;
  std::string_view second;
  EXPECT_EQ(unpacker.unpack(packed, first), RejectReason::kNone);
  EXPECT_EQ(unpacker.unpack(packed, second), RejectReason::kNone);
  EXPECT_EQ(first, second);  // the first still stands
  EXPECT_NE(first.data(), second.data());
  EXPECT_EQ(unpacker.unpack(packed, second), RejectReason::kTooMuchUnpacked);
  unpacker.begin_message(2'500);
  EXPECT_EQ(unpacker.unpack(packed, second), RejectReason::kNone);
}

TEST(Unpack, ManyTinyTextsCostTheirBuffersToo) {
  const std::string packed = gzip("{}");
  Unpacker unpacker;
  unpacker.begin_message(10'000);
  std::string_view out;
  int unpacked = 0;
  while (unpacker.unpack(packed, out) == RejectReason::kNone) ++unpacked;
  EXPECT_LT(unpacked, 50);
}

TEST(Unpack, EightLayersComeOffAndNineAreTooMany) {
  std::string packed(kJson);
  for (int i = 0; i < Unpacker::kMostLayers; ++i) packed = i % 2 == 0 ? gzip(packed) : zlib(packed);
  expect_json(packed);
  EXPECT_EQ(unpack(gzip(packed)).reason, RejectReason::kTooDeep);
}

TEST(Unpack, APrefixBeforePlainJsonNeedsNoRegistry) {
  const auto schemas = std::make_shared<SchemasInMemory>();
  EXPECT_EQ(unpack(with_schema_id(1, kJson), schemas).text, kJson);
  EXPECT_EQ(schemas->asked, 0);
}

TEST(Unpack, APrefixBeforeOtherBytesIsReadByItsSchema) {
  const auto schemas = std::make_shared<SchemasInMemory>();
  schemas->add(258, {SchemaFormat::kAvro, R"({"type":"record","name":"r","fields":[{"name":"a","type":"string"}]})"});
  schemas->add(3, {SchemaFormat::kOther, "syntax = \"proto3\";"});
  schemas->add(4, {SchemaFormat::kJson, "{}"});
  schemas->add(5, {SchemaFormat::kAvro, "no schema"});
  const std::string avro = testing::avro_text("x\"y");
  EXPECT_EQ(unpack(with_schema_id(258, avro), schemas).text, R"({"a":"x\"y"})");
  EXPECT_EQ(unpack(gzip(with_schema_id(258, avro)), schemas).text, R"({"a":"x\"y"})");
  EXPECT_EQ(unpack(with_schema_id(258, avro + "z"), schemas).reason, RejectReason::kCorruptAvro);
  EXPECT_EQ(unpack(with_schema_id(258, avro), schemas, 5).reason, RejectReason::kTooMuchUnpacked);
  EXPECT_EQ(unpack(with_schema_id(3, avro), schemas).reason, RejectReason::kUnsupportedSchema);
  EXPECT_EQ(unpack(with_schema_id(4, "\"json\""), schemas).text, "\"json\"");
  EXPECT_EQ(unpack(with_schema_id(5, avro), schemas).reason, RejectReason::kUnsupportedSchema);
  EXPECT_EQ(unpack(with_schema_id(6, avro), schemas).reason, RejectReason::kUnknownSchema);
  EXPECT_EQ(unpack(with_schema_id(6, avro)).reason, RejectReason::kUnknownSchema);
  schemas->pend(true);
  EXPECT_EQ(unpack(with_schema_id(6, avro), schemas).reason, RejectReason::kSchemaPending);
}

TEST(Unpack, WhichSchemaAMessageWaitsForIsToldByItsPrefix) {
  EXPECT_EQ(schema_needed(with_schema_id(0x01020304, "\x02x")), 0x01020304);
  EXPECT_EQ(schema_needed(with_schema_id(0xFFFFFFFF, "\x02x")), 0xFFFFFFFFLL);
  EXPECT_EQ(schema_needed(with_schema_id(9, kJson)), -1);
  EXPECT_EQ(schema_needed(kJson), -1);
  EXPECT_EQ(schema_needed(std::string_view("\0\0\0\0\1", 5)), -1);
}

TEST(Unpack, TextThatIsAMessageOfItsOwnIsUnpackedFurther) {
  const auto schemas = std::make_shared<SchemasInMemory>();
  schemas->add(1, {SchemaFormat::kAvro, "\"string\""});
  schemas->add(2, {SchemaFormat::kAvro, "\"bytes\""});
  EXPECT_EQ(unpack(with_schema_id(1, testing::avro_text(kJson)), schemas).text, kJson);
  EXPECT_EQ(unpack(with_schema_id(2, testing::avro_text(gzip(kJson))), schemas).text, kJson);
}

}  // namespace
}  // namespace outflow::connectors::unpack_test
