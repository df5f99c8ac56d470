// RegistryDouble: a schema registry with Confluent's interface on a free loopback port, for tests: GET
// /schemas/ids/ID and /subjects/NAME/versions/N with its error codes, and the troubles a registry can be in.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace outflow::testing {

class RegistryDouble {
 public:
  RegistryDouble();
  ~RegistryDouble();

  [[nodiscard]] std::string url() const;
  // `type`: AVRO (which the answer leaves out, as the real one does), JSON, PROTOBUF. `references`: a JSON array.
  void add(std::uint32_t id, const std::string& schema, const std::string& type = "AVRO",
           const std::string& references = "");
  void add_version(const std::string& subject, int version, const std::string& schema,
                   const std::string& references = "");
  void fail_with(int status);                      // 0 = no more
  void require(const std::string& authorization);  // the header's value; else 401
  [[nodiscard]] int requests() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace outflow::testing
