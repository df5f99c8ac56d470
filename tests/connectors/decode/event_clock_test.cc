#include "connectors/decode/event_clock.h"

#include <gtest/gtest.h>

#include "connectors/decode/count_text.h"

namespace outflow::connectors::event_clock_test {
namespace {

struct Case {
  const char* text;
  std::int64_t ms;
};

TEST(EventClock, ReadsEveryFormThatLogsWrite) {
  constexpr std::int64_t kMs = 1679324373958;
  constexpr Case kCases[] = {
      {"20230320145933.958", kMs},
      {"20230320145933", kMs - 958},
      {"2023-03-20T14:59:33.958Z", kMs},
      {"2023-03-20T14:59:33.958958Z", kMs},
      {"2023-03-20T14:59:33.958+0000", kMs},
      {"2023-03-20T14:59:33.958+00:00", kMs},
      {"2023-03-20T14:59:33.958+00", kMs},
      {"2023-03-20T09:29:33.958-05:30", kMs},
      {"2023-03-20 14:59:33.958", kMs},
      {"2023-03-20 14:59:33.958 UTC", kMs},
      {"2023-03-20T14:59:33.958", kMs},
      {"2023-03-20T14:59:33Z", kMs - 958},
      {"2023-03-20T14:59Z", kMs - 33958},
      {"1679324373", kMs - 958},
      {"1679324373.958", kMs},
      {"1679324373958", kMs},
      {"1679324373958.0", kMs},
      {"1679324373958123", kMs},
      {"1.679324373958E12", kMs},
      {" 2023-03-20T14:59:33.958Z ", kMs},
      {"1970-01-01T00:00:00Z", 0},
      {"2024-02-29T00:00:00Z", 1709164800000},
      {"2000-02-29T00:00:00Z", 951782400000},
      {"2016-12-31T23:59:60Z", 1483228799999},
      {"2200-12-31T23:59:59.999Z", 7289654399999},
  };
  for (const Case& c : kCases) {
    const auto time = parse_event_time(c.text);
    ASSERT_TRUE(time.has_value()) << c.text;
    EXPECT_EQ(time->ms, c.ms) << c.text;
  }
}

TEST(EventClock, RefusesWhatIsNoTimeOrOutOfRange) {
  for (const char* text : {"",
                           "-",
                           "N/A",
                           "yesterday",
                           "2023-02-29T00:00:00Z",
                           "1900-02-29T00:00:00Z",
                           "2023-13-01T00:00:00Z",
                           "2023-00-10T00:00:00Z",
                           "2023-01-32T00:00:00Z",
                           "2023-01-01T24:00:00Z",
                           "2023-01-01T23:60:00Z",
                           "2023-01-01T23:59:61Z",
                           "2023-01-01T00:00:00.Z",
                           "2023-01-01T00:00:00+1",
                           "2023-01-01T00:00:00+99:00",
                           "2023-01-01T00:00:00 CET",
                           "2023-01-01",
                           "20230320246000",
                           "20231320145933.958",
                           "20230320145933.",
                           "1969-12-31T23:59:59Z",
                           "2201-01-01T00:00:00Z",
                           "9999999999999",
                           "99999999999999999999",
                           "-1679324373",
                           "1e99",
                           "nan",
                           "2023/03/20 14:59:33",
                           "2023-03-20T14:59:33.958Zjunk"}) {
    EXPECT_FALSE(parse_event_time(text).has_value()) << text;
  }
}

TEST(EventTime, AZoneBehindAnEpochDoesNotMoveIt) {
  for (const char* text : {"1692202187.123000000 1440", "1692202187.123 960", "1692202187.123000000 2880",
                           "1692202187.123 +0000", "1692202187.123 -07:00", "1692202187.123 Z"}) {
    const auto time = parse_event_time(text);
    ASSERT_TRUE(time.has_value()) << text;
    EXPECT_EQ(time->ms, 1'692'202'187'123) << text;
  }
  EXPECT_EQ(parse_event_time("1692202187 1440")->ms, 1'692'202'187'000);
  for (const char* text : {"1692202187.123 2881", "1692202187.123 14400", "1692202187.123 x", "1692202187.1231440 1 2",
                           "1692202187123 1440", "20230816 1440", "1692202187.123+0000", "1692202187 -"}) {
    EXPECT_FALSE(parse_event_time(text).has_value()) << text;
  }
}

TEST(CountText, UnknownIsNeverZeroAndZeroIsNeverUnknown) {
  EXPECT_EQ(parse_count("0"), 0U);
  EXPECT_EQ(parse_count("0.0"), 0U);
  EXPECT_EQ(parse_count("27"), 27U);
  EXPECT_EQ(parse_count("20680.0"), 20680U);
  EXPECT_EQ(parse_count("8.16E7"), 81'600'000U);
  EXPECT_EQ(parse_count(" 12 "), 12U);
  for (const char* text : {"", " ", "N/A", "-1", "-0.5", "NaN", "inf", "1e300", "1,234", "12x", "0x10", "2.5",
                           "99999999999999999999", "null"}) {
    EXPECT_FALSE(parse_count(text).has_value()) << text;
  }
}

TEST(CountText, IdsOf18CharactersAreCutTo15AndOthersKept) {
  EXPECT_EQ(canonical_id("000000000000123AbC"), "000000000000123");
  EXPECT_EQ(canonical_id("000000000000123"), "000000000000123");
  EXPECT_EQ(canonical_id("567000000abc0004"), "567000000abc0004");
  EXPECT_EQ(canonical_id("not-an-id-18-chars"), "not-an-id-18-chars");
}

TEST(CountText, OnlyRealAddressesAreAddresses) {
  for (const char* ip : {"198.51.100.1", "0.0.0.0", "2001:db8::1", "::ffff:c633:6401", "fe80::1", "64:ff9b::1.2.3.4"}) {
    EXPECT_EQ(valid_ip(ip), ip);
  }
  for (const char* mapped : {"::ffff:198.51.100.1", "::FFFF:198.51.100.1", "0:0:0:0:0:ffff:198.51.100.1"}) {
    EXPECT_EQ(valid_ip(mapped), "198.51.100.1");
  }
  for (const char* ip : {"Salesforce.com IP", "", "N/A", "256.1.1.1", "1.2.3", "1.2.3.4.5", "2001:db8:::1",
                         "12345::", "1.2.3.4, 5.6.7.8", "01.2.3.4"}) {
    EXPECT_EQ(valid_ip(ip), "") << ip;
  }
}

}  // namespace
}  // namespace outflow::connectors::event_clock_test
