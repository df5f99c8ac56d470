// What a configuration may say, and how wrong ones are told.
#include "app/config.h"

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "app/config_dump.h"
#include "app/config_examine.h"
#include "app/config_keys.h"

namespace outflow::app::config_test {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

Environment environment(std::map<std::string, std::string> variables) {
  return [variables = std::move(variables)](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
}

ConfigExamination examine(std::string_view yaml, std::map<std::string, std::string> variables = {}) {
  return examine_config(yaml, "c.yaml", environment(std::move(variables)));
}

std::vector<std::string> lines(const ConfigExamination& examination) {
  std::vector<std::string> shown;
  for (const ConfigProblem& problem : examination.problems) shown.push_back(examination.show(problem));
  return shown;
}

// A file that is gone when the test is.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& content) {
    std::string pattern = testing::TempDir() + "outflow-config-XXXXXX";
    const int descriptor = ::mkstemp(pattern.data());
    EXPECT_GE(descriptor, 0);
    ::close(descriptor);
    path_ = pattern;
    std::ofstream(path_, std::ios::binary) << content;
  }
  ~TemporaryFile() { std::remove(path_.c_str()); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

TEST(Config, AnEmptyFileGivesTheDefaults) {
  const Result<Config> config = parse_config("", "c.yaml");
  ASSERT_TRUE(config.ok());
  EXPECT_EQ(dump_config_yaml(*config), dump_config_yaml(Config{}));
}

TEST(Config, EveryKindOfValueReachesItsField) {
  const ConfigExamination read = examine(R"(
kafka: {brokers: [a:1, b:2], properties: {socket.keepalive.enable: true, fetch.min.bytes: 7}}
input: {topics: "one, two", start: latest, sources: {one: okta, two: "${SOURCE}"}}
state: {checkpoint_interval_ms: 1m30s, checkpoint_dirty_bytes: 1GiB}
detection: {tripwire_share: 0.5, counting: {horizon_hours: 3d}}
commit_interval_ms: 250
workers: ${WORKERS}
dead_letter_bytes: true
mappings: [a.yaml, b.yaml]
)",
                                         {{"WORKERS", "7"}, {"SOURCE", "box"}});
  EXPECT_THAT(lines(read), IsEmpty());
  EXPECT_EQ(read.config.kafka.brokers, "a:1,b:2");
  EXPECT_EQ(read.config.kafka.properties.at("socket.keepalive.enable"), "true");
  EXPECT_EQ(read.config.kafka.properties.at("fetch.min.bytes"), "7");
  EXPECT_THAT(read.config.input.topics, ElementsAre("one", "two"));
  EXPECT_EQ(read.config.input.start, "latest");
  EXPECT_EQ(read.config.state.checkpoint_interval_ms, 90'000);
  EXPECT_EQ(read.config.state.checkpoint_dirty_bytes, 1ULL << 30);
  EXPECT_DOUBLE_EQ(read.config.detection.tripwire_share, 0.5);
  EXPECT_EQ(read.config.detection.counting.horizon_hours, 72);
  EXPECT_EQ(read.config.commit_interval_ms, 250);
  EXPECT_EQ(read.config.workers, 7);
  EXPECT_TRUE(read.config.dead_letter_bytes);
  EXPECT_THAT(read.config.mappings, ElementsAre("a.yaml", "b.yaml"));
  EXPECT_EQ(read.config.input.sources.at("one"), "okta");
  EXPECT_EQ(read.config.input.sources.at("two"), "box");
}

TEST(Config, DeadLettersArePointersUnlessConfiguredOtherwise) {
  EXPECT_FALSE(Config{}.dead_letter_bytes);
}

TEST(Config, ASchemaRegistryIsReachedSafelyOrNotAtAll) {
  const auto refused = [](const std::string& url) {
    const std::vector<std::string> said = lines(examine("input: {schema_registry: {url: '" + url + "'}}\n"));
    return !said.empty();
  };
  for (const char* url : {"https://registry.example.com", "https://registry:8081/path", "https://[2001:db8::1]:8081",
                          "http://127.0.0.1:8081", "http://localhost:8081", "http://[::1]:8081/"}) {
    EXPECT_FALSE(refused(url)) << url;
  }
  for (const char* url : {"http://registry.example.com", "http://10.0.0.1:8081", "registry:8081", "ftp://localhost",
                          "https://", "https://user:secret@registry", "https://registry:port", "https://registry?a=1",
                          "https://[::1", "http://127.0.0.1.evil.example"}) {
    EXPECT_TRUE(refused(url)) << url;
  }
  EXPECT_THAT(lines(examine("input: {schema_registry: {url: 'https://r', username: u}}\n")),
              ElementsAre(HasSubstr("needs input.schema_registry.password_file too")));
  EXPECT_THAT(lines(examine("input: {schema_registry: {url: 'https://r', password_file: /no/such/file}}\n")),
              ElementsAre(HasSubstr("cannot be found")));
}

TEST(Config, APinOfATopicThatIsNotReadIsAWarning) {
  const ConfigExamination read = examine("input: {topics: [a], sources: {b: okta}}\n");
  EXPECT_TRUE(read.valid());
  EXPECT_THAT(lines(read), ElementsAre(HasSubstr("input.topics does not name this topic")));
}

struct Wrong {
  const char* yaml;
  const char* message;
};

class ConfigRefuses : public ::testing::TestWithParam<Wrong> {};

TEST_P(ConfigRefuses, WithItsPositionAndWhatToDo) {
  const ConfigExamination read = examine(GetParam().yaml, {{"EMPTY", ""}, {"SECRET", "s3cr3t"}});
  EXPECT_FALSE(read.valid());
  EXPECT_THAT(lines(read), Contains(HasSubstr(GetParam().message))) << GetParam().yaml;
}

INSTANTIATE_TEST_SUITE_P(
    Table, ConfigRefuses,
    ::testing::Values(
        Wrong{"kafka:\n  broker: x\n", "c.yaml:2:3: unknown key 'kafka.broker' (did you mean 'brokers'?)"},
        Wrong{"brokers: x\n", "c.yaml:1:1: unknown key 'brokers' (did you mean 'kafka.brokers'?)"},
        Wrong{"zebra: x\n", "c.yaml:1:1: unknown key 'zebra'"},
        Wrong{"workers: three\n", "c.yaml:1:10: workers: expected a whole number, got 'three'"},
        Wrong{"workers: 0\n", "c.yaml:1:10: workers: must be from 1 to 256, got '0'"},
        Wrong{"workers: 99999999999999999999\n", "expected a whole number"},
        Wrong{"workers: [1]\n", "c.yaml:1:10: workers: expected a single value"},
        Wrong{"topics: {create: yes}\n", "expected true or false, got 'yes'"},
        Wrong{"commit_interval_ms: 5 parsecs\n", "expected a duration such as 100ms"},
        Wrong{"commit_interval_ms: -5s\n", "expected a duration"},
        Wrong{"commit_interval_ms: 9223372036854775807d\n", "expected a duration"},
        Wrong{"commit_interval_ms: 11s\n", "must be from 1ms to 10s"},
        Wrong{"max_record_bytes: 4 MiB of it\n", "expected a size such as 32MiB"},
        Wrong{"detection: {tripwire_share: nan}\n", "expected a number"},
        Wrong{"detection: {tripwire_share: 1.5}\n", "must be from 1e-06 to 1"},
        Wrong{"detection: {counting: {horizon_hours: 90m}}\n", "expected whole hours"},
        Wrong{"log: {level: loud}\n", "expected one of trace, debug, info, warn, error, got 'loud'"},
        Wrong{"log: loud\n", "c.yaml:1:6: log: expected keys under it"},
        Wrong{"workers: ${NOPE}\n", "environment variable NOPE is not set"},
        Wrong{"workers: ${NOPE:?set it in the unit file}\n", "NOPE is not set: set it in the unit file"},
        Wrong{"workers: ${EMPTY:?must be there}\n", "EMPTY is not set: must be there"},
        Wrong{"workers: ${NOPE\n", "'${' without its '}'"},
        Wrong{"workers: ${1NOPE}\n", "must be followed by a variable's name"},
        Wrong{"workers: 1\nworkers: 2\n", "c.yaml:2:1: key 'workers' is given twice; first in line 1"},
        Wrong{"kafka: {group: a, group: b}\n", "is given twice"},
        Wrong{"workers: 1\n---\nworkers: 2\n", "a second one begins here"},
        Wrong{"workers: 1\n...\n---\nx\n", "a second one begins here"},
        Wrong{"- workers\n", "a configuration is made of 'key: value' lines"}, Wrong{"kafka: [\n", "not valid YAML"},
        Wrong{"workers: !mine 3\n", "tags of one's own"}, Wrong{"? [a]\n: b\n", "a key must be a plain word"},
        Wrong{"a: \xff\n", "c.yaml:1:4: this is not UTF-8 text"},
        Wrong{"kafka: {properties: {group.id: x}}\n", "kafka.properties.group.id cannot be set here: use kafka.group"},
        Wrong{"kafka: {properties: {enable.auto.commit: true}}\n", "exactly once depends on it"},
        Wrong{"kafka: {properties: {sasl: {mechanism: PLAIN}}}\n", "names are flat"},
        Wrong{"kafka: {properties: {sasl.password_file: /does/not/exist}}\n", "cannot be found"},
        Wrong{"kafka: {properties: {sasl.password_file: /tmp}}\n", "is a folder"},
        Wrong{"kafka: {brokers: ''}\n", "kafka.brokers: must not be empty"},
        Wrong{"topics: {replication_factor: 0}\n", "must be 1 or more, or -1"},
        Wrong{"topics: {alerts: 'with space'}\n", "a topic's name is"},
        Wrong{"topics: {alerts: x, state: x}\n", "topics.state and topics.alerts name the same topic, 'x'"},
        Wrong{"input: {topics: [outflow.input]}\n", "name the same topic"},
        Wrong{"input: {topics: [a, b], keyed_by_tenant: true}\n", "works with one topic only"},
        Wrong{"http: {address: 0.0.0.0}\n", "needs http.tls"}, Wrong{"http: {address: '::'}\n", "needs http.tls"},
        Wrong{"http: {address: 10.0.0.1, bearer_token: 0123456789abcdef}\n", "needs http.tls"},
        Wrong{"http: {tls: {certificate_file: /dev/null}}\n", "belong together"},
        Wrong{"http: {bearer_token: short}\n", "at least 16 characters"},
        Wrong{"http: {bearer_token: 'has a space in it, sadly'}\n", "without spaces"}));

TEST(Config, AllProblemsAreToldNotOnlyTheFirst) {
  const ConfigExamination read = examine("wrokers: 1\nlog: {level: x}\nhttp: {port: -1}\n");
  EXPECT_THAT(lines(read), ElementsAre(HasSubstr("c.yaml:1:1: unknown key 'wrokers' (did you mean 'workers'?)"),
                                       HasSubstr("c.yaml:2:14:"), HasSubstr("c.yaml:3:14:")));
}

TEST(Config, MoreProblemsThanTheLimitNeverLookValid) {
  std::string yaml = "kafka:\n  properties:\n";
  for (int i = 0; i < 100; ++i) yaml += "    p" + std::to_string(i) + ".password: x\n";
  yaml += "workers: none\n";
  const ConfigExamination read = examine(yaml);
  EXPECT_EQ(read.problems.size(), kMaxProblems);
  EXPECT_FALSE(read.valid());
}

TEST(Config, VariablesHaveDefaultsAndALiteralForm) {
  const ConfigExamination read = examine(
      "kafka:\n  group: ${NOPE:-fallback}\n  instance_id: ${EMPTY:-used}\ninput:\n  tenant: $${NOT} and $HOME\n",
      {{"EMPTY", ""}});
  EXPECT_THAT(lines(read), IsEmpty());
  EXPECT_EQ(read.config.kafka.group, "fallback");
  EXPECT_EQ(read.config.kafka.instance_id, "used");
  EXPECT_EQ(read.config.input.tenant, "${NOT} and $HOME");
}

TEST(Config, WhatAVariableHoldsIsNeitherExpandedAgainNorStructure) {
  const ConfigExamination read = examine("kafka: {group: '${G}'}", {{"G", "${H}, instance_id: x"}});
  EXPECT_THAT(lines(read), IsEmpty());
  EXPECT_EQ(read.config.kafka.group, "${H}, instance_id: x");
}

TEST(Config, SecretsComeFromFilesAndAreNeverShown) {
  const TemporaryFile secret("  hunter2-hunter2\n");
  const ConfigExamination read = examine("kafka:\n  properties:\n    sasl.password_file: " + secret.path() +
                                             "\n    ssl.key.password: ${KEYPASS}\nhttp:\n  bearer_token: ${TOKEN}\n",
                                         {{"KEYPASS", "opensesame"}, {"TOKEN", "0123456789abcdef"}});
  EXPECT_THAT(lines(read), IsEmpty());
  EXPECT_EQ(read.config.kafka.properties.at("sasl.password"), "hunter2-hunter2");
  EXPECT_EQ(read.config.http.bearer_token, "0123456789abcdef");
  const std::string shown = dump_config_yaml(read.config) + dump_config_tree(read.config).json();
  EXPECT_THAT(shown, AllOf(HasSubstr("sasl.password_file"), HasSubstr("[redacted]")));
  EXPECT_THAT(shown,
              AllOf(Not(HasSubstr("hunter2")), Not(HasSubstr("opensesame")), Not(HasSubstr("0123456789abcdef"))));
}

TEST(Config, MessagesNeverRepeatASecret) {
  const ConfigExamination read = examine(
      "kafka: {properties: {sasl.password: swordfish, sasl.password_file: /nope}}\n"
      "http: {bearer_token: [swordfish]}\nworkers: ${SECRET}\n",
      {{"SECRET", "swordfish"}});
  EXPECT_FALSE(read.valid());
  for (const std::string& line : lines(read)) EXPECT_THAT(line, Not(HasSubstr("swordfish")));
}

TEST(Config, ASecretInTheClearIsWarnedAboutAndStillWorks) {
  const ConfigExamination read = examine("kafka: {properties: {sasl.password: swordfish}}\n");
  EXPECT_TRUE(read.valid());
  EXPECT_THAT(lines(read),
              ElementsAre(HasSubstr("warning: kafka.properties.sasl.password stands in the file in clear")));
}

TEST(Config, BeyondLoopbackIsAllowedWithTlsAndAToken) {
  const TemporaryFile pem("x");
  const TemporaryFile token("0123456789abcdef0123\n");
  const ConfigExamination read =
      examine("http:\n  address: 0.0.0.0\n  tls: {certificate_file: " + pem.path() + ", key_file: " + pem.path() +
              "}\n  bearer_token_file: " + token.path() + "\n");
  EXPECT_THAT(lines(read), IsEmpty());
  EXPECT_EQ(read.config.http.bearer_token, "0123456789abcdef0123");
}

TEST(Config, LoopbackIsWhatOnlyThisMachineReaches) {
  for (const char* address : {"127.0.0.1", "127.9.9.9", "::1", "localhost"})
    EXPECT_TRUE(is_loopback(address)) << address;
  for (const char* address : {"0.0.0.0", "::", "", "10.0.0.1", "example.org", "127.0.0.1.example.org", "localhost.x"}) {
    EXPECT_FALSE(is_loopback(address)) << address;
  }
}

TEST(Config, BombsAreRefusedAtOnce) {
  std::string aliases = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string last = "*a" + std::to_string(i - 1);
    aliases += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + last;
    for (int k = 0; k < 9; ++k) aliases += "," + last;
    aliases += "]\n";
  }
  EXPECT_THAT(lines(examine(aliases)), Contains(HasSubstr("too many values")));
  EXPECT_THAT(lines(examine("workers: &w [*w]")),
              Contains(HasSubstr("c.yaml:1:14: an alias refers to a value that is")));
  for (const char* piece : {"[", "{a: ", "- ", "a:\n ", "? ", "!!str ", "&a ", "*a ", "\"\\u", "|\n", "%TAG ! !\n"}) {
    std::string text;
    while (text.size() < kMaxYamlBytes - 16) text += piece;
    EXPECT_FALSE(examine(text).valid()) << piece;
  }
  EXPECT_THAT(lines(examine(std::string(kMaxYamlBytes + 1, '#'))),
              ElementsAre("c.yaml: larger than 256 KiB: this is not a configuration"));
}

TEST(Config, AliasesOfPlainValuesWork) {
  const ConfigExamination read = examine("kafka: {group: &name outflow-eu}\ninput: {tenant: *name}\n");
  EXPECT_THAT(lines(read), IsEmpty());
  EXPECT_EQ(read.config.input.tenant, "outflow-eu");
}

TEST(Config, FilesThatAreNoneAreProblemsLikeOthers) {
  EXPECT_THAT(load_config("/does/not/exist.yaml").error().message,
              HasSubstr("/does/not/exist.yaml: cannot be read: No such file"));
  EXPECT_THAT(load_config("/tmp").error().message, HasSubstr("is a folder"));
  EXPECT_THAT(load_config("/dev/zero").error().message, HasSubstr("larger than 256 KiB"));
  EXPECT_EQ(load_config("/does/not/exist.yaml").error().code, ErrorCode::kRefuse);
  EXPECT_TRUE(load_config("").ok());
}

TEST(Config, TheDumpLoadsAgainToTheSameConfiguration) {
  Config config;
  config.kafka.brokers = "a:1,b:2";
  config.kafka.instance_id = "#1: [odd] 'name' \"${X}\" true";
  config.kafka.properties = {{"client.id", "${literal}"}, {"debug", "no"}};
  config.input.topics = {"one", "true", "3"};
  config.input.tenant = "00D000000000001";
  config.state.checkpoint_interval_ms = 61'001;
  config.max_record_bytes = 1'048'577;
  config.detection.false_alerts_per_tenant_day = 0.1 + 0.2;
  const ConfigExamination read = examine(dump_config_yaml(config));
  EXPECT_THAT(lines(read), IsEmpty());
  EXPECT_EQ(dump_config_yaml(read.config), dump_config_yaml(config));
  EXPECT_EQ(read.config.kafka.instance_id, config.kafka.instance_id);
  EXPECT_EQ(read.config.kafka.properties, config.kafka.properties);
  EXPECT_EQ(read.config.input.topics, config.input.topics);
  EXPECT_EQ(read.config.detection.false_alerts_per_tenant_day, config.detection.false_alerts_per_tenant_day);
}

TEST(ConfigTree, WritesJsonThatReadsBack) {
  const ConfigTree tree = ConfigTree::map(
      {{"a\"\\\n\x01", ConfigTree::list({ConfigTree::text("\xff ü"), ConfigTree::literal("1e-06"), ConfigTree::map()})},
       {"b", ConfigTree::boolean(true)}});
  EXPECT_EQ(tree.json(), "{\"a\\\"\\\\\\n\\u0001\":[\"\xEF\xBF\xBD ü\",1e-06,{}],\"b\":true}");
}

TEST(Config, NoBytesWhatsoeverMakeItThrow) {
  EXPECT_TRUE(rc::check("examine_config on YAML-like bytes", [] {
    const auto pieces = *rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(std::vector<std::string>{
        "kafka", ":",  " ",    "\n", "  ", "- ", "{",    "}",   "[",          "]",       ",",     "'", "\"",
        "&a",    "*a", "!!",   "|",  ">",  "#",  "%",    "---", "properties", "workers", "${",    "}", "$",
        "1",     "ü",  "\xff", "\t", "?",  "~",  "null", "\\",  "\r\n",       "input",   "topics"}));
    std::string text;
    for (const std::string& piece : pieces) text += piece;
    const ConfigExamination read = examine(text);
    for (const std::string& line : lines(read)) RC_ASSERT(line.starts_with("c.yaml:"));
    if (read.valid()) RC_ASSERT(examine(dump_config_yaml(read.config)).valid());
  }));
}

}  // namespace
}  // namespace outflow::app::config_test
