// Rules that no single key can check.
#include <arpa/inet.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "app/config_draft.h"

namespace outflow::app {
namespace {

constexpr std::size_t kMinTokenBytes = 16;

bool is_topic_name(std::string_view name) {
  return !name.empty() && name.size() <= 249 && name != "." && name != ".." &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") ==
             std::string_view::npos;
}

void check_topics(ConfigDraft& draft) {
  const Config& config = draft.config;
  std::vector<std::pair<std::string_view, const std::string*>> topics{
      {"topics.alerts", &config.topics.alerts},
      {"topics.state", &config.topics.state},
      {"topics.dead_letters", &config.topics.dead_letters},
      {"topics.control", &config.topics.control},
      {"topics.anomalies", &config.topics.anomalies},
      {"input.rekeyed_topic", &config.input.rekeyed_topic}};
  for (const std::string& topic : config.input.topics) topics.emplace_back("input.topics", &topic);
  for (std::size_t i = 0; i < topics.size(); ++i) {
    const auto& [path, name] = topics[i];
    const YamlPosition at = draft.position(path);
    if (!is_topic_name(*name)) {
      draft.refuse(at, std::string(path) + ": a topic's name is 1 to 249 letters, digits, '.', '_' or '-'");
      continue;
    }
    for (std::size_t k = 0; k < i; ++k) {
      if (*topics[k].second != *name) continue;
      // Reading the rekeyed topic itself is how an input that is keyed already looks.
      const bool keyed = config.input.keyed_by_tenant && topics[k].first == "input.rekeyed_topic";
      if (!keyed) {
        draft.refuse(
            at, std::string(path) + " and " + std::string(topics[k].first) + " name the same topic, '" + *name + "'");
      }
    }
  }
  if (config.input.keyed_by_tenant && config.input.topics.size() > 1) {
    draft.refuse(draft.position("input.keyed_by_tenant"),
                 "input.keyed_by_tenant: true works with one topic only; several pass the rekey stage (false)");
  }
}

void check_texts(ConfigDraft& draft) {
  const Config& config = draft.config;
  const std::array<std::pair<std::string_view, const std::string*>, 3> needed{
      {{"kafka.brokers", &config.kafka.brokers},
       {"kafka.group", &config.kafka.group},
       {"state.directory", &config.state.directory}}};
  for (const auto& [path, text] : needed) {
    if (text->empty()) draft.refuse(draft.position(path), std::string(path) + ": must not be empty");
  }
  if (config.topics.replication_factor == 0) {
    draft.refuse(draft.position("topics.replication_factor"), "topics.replication_factor: must be 1 or more, or -1");
  }
}

void read_token(ConfigDraft& draft) {
  HttpConfig& http = draft.config.http;
  if (http.bearer_token_file.empty()) return;
  const YamlPosition at = draft.position("http.bearer_token_file");
  if (!http.bearer_token.empty()) {
    return draft.refuse(at, "http.bearer_token and http.bearer_token_file: give one of them");
  }
  Result<std::string> token = read_secret_file(http.bearer_token_file);
  if (!token) return draft.refuse(at, "http.bearer_token_file: " + token.error().message);
  http.bearer_token = std::move(*token);
}

void check_token(ConfigDraft& draft) {
  const std::string& token = draft.config.http.bearer_token;
  if (token.empty()) return;
  const bool from_file = !draft.config.http.bearer_token_file.empty();
  const std::string path = from_file ? "http.bearer_token_file" : "http.bearer_token";
  const bool printable = std::ranges::all_of(token, [](char c) { return c > 0x20 && c < 0x7F; });
  if (!printable) draft.refuse(draft.position(path), path + ": a token is printable ASCII without spaces");
  if (token.size() < kMinTokenBytes) draft.refuse(draft.position(path), path + ": a token has at least 16 characters");
}

void check_http(ConfigDraft& draft) {
  read_token(draft);
  check_token(draft);
  const HttpConfig& http = draft.config.http;
  const std::array<std::pair<std::string_view, const std::string*>, 2> files{
      {{"http.tls.certificate_file", &http.tls.certificate_file}, {"http.tls.key_file", &http.tls.key_file}}};
  for (const auto& [path, file] : files) {
    if (!file->empty() && ::access(file->c_str(), R_OK) != 0) {
      draft.refuse(draft.position(path), std::string(path) + ": file '" + *file + "' cannot be read");
    }
  }
  if (http.tls.certificate_file.empty() != http.tls.key_file.empty()) {
    draft.refuse(draft.position(http.tls.key_file.empty() ? "http.tls.certificate_file" : "http.tls.key_file"),
                 "http.tls: certificate_file and key_file belong together; one of them is missing");
  }
  if (!http.enabled || is_loopback(http.address)) return;
  if (http.tls.certificate_file.empty() || http.bearer_token.empty()) {
    draft.refuse(
        draft.position("http.address"),
        "http.address: '" + http.address +
            "' can be reached from other machines, and the metrics tell whose data leaves: this needs http.tls "
            "(certificate_file, key_file) and http.bearer_token_file; or listen on 127.0.0.1");
  }
}

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
}

// The host of an address without user, query and fragment; empty where it is no such thing.
std::string host_of_url(std::string_view url, bool& encrypted) {
  encrypted = url.starts_with("https://");
  if (!encrypted && !url.starts_with("http://")) return {};
  url.remove_prefix(url.find("//") + 2);
  if (url.find_first_of("@?#") != std::string_view::npos) return {};
  const std::string_view place = url.substr(0, url.find('/'));
  const std::size_t end = place.starts_with('[') ? place.find(']') : place.find(':');
  std::string_view port = place.substr(std::min(end, place.size()));
  std::string_view host = place.substr(0, std::min(end, place.size()));
  if (place.starts_with('[')) {
    if (end == std::string_view::npos) return {};
    host.remove_prefix(1);
    port.remove_prefix(1);
    if (host.find_first_not_of("0123456789abcdefABCDEF:.") != std::string_view::npos) return {};
  } else if (!std::ranges::all_of(host, is_host_character)) {
    return {};
  }
  if (port.starts_with(':')) {
    port.remove_prefix(1);
    if (port.empty() || port.size() > 5 || port.find_first_not_of("0123456789") != std::string_view::npos) return {};
  } else if (!port.empty()) {
    return {};
  }
  return std::string(host);
}

void check_schema_registry(ConfigDraft& draft) {
  SchemaRegistryConfig& registry = draft.config.input.schema_registry;
  const auto at = [&draft](const char* key) { return draft.position(std::string("input.schema_registry.") + key); };
  if (!registry.password_file.empty()) {
    Result<std::string> password = read_secret_file(registry.password_file);
    if (!password) {
      draft.refuse(at("password_file"), "input.schema_registry.password_file: " + password.error().message);
    } else {
      registry.password = std::move(*password);
    }
  }
  if (!registry.username.empty() && registry.password_file.empty()) {
    draft.refuse(at("username"), "input.schema_registry.username: needs input.schema_registry.password_file too");
  }
  if (!registry.ca_file.empty() && ::access(registry.ca_file.c_str(), R_OK) != 0) {
    draft.refuse(at("ca_file"), "input.schema_registry.ca_file: file '" + registry.ca_file + "' cannot be read");
  }
  if (registry.url.empty()) return;
  bool encrypted = false;
  const std::string host = host_of_url(registry.url, encrypted);
  if (host.empty()) {
    draft.refuse(at("url"), "input.schema_registry.url: expected https://host:port/path, without a user in it");
  } else if (!encrypted && !is_loopback(host)) {
    draft.refuse(
        at("url"),
        "input.schema_registry.url: http only to this machine (127.0.0.1); to others https: whoever can change "
        "a schema on its way changes what is counted");
  }
}

void check_sources(ConfigDraft& draft) {
  const InputConfig& input = draft.config.input;
  for (const auto& [topic, source] : input.sources) {
    const YamlPosition at = draft.position("input.sources." + topic);
    if (source.empty()) {
      draft.refuse(at, "input.sources." + topic + ": expected the name of a source");
    } else if (std::ranges::find(input.topics, topic) == input.topics.end()) {
      draft.warn(at, "input.sources." + topic + ": input.topics does not name this topic");
    }
  }
}

}  // namespace

bool is_loopback(const std::string& address) {
  in_addr four{};
  if (::inet_pton(AF_INET, address.c_str(), &four) == 1) return (ntohl(four.s_addr) >> 24U) == 127;
  return address == "::1" || address == "localhost";
}

void apply_rules(ConfigDraft& draft) {
  check_texts(draft);
  check_topics(draft);
  check_http(draft);
  check_schema_registry(draft);
  check_sources(draft);
}

}  // namespace outflow::app
