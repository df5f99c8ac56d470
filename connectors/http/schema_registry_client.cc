#include "connectors/http/schema_registry_client.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include <httplib.h>
#include <nlohmann/json.hpp>

namespace outflow::connectors {
namespace {

using Json = nlohmann::json;

constexpr int kNoSuchSchema = 40'403;
constexpr int kNoSuchSubject = 40'401;
constexpr int kNoSuchVersion = 40'402;
constexpr int kFound = 200;
constexpr int kNotFound = 404;

// A name as one step of a path.
std::string escaped(const std::string& name) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~").find(c) != std::string_view::npos;
    if (plain) {
      out.push_back(c);
    } else {
      out.append({'%', kHex[byte >> 4U], kHex[byte & 0xFU]});
    }
  }
  return out;
}

std::string text_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

SchemaFormat format_of(const Json& answer) {
  const std::string type = text_of(answer, "schemaType");  // left out for Avro
  if (type.empty() || type == "AVRO") return SchemaFormat::kAvro;
  return type == "JSON" ? SchemaFormat::kJson : SchemaFormat::kOther;
}

std::string explain(int status) {
  if (status == 401 || status == 403) return "it refuses the credentials (" + std::to_string(status) + ")";
  if (status == 429) return "it asks for fewer requests (429)";
  return "it answers with status " + std::to_string(status);
}

}  // namespace

struct SchemaRegistry::Client::Document {
  Json json;
};

struct SchemaRegistry::Client::Connection {
  Connection(const std::string& place, std::string path) : http(place), base(std::move(path)) {}
  httplib::Client http;
  std::string base;  // path without a slash at its end
};

SchemaRegistry::Client::Client(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}
SchemaRegistry::Client::~Client() = default;

std::unique_ptr<SchemaRegistry::Client> SchemaRegistry::Client::make(const SchemaRegistrySettings& settings) {
  const std::size_t scheme = settings.url.find("://");
  if (scheme == std::string::npos) return nullptr;
  const std::size_t slash = std::min(settings.url.find('/', scheme + 3), settings.url.size());
  std::string base = settings.url.substr(slash);
  while (base.ends_with('/')) base.pop_back();
  auto connection = std::make_unique<Connection>(settings.url.substr(0, slash), std::move(base));
  httplib::Client& http = connection->http;
  if (!http.is_valid()) return nullptr;
  const std::chrono::milliseconds timeout(settings.request_timeout_ms);
  http.set_connection_timeout(timeout);
  http.set_read_timeout(timeout);
  http.set_write_timeout(timeout);
  http.set_keep_alive(true);
  http.set_tcp_nodelay(true);
  http.set_follow_location(false);  // credentials go to the configured place only
  http.enable_server_certificate_verification(true);
  if (!settings.ca_file.empty()) http.set_ca_cert_path(settings.ca_file);
  http.set_default_headers({{"Accept", "application/vnd.schemaregistry.v1+json, application/json"}});
  if (!settings.password.empty()) {
    if (settings.username.empty()) {
      http.set_bearer_token_auth(settings.password);
    } else {
      http.set_basic_auth(settings.username, settings.password);
    }
  }
  return std::unique_ptr<Client>(new Client(std::move(connection)));
}

void SchemaRegistry::Client::stop() {
  connection_->http.stop();
}

SchemaRegistry::Fetched SchemaRegistry::Client::get(const std::string& path, Document& document) {
  Fetched fetched;
  std::string body;
  const auto keep = [&body](const char* data, std::size_t size) {
    if (body.size() + size > kMostAnswerBytes) return false;
    body.append(data, size);
    return true;
  };
  const httplib::Result answer = connection_->http.Get(connection_->base + path, keep);
  if (!answer) {
    fetched.problem = "it cannot be reached (" + httplib::to_string(answer.error()) + ")";
    return fetched;
  }
  document.json = Json::parse(body, nullptr, /*allow_exceptions=*/false);
  const bool object = document.json.is_object();
  if (answer->status == kFound && object && document.json.contains("schema") && document.json["schema"].is_string()) {
    fetched.outcome = Fetched::Outcome::kFound;
    return fetched;
  }
  // A 404 of its own kind is an answer; any other means that there is no registry at this address.
  const auto code = object ? document.json.find("error_code") : document.json.end();
  if (answer->status == kNotFound && object && code != document.json.end() && code->is_number_integer()) {
    const auto number = code->get<std::int64_t>();
    if (number == kNoSuchSchema || number == kNoSuchSubject || number == kNoSuchVersion) {
      fetched.outcome = Fetched::Outcome::kMissing;
      return fetched;
    }
  }
  fetched.problem = answer->status == kFound ? "its answer is no schema" : explain(answer->status);
  return fetched;
}

// The texts of all that `document` refers to, each once, each before those that refer to it.
SchemaRegistry::Fetched SchemaRegistry::Client::collect(const Document& document, std::vector<std::string>& seen,
                                                        std::vector<std::string>& texts) {
  Fetched whole;
  whole.outcome = Fetched::Outcome::kFound;
  const auto references = document.json.find("references");
  if (references == document.json.end() || !references->is_array()) return whole;
  for (const Json& reference : *references) {
    if (!reference.is_object()) continue;
    const auto version = reference.find("version");
    const std::string subject = text_of(reference, "subject");
    if (subject.empty() || version == reference.end() || !version->is_number_integer()) continue;
    const std::string path = "/subjects/" + escaped(subject) + "/versions/" + version->dump();
    if (std::find(seen.begin(), seen.end(), path) != seen.end()) continue;
    if (seen.size() == kMostReferences) {
      whole.outcome = Fetched::Outcome::kMissing;  // more than can be read: as good as none
      return whole;
    }
    seen.push_back(path);
    Document referred;
    Fetched part = get(path, referred);
    if (part.outcome == Fetched::Outcome::kFound) part = collect(referred, seen, texts);
    if (part.outcome != Fetched::Outcome::kFound) return part;
    texts.push_back(text_of(referred.json, "schema"));
  }
  return whole;
}

SchemaRegistry::Fetched SchemaRegistry::Client::fetch(std::uint32_t id) {
  Document document;
  Fetched fetched = get("/schemas/ids/" + std::to_string(id), document);
  if (fetched.outcome != Fetched::Outcome::kFound) return fetched;
  std::vector<std::string> seen;
  std::vector<std::string> texts;
  const SchemaFormat format = format_of(document.json);
  if (format == SchemaFormat::kAvro) fetched = collect(document, seen, texts);
  fetched.format = format;
  fetched.schema = text_of(document.json, "schema");
  fetched.references = std::move(texts);
  return fetched;
}

}  // namespace outflow::connectors
