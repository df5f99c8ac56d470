#include "connectors/hunt/network.h"

#include <gtest/gtest.h>

#include "connectors/hunt/wildcard.h"

namespace outflow::connectors::network_test {
namespace {

bool holds(const char* network, const char* address) {
  const auto parsed = Network::parse(network);
  const auto one = parse_address(address);
  return parsed && one && parsed->holds(*one);
}

TEST(Network, HoldsWhatItsPrefixSays) {
  EXPECT_TRUE(holds("10.1.2.3", "10.1.2.3"));
  EXPECT_FALSE(holds("10.1.2.3", "10.1.2.4"));
  EXPECT_TRUE(holds("10.0.0.0/8", "10.255.0.1"));
  EXPECT_FALSE(holds("10.0.0.0/8", "11.0.0.1"));
  EXPECT_TRUE(holds("10.1.2.3/30", "10.1.2.1")) << "bits of the host part do not matter";
  EXPECT_FALSE(holds("192.0.2.128/25", "192.0.2.127"));
  EXPECT_TRUE(holds("0.0.0.0/0", "8.8.8.8"));
  EXPECT_FALSE(holds("0.0.0.0/0", "2001:db8::1"));
  EXPECT_TRUE(holds("2001:db8::/32", "2001:db8:1::9"));
  EXPECT_FALSE(holds("2001:db8::/33", "2001:db8:8000::9"));
  EXPECT_TRUE(holds("10.0.0.0/8", "::ffff:10.9.9.9"));
  EXPECT_TRUE(holds("::/0", "10.0.0.1"));
  for (const char* bad :
       {"", "10.0.0", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/x", "2001:db8::/129", "host", "1.2.3.4/8/9"}) {
    EXPECT_FALSE(Network::parse(bad)) << bad;
  }
}

TEST(Network, RefangsWhatNoticesWrite) {
  EXPECT_EQ(refanged("1.2.3[.]4"), "1.2.3.4");
  EXPECT_EQ(refanged("1[.]2[.]3[.]4"), "1.2.3.4");
  EXPECT_EQ(refanged("hxxps://evil[.]example/x"), "https://evil.example/x");
  EXPECT_EQ(refanged("a(.)b[dot]c"), "a.b.c");
  EXPECT_EQ(refanged("2001[:]db8::1"), "2001:db8::1");
}

TEST(Wildcard, APartAnywhereOrAPatternForAll) {
  EXPECT_TRUE(matches_wildcard("python-requests/2.32.4", "Python-Requests"));
  EXPECT_TRUE(matches_wildcard("python-requests/2.32.4", "python-requests/*"));
  EXPECT_FALSE(matches_wildcard("my python-requests/2.32.4", "python-requests/*"));
  EXPECT_TRUE(matches_wildcard("abc", "a?c"));
  EXPECT_FALSE(matches_wildcard("abbc", "a?c"));
  EXPECT_TRUE(matches_wildcard("aXbXc", "*x*C"));
}

}  // namespace
}  // namespace outflow::connectors::network_test
