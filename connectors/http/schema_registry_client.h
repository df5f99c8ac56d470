// One request at a time to a registry with Confluent's interface. One thread, but stop(), which any may call.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "connectors/http/schema_registry.h"

namespace outflow::connectors {

struct SchemaRegistry::Fetched {
  enum class Outcome : std::uint8_t { kFound, kMissing, kFailed } outcome = Outcome::kFailed;
  SchemaFormat format = SchemaFormat::kOther;
  std::string schema;
  std::vector<std::string> references;  // each before those that refer to it
  std::string problem;                  // of kFailed, for a person; no secrets
};

class SchemaRegistry::Client {
 public:
  // Null where the address is none.
  static std::unique_ptr<Client> make(const SchemaRegistrySettings& settings);
  ~Client();

  Fetched fetch(std::uint32_t id);
  void stop();  // ends a request that runs

 private:
  struct Connection;  // httplib's types stay out of this header
  struct Document;
  explicit Client(std::unique_ptr<Connection> connection);
  Fetched get(const std::string& path, Document& document);
  Fetched collect(const Document& document, std::vector<std::string>& seen, std::vector<std::string>& texts);
  std::unique_ptr<Connection> connection_;
};

}  // namespace outflow::connectors
