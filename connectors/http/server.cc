#include "connectors/http/server.h"

#include <netinet/in.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include <openssl/err.h>

#include "connectors/http/access.h"
#include "connectors/http/connection.h"

namespace outflow::connectors {
namespace {

// A fixed number of threads before a bounded queue. When it is full the connection is answered on the spot, by the
// accepting thread: httplib has no way to refuse one.
class BoundedQueue final : public httplib::TaskQueue {
 public:
  BoundedQueue(std::size_t threads, std::size_t capacity) : capacity_(capacity) {
    for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
  }
  void enqueue(std::function<void()> task) override {
    {
      const std::scoped_lock lock(mutex_);
      if (tasks_.size() < capacity_) {
        tasks_.push_back(std::move(task));
        ready_.notify_one();
        return;
      }
    }
    overloaded() = true;
    task();
    overloaded() = false;
  }
  void shutdown() override {
    {
      const std::scoped_lock lock(mutex_);
      stopping_ = true;
      ready_.notify_all();
    }
    for (std::thread& thread : threads_) thread.join();
  }
  // True on the accepting thread while it must not wait for anybody.
  static bool& overloaded() {
    thread_local bool value = false;
    return value;
  }

 private:
  void work() {
    std::unique_lock lock(mutex_);
    for (;;) {
      ready_.wait(lock, [this] { return stopping_ || !tasks_.empty(); });
      if (tasks_.empty()) return;  // what was accepted is still answered, or broken off by stop_fd
      const std::function<void()> task = std::move(tasks_.front());
      tasks_.pop_front();
      lock.unlock();
      task();
      lock.lock();
    }
  }

  const std::size_t capacity_;
  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<std::function<void()>> tasks_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

// httplib's parser and writer over our own connections.
class BoundedServer final : public httplib::Server {
 public:
  BoundedServer(const HttpServerOptions& options, SSL_CTX* context, int stop_fd)
      : options_(options), context_(context), stop_fd_(stop_fd) {}

 private:
  bool process_and_close_socket(int socket) override {
    if (BoundedQueue::overloaded()) {
      constexpr std::string_view kBusy =
          "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
      if (context_ == nullptr) (void)::send(socket, kBusy.data(), kBusy.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      ::close(socket);
      return false;
    }
    Connection connection(socket, context_,
                          {std::chrono::steady_clock::now() + options_.deadline, options_.max_request_bytes, stop_fd_});
    if (!connection.handshake()) return false;
    bool closed = false;
    const bool answered = process_request(connection, true, closed, [](httplib::Request& request) {
      request.ranges.clear();  // thousands of ranges of one answer would be thousands of answers
      request.headers.erase("Range");
    });
    connection.finish();
    return answered;
  }

  const HttpServerOptions& options_;
  SSL_CTX* context_;
  int stop_fd_;
};

Result<SslContext> make_context(const HttpServerOptions& options) {
  const auto refuse = [](const std::string& what, const std::string& file) {
    const unsigned long code = ERR_get_error();
    const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
    return Error{ErrorCode::kRefuse,
                 what + " '" + file + "' cannot be used: " + (reason == nullptr ? "unknown" : reason)};
  };
  ERR_clear_error();
  SslContext context(SSL_CTX_new(TLS_server_method()));
  if (context == nullptr) return Error{ErrorCode::kRefuse, "TLS is not available"};
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // A key with a passphrase would ask on the terminal; a service has none.
  SSL_CTX_set_default_passwd_cb(context.get(), [](char*, int, int, void*) { return 0; });
  if (SSL_CTX_use_certificate_chain_file(context.get(), options.certificate_file.c_str()) != 1) {
    return refuse("certificate file", options.certificate_file);
  }
  if (SSL_CTX_use_PrivateKey_file(context.get(), options.key_file.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(context.get()) != 1) {
    return refuse("key file", options.key_file);
  }
  return context;
}

void answer_text(httplib::Response& response, int status, const char* text) {
  response.status = status;
  response.set_content(std::string(text) + "\n", "text/plain; charset=utf-8");
}

}  // namespace

class HttpServer::Impl {
 public:
  Impl(HttpServerOptions options, std::vector<HttpRoute> routes)
      : options_(std::move(options)), routes_(std::move(routes)), stop_fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
  ~Impl() {
    stop();
    if (stop_fd_ >= 0) ::close(stop_fd_);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Result<> start() {
    if (!options_.certificate_file.empty() || !options_.key_file.empty()) {
      Result<SslContext> context = make_context(options_);
      if (!context) return context.error();
      context_ = std::move(*context);
    }
    server_ = std::make_unique<BoundedServer>(options_, context_.get(), stop_fd_);
    configure();
    errno = 0;
    const bool any = options_.port == 0;
    port_ = any ? server_->bind_to_any_port(options_.address)
                : (server_->bind_to_port(options_.address, options_.port) ? options_.port : -1);
    if (port_ <= 0) {
      return Error{ErrorCode::kRefuse, "cannot listen on " + options_.address + ":" + std::to_string(options_.port) +
                                           ": " + (errno == 0 ? "no such address" : std::strerror(errno))};
    }
    listener_ = std::thread([this] {
      server_->listen_after_bind();
      ended_ = true;
    });
    // stop() before this point would be overlooked by httplib.
    while (!server_->is_running() && !ended_) std::this_thread::yield();
    return {};
  }

  void stop() {
    if (!listener_.joinable()) return;
    const std::uint64_t one = 1;
    (void)!::write(stop_fd_, &one, sizeof one);
    server_->stop();
    listener_.join();
  }

  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] std::string url() const {
    const bool six = options_.address.find(':') != std::string::npos;
    return std::string(context_ == nullptr ? "http://" : "https://") +
           (six ? "[" + options_.address + "]" : options_.address) + ":" + std::to_string(port_);
  }

