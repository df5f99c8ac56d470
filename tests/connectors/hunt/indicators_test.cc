// Indicator files in every format, and what they cannot say.
#include "connectors/hunt/indicators.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <string>

#include "connectors/hunt/indicator_matcher.h"

namespace outflow::connectors::indicators_test {
namespace {

// "type value; ..." with "|" between alternatives and "&" between what must hold together, and "! id: message" for
// problems.
std::string read(std::string_view text) {
  Indicators indicators;
  const Result<> done = read_indicators(text, "f", indicators);
  if (!done.ok()) return "refused: " + done.error().message;
  std::string out;
  for (const Indicator& indicator : indicators.list) {
    out += indicator.id + " ";
    for (std::size_t i = 0; i < indicator.alternatives.size(); ++i) {
      if (i > 0) out += " | ";
      for (std::size_t k = 0; k < indicator.alternatives[i].size(); ++k) {
        const IndicatorAtom& atom = indicator.alternatives[i][k];
        out += (k > 0 ? " & " : "") + std::string(name_of(atom.kind)) + "=" + atom.text;
      }
    }
    out += "\n";
  }
  for (const IndicatorProblem& problem : indicators.problems) out += "! " + problem.id + ": " + problem.message + "\n";
  return out;
}
std::string pattern(const std::string& pattern) {
  Indicator indicator;
  indicator.id = "i";
  Indicators all;
  read_stix_pattern(pattern, indicator, all.problems);
  std::string out;
  for (const auto& alternative : indicator.alternatives) {
    if (!out.empty()) out += " | ";
    for (std::size_t k = 0; k < alternative.size(); ++k) {
      out += (k > 0 ? " & " : "") + std::string(name_of(alternative[k].kind)) + "=" + alternative[k].text;
    }
  }
  for (const IndicatorProblem& problem : all.problems) out += "! " + problem.message;
  return out;
}

TEST(Indicators, CsvWithAndWithoutATitleRow) {
  EXPECT_EQ(read("type,value,comment\nip,1.2.3[.]4,exit node\r\n# a remark\nUser-Agent,\"python, requests\",\n"),
            "f:2 network=1.2.3.4\nf:4 user_agent=python, requests\n");
  EXPECT_EQ(
      read(
          "cidr,10.0.0.0/8\napp_id,0H4000000000001AAA\nsoql,SELECT Id FROM Case\nobject,Case\nsession,abc\nuser,a[@]b"),
      "f:1 network=10.0.0.0/8\nf:2 app=0H4000000000001\nf:3 query=\nf:4 unfiltered_read=Case\nf:5 session=abc\n"
      "f:6 actor=a@b\n");
  EXPECT_EQ(
      read("ip,not an address\nsha256,abc\nip\nquery,drop it\n"),
      "! f:1: its value is neither an address nor a network\n"
      "! f:2: audit logs cannot show the type 'sha256' (there are ip, network, user_agent, app, user, session, query, "
      "object)\n! f:3: a row is type,value,comment\n! f:4: its value is no query (SELECT ... FROM ...)\n");
}

TEST(Indicators, JsonListsAndMispEvents) {
  EXPECT_EQ(read(R"([{"type":"ip","value":"2001:db8::1","comment":"x"},{"type":"domain","value":"x.y"},7])"),
            "f#1 network=2001:db8::1\n! f#2: audit logs cannot show the type 'domain' (there are ip, network, "
            "user_agent, app, "
            "user, session, query, object)\n! f#3: not an object with type and value\n");
  EXPECT_EQ(read(R"({"Event":{"info":"x","Attribute":[{"uuid":"u-1","type":"ip-src","value":"1.2.3.4","to_ids":true}],
                    "Object":[{"name":"http-request","Attribute":[{"uuid":"u-2","type":"user-agent","value":"curl/8"}]}]}})"),
            "u-1 network=1.2.3.4\nu-2 user_agent=curl/8\n");
  EXPECT_EQ(read("{"), "refused: f: not valid JSON");
  EXPECT_EQ(read(" \n"), "refused: f: holds no indicators");
}

TEST(Indicators, StixBundles) {
  EXPECT_EQ(read(R"({"type":"bundle","id":"bundle--1","objects":[
     {"type":"malware","id":"malware--1"},
     {"type":"indicator","id":"indicator--1","name":"exit","pattern_type":"stix","pattern":"[ipv4-addr:value = '1.2.3.4']"},
     {"type":"indicator","id":"indicator--2","pattern_type":"snort","pattern":"alert"},
     {"type":"indicator","id":"indicator--3","pattern_type":"stix","revoked":true,"pattern":"[ipv4-addr:value = '1.2.3.4']"},
     {"type":"indicator","id":"indicator--4","pattern_type":"stix","pattern":"[file:hashes.MD5 = 'x']"}]})"),
            "indicator--1 network=1.2.3.4\n! indicator--2: its pattern is in the language 'snort'\n"
            "! indicator--3: it was revoked\n! indicator--4: audit logs cannot show file:hashes.MD5\n");
}

