// The one HTTP port of a process: /metrics, /healthz, /readyz, and what the console will add.
//
// Bounded in every direction: threads, waiting connections, bytes of a request, seconds of a connection (from accept to
// the last byte, so that no client can hold a thread by dripping). One request a connection. TLS 1.2 or later and a
// bearer token where the options name them; without a token only requests whose Host is this machine are answered, so
// that no web page can read the metrics through a rebound name.
//
// start() and stop() from one thread; routes are answered on the server's own threads, several at a time.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "features/result.h"

namespace outflow::connectors {

struct HttpRequest {
  std::string path;
  bool trusted = false;  // sent the token, or none is asked for
};

struct HttpResponse {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
};

struct HttpRoute {
  std::string path;   // exact, e.g. "/metrics"; answers GET and HEAD
  bool open = false;  // answered without the token too (request.trusted tells); for probes
  std::function<HttpResponse(const HttpRequest&)> answer;
};

struct HttpServerOptions {
  std::string address = "127.0.0.1";
  int port = 0;                  // 0 = any free one
  std::string certificate_file;  // PEM chain; with key_file: TLS
  std::string key_file;
  std::string bearer_token;  // empty = none asked for
  std::size_t threads = 3;
  std::size_t queue = 16;                      // connections that wait for a thread; more are answered 503 at once
  std::size_t max_request_bytes = 8U << 10;    // request line and headers; bodies are never read
  std::chrono::milliseconds deadline{10'000};  // of one connection
};

class HttpServer {
 public:
  // Errors: kRefuse (address, port, certificate), each with its reason.
  static Result<std::unique_ptr<HttpServer>> start(HttpServerOptions options, std::vector<HttpRoute> routes);
  ~HttpServer();  // stops
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  [[nodiscard]] int port() const;         // the one in use
  [[nodiscard]] std::string url() const;  // "http://127.0.0.1:9464"
  // Closes the port, breaks off open connections, joins all threads. May be called twice.
  void stop();

 private:
  class Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace outflow::connectors