 private:
  void configure() {
    server_->new_task_queue = [this] { return new BoundedQueue(options_.threads, options_.queue); };  // httplib owns it
    // httplib's own default is SO_REUSEPORT, with which a second process would take half of the connections unnoticed.
    server_->set_socket_options([](int socket) {
      const int yes = 1;
      ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    });
    server_->set_default_headers({{"X-Content-Type-Options", "nosniff"},
                                  {"X-Frame-Options", "DENY"},
                                  {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
                                  {"Referrer-Policy", "no-referrer"},
                                  {"Cache-Control", "no-store"}});
    server_->set_pre_routing_handler([this](const httplib::Request& request, httplib::Response& response) {
      route(request, response);
      return httplib::Server::HandlerResponse::Handled;
    });
    server_->set_exception_handler([](const httplib::Request&, httplib::Response& response, std::exception_ptr) {
      answer_text(response, 500, "internal error");
    });
  }

  void route(const httplib::Request& request, httplib::Response& response) const {
    if (options_.bearer_token.empty() && !names_this_machine(request.get_header_value("Host"))) {
      return answer_text(response, 403, "without a token only requests to localhost or 127.0.0.1 are answered");
    }
    const HttpRoute* found = nullptr;
    for (const HttpRoute& route : routes_) {
      if (route.path == request.path) found = &route;
    }
    const bool trusted = options_.bearer_token.empty() ||
                         token_matches(request.get_header_value("Authorization"), options_.bearer_token);
    if (!trusted && (found == nullptr || !found->open)) {
      response.set_header("WWW-Authenticate", "Bearer");
      return answer_text(response, 401, "a bearer token is needed");
    }
    if (found == nullptr) return answer_text(response, 404, "not found");
    if (request.method != "GET" && request.method != "HEAD") {
      response.set_header("Allow", "GET, HEAD");
      return answer_text(response, 405, "only GET and HEAD");
    }
    HttpResponse answer = found->answer({request.path, trusted});
    response.status = answer.status;
    response.set_content(answer.body, answer.content_type);
  }

  const HttpServerOptions options_;
  const std::vector<HttpRoute> routes_;
  const int stop_fd_;
  SslContext context_;
  std::unique_ptr<BoundedServer> server_;
  std::thread listener_;
  std::atomic<bool> ended_ = false;
  int port_ = -1;
};

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() = default;

Result<std::unique_ptr<HttpServer>> HttpServer::start(HttpServerOptions options, std::vector<HttpRoute> routes) {
  auto impl = std::make_unique<Impl>(std::move(options), std::move(routes));
  const Result<> started = impl->start();
  if (!started) return started.error();
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

int HttpServer::port() const {
  return impl_->port();
}
std::string HttpServer::url() const {
  return impl_->url();
}
void HttpServer::stop() {
  impl_->stop();
}

}  // namespace outflow::connectors
