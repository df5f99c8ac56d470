#include "tests/support/registry_double.h"

#include <httplib.h>

#include <atomic>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

namespace outflow::testing {
namespace {

constexpr const char* kType = "application/vnd.schemaregistry.v1+json";

std::string error_body(int code, const char* message) {
  return nlohmann::json{{"error_code", code}, {"message", message}}.dump();
}

}  // namespace

class RegistryDouble::Impl {
 public:
  Impl() {
    server_.set_pre_routing_handler([this](const httplib::Request& request, httplib::Response& response) {
      ++requests;
      const std::scoped_lock lock(mutex);
      if (status != 0) {
        response.status = status;
        response.set_content(error_body(status, "in trouble"), kType);
        return httplib::Server::HandlerResponse::Handled;
      }
      if (!authorization.empty() && request.get_header_value("Authorization") != authorization) {
        response.status = 401;
        response.set_content(error_body(401, "Unauthorized"), kType);
        return httplib::Server::HandlerResponse::Handled;
      }
      return httplib::Server::HandlerResponse::Unhandled;
    });
    server_.Get(R"(/schemas/ids/(\d+))", [this](const httplib::Request& request, httplib::Response& response) {
      answer(std::string(request.matches[1]), 40'403, "Schema not found", response);
    });
    server_.Get(R"(/subjects/([^/]+)/versions/(\d+))",
                [this](const httplib::Request& request, httplib::Response& response) {
                  answer(std::string(request.matches[1]) + "/" + std::string(request.matches[2]), 40'401,
                         "Subject not found", response);
                });
    port = server_.bind_to_any_port("127.0.0.1");
    thread_ = std::thread([this] { server_.listen_after_bind(); });
  }
  ~Impl() {
    while (!server_.is_running()) std::this_thread::yield();
    server_.stop();
    thread_.join();
  }

  void answer(const std::string& key, int code, const char* message, httplib::Response& response) {
    const std::scoped_lock lock(mutex);
    const auto found = bodies.find(key);
    response.status = found == bodies.end() ? 404 : 200;
    response.set_content(found == bodies.end() ? error_body(code, message) : found->second, kType);
  }

  std::mutex mutex;
  std::map<std::string, std::string> bodies;
  std::string authorization;
  int status = 0;
  std::atomic<int> requests{0};
  int port = 0;

 private:
  httplib::Server server_;
  std::thread thread_;
};

namespace {

std::string body(const std::string& schema, const std::string& type, const std::string& references) {
  nlohmann::json json{{"schema", schema}};
  if (type != "AVRO") json["schemaType"] = type;
  if (!references.empty()) json["references"] = nlohmann::json::parse(references);
  return json.dump();
}

}  // namespace

RegistryDouble::RegistryDouble() : impl_(std::make_unique<Impl>()) {}
RegistryDouble::~RegistryDouble() = default;

std::string RegistryDouble::url() const {
  return "http://127.0.0.1:" + std::to_string(impl_->port);
}

void RegistryDouble::add(std::uint32_t id, const std::string& schema, const std::string& type,
                         const std::string& references) {
  const std::scoped_lock lock(impl_->mutex);
  impl_->bodies[std::to_string(id)] = body(schema, type, references);
}

void RegistryDouble::add_version(const std::string& subject, int version, const std::string& schema,
                                 const std::string& references) {
  const std::scoped_lock lock(impl_->mutex);
  impl_->bodies[subject + "/" + std::to_string(version)] = body(schema, "AVRO", references);
}

void RegistryDouble::fail_with(int status) {
  const std::scoped_lock lock(impl_->mutex);
  impl_->status = status;
}

void RegistryDouble::require(const std::string& authorization) {
  const std::scoped_lock lock(impl_->mutex);
  impl_->authorization = authorization;
}

int RegistryDouble::requests() const {
  return impl_->requests;
}

}  // namespace outflow::testing