TEST(Indicators, StixPatterns) {
  EXPECT_EQ(pattern("[ipv4-addr:value IN ('1.1.1.1', '2.2.2.2')]"), "network=1.1.1.1 | network=2.2.2.2");
  EXPECT_EQ(pattern("[ipv4-addr:value ISSUBSET '10.0.0.0/8'] OR [ipv6-addr:value = '::1']"),
            "network=10.0.0.0/8 | network=::1");
  EXPECT_EQ(pattern("[network-traffic:extensions.'http-request-ext'.request_header.'User-Agent' LIKE 'python%' AND "
                    "(ipv4-addr:value = '1.1.1.1' OR ipv4-addr:value = '2.2.2.2')]"),
            "user_agent=python* & network=1.1.1.1 | user_agent=python* & network=2.2.2.2");
  EXPECT_EQ(pattern("[ipv4-addr:value = '1.1.1.1' OR ipv4-addr:value = '2.2.2.2' AND software:name = 'Drift']"),
            "network=1.1.1.1 | network=2.2.2.2 & app=Drift")
      << "AND binds closer";
  EXPECT_EQ(pattern("[user-account:user_id = '005000000000001AAA'] AND [software:name = 'It\\'s']"),
            "actor=005000000000001 | app=It's! observations joined by AND are looked for each by itself");
  EXPECT_EQ(pattern("[ipv4-addr:value = '1.1.1.1' AND file:name = 'x']"), "! audit logs cannot show file:name");
  EXPECT_EQ(pattern("[ipv4-addr:value = '1.1.1.1' OR file:name = 'x']"),
            "network=1.1.1.1! audit logs cannot show file:name");
  EXPECT_EQ(pattern("[ipv4-addr:value != '1.1.1.1']"), "! ipv4-addr:value cannot be looked for with NOT !=");
  EXPECT_EQ(pattern("[ipv4-addr:value NOT IN ('1.1.1.1')]"), "! ipv4-addr:value cannot be looked for with NOT IN");
  EXPECT_EQ(pattern("[ipv4-addr:value = '1.1.1.1'] REPEATS 5 TIMES WITHIN 60 SECONDS"),
            "network=1.1.1.1! the qualifier REPEATS is not looked at! the qualifier WITHIN is not looked at");
  EXPECT_EQ(pattern("([ipv4-addr:value = '1.1.1.1'] OR [ipv4-addr:value = '2.2.2.2'])"),
            "network=1.1.1.1 | network=2.2.2.2");
  for (const char* broken :
       {"", "[", "ipv4", "[ipv4-addr:value]", "[ipv4-addr:value = ]", "[ipv4-addr:value = 'x", "[a:b = 'c' AND",
        "[ipv4-addr:value = '1.1.1.1'", "[(ipv4-addr:value = '1.1.1.1']", "]["}) {
    EXPECT_NE(pattern(broken).find('!'), std::string::npos) << broken << " gave " << pattern(broken);
  }
}

TEST(Indicators, AnyPatternIsReadOrRefused) {
  ASSERT_TRUE(rc::check("no pattern breaks it", [] {
    const auto words = *rc::gen::container<std::vector<std::string>>(
        rc::gen::element<std::string>("[", "]", "(", ")", "'1.1.1.1'", "'", "ipv4-addr:value", "=", "!", "IN", "AND",
                                      "OR", "NOT", "FOLLOWEDBY", "WITHIN", ",", "5"));
    std::string text;
    for (const std::string& word : words) text += word + " ";
    (void)pattern(text);
  }));
  EXPECT_NE(pattern(std::string(100'000, '(')).find("nested too deeply"), std::string::npos);
}

TEST(IndicatorMatcher, VersionsOfAnAgentMayDifferUnlessSaid) {
  EXPECT_EQ(without_versions("python-requests/2.32.4"), "python-requests/");
  EXPECT_EQ(without_versions("Python/3.11 aiohttp/3.12.15"), "Python/ aiohttp/");
  EXPECT_EQ(without_versions("Mozilla/5.0 (X11) a/b"), "Mozilla/ (X11) a/b");
  Indicators indicators;
  ASSERT_TRUE(
      read_indicators("user_agent,python-requests/2.32.4\nuser_agent_exact,curl/8.1\nua,x\n", "f", indicators).ok());
  IndicatorMatcher matcher(indicators.list);
  const auto hits = [&](std::string_view agent) {
    features::AuditEvent event;
    event.user_agent = agent;
    return matcher.match(event).size();
  };
  EXPECT_EQ(hits("python-requests/2.31.0"), 1U);
  EXPECT_EQ(hits("Python-Requests/3"), 1U);
  EXPECT_EQ(hits("curl/8.1"), 1U);
  EXPECT_EQ(hits("curl/8.2"), 0U);
  EXPECT_EQ(hits("okhttp"), 0U);
}

}  // namespace
}  // namespace outflow::connectors::indicators_test
