// The HTTP server against real sockets: well-behaved clients, and others.
#include "connectors/http/server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <condition_variable>
#include <cstdio>
#include <filesystem>
#include <mutex>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "connectors/http/access.h"

namespace outflow::connectors::http_server_test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

constexpr auto kPatience = std::chrono::seconds(20);

// A client's socket that says exactly what it is told.
class RawClient {
 public:
  explicit RawClient(int port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  ~RawClient() { ::close(socket_); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  [[nodiscard]] bool connected() const { return connected_; }
  bool send(std::string_view text) const {
    while (!text.empty()) {
      const ssize_t count = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
      if (count <= 0) return false;
      text.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
  }
  // All until the server closes; "(timeout)" if it does not within kPatience.
  [[nodiscard]] std::string receive() const {
    std::string all;
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    for (std::array<char, 4096> buffer{};;) {
      const auto left =
          std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
      pollfd polled{socket_, POLLIN, 0};
      if (left.count() <= 0 || ::poll(&polled, 1, static_cast<int>(left.count())) <= 0) return "(timeout)";
      const ssize_t count = ::recv(socket_, buffer.data(), buffer.size(), 0);
      if (count <= 0) return all;
      all.append(buffer.data(), static_cast<std::size_t>(count));
    }
  }

 private:
  int socket_;
  bool connected_ = false;
};

std::vector<HttpRoute> routes() {
  std::vector<HttpRoute> all;
  all.push_back({"/hello", false, [](const HttpRequest&) { return HttpResponse{200, "text/plain", "hello\n"}; }});
  all.push_back({"/probe", true, [](const HttpRequest& request) {
                   return HttpResponse{request.trusted ? 200 : 503, "text/plain", request.trusted ? "all" : "little"};
                 }});
  all.push_back({"/throws", false, [](const HttpRequest&) -> HttpResponse { throw std::runtime_error("secret"); }});
  return all;
}

std::unique_ptr<HttpServer> start(HttpServerOptions options = {}) {
  Result<std::unique_ptr<HttpServer>> server = HttpServer::start(std::move(options), routes());
  EXPECT_TRUE(server.ok()) << (server.ok() ? "" : server.error().message);
  return server.ok() ? std::move(server).value() : nullptr;
}

std::string ask(int port, const std::string& request) {
  const RawClient client(port);
  client.send(request);
  return client.receive();
}

TEST(HttpServer, AnswersOnAFreePortOfLoopbackWithSecurityHeaders) {
  const auto server = start();
  EXPECT_GT(server->port(), 0);
  EXPECT_EQ(server->url(), "http://127.0.0.1:" + std::to_string(server->port()));
  httplib::Client client("127.0.0.1", server->port());
  const httplib::Result answer = client.Get("/hello");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body, "hello\n");
  EXPECT_EQ(answer->get_header_value("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(answer->get_header_value("Cache-Control"), "no-store");
  EXPECT_THAT(answer->get_header_value("Content-Security-Policy"), HasSubstr("default-src 'none'"));
  EXPECT_FALSE(answer->has_header("Server"));
}

TEST(HttpServer, SaysWhatIsWrongWithARequest) {
  const auto server = start();
  httplib::Client client("127.0.0.1", server->port());
  EXPECT_EQ(client.Get("/nothing")->status, 404);
  EXPECT_EQ(client.Get("/hello/")->status, 404);
  EXPECT_EQ(client.Get("/../hello")->status, 404);
  const httplib::Result posted = client.Post("/hello", std::string(1 << 16, 'x'), "text/plain");
  ASSERT_TRUE(posted);
  EXPECT_EQ(posted->status, 405);
  EXPECT_EQ(posted->get_header_value("Allow"), "GET, HEAD");
  const httplib::Result head = client.Head("/hello");
  EXPECT_EQ(head->status, 200);
  EXPECT_THAT(head->body, IsEmpty());
}

TEST(HttpServer, AHandlerThatThrowsTellsNothing) {
  const auto server = start();
  const std::string answer = ask(server->port(), "GET /throws HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 500"));
  EXPECT_THAT(answer, Not(HasSubstr("secret")));
}

TEST(HttpServer, WithoutATokenOnlyRequestsToThisMachineAreAnswered) {
  const auto server = start();
  EXPECT_THAT(ask(server->port(), "GET /hello HTTP/1.1\r\nHost: evil.example:80\r\n\r\n"), StartsWith("HTTP/1.1 403"));
  EXPECT_THAT(ask(server->port(), "GET /hello HTTP/1.0\r\n\r\n"), StartsWith("HTTP/1.1 403"));
  EXPECT_THAT(ask(server->port(), "GET /hello HTTP/1.1\r\nHost: localhost:1\r\n\r\n"), StartsWith("HTTP/1.1 200"));
  EXPECT_TRUE(names_this_machine("[::1]:9464"));
  EXPECT_TRUE(names_this_machine("127.1.2.3"));
  for (const char* other : {"", "127.0.0.1.evil.example", "localhost.evil.example", "[::2]", "[::1", "10.0.0.1"}) {
    EXPECT_FALSE(names_this_machine(other)) << other;
  }
}

TEST(HttpServer, AskedForATokenOnlyOpenRoutesAnswerWithoutIt) {
  HttpServerOptions options;
  options.bearer_token = "0123456789abcdef";
  const auto server = start(options);
  httplib::Client client("127.0.0.1", server->port());
  EXPECT_EQ(client.Get("/hello")->status, 401);
  EXPECT_EQ(client.Get("/nothing")->status, 401) << "what exists is not told either";
  EXPECT_EQ(client.Get("/hello", {{"Authorization", "Bearer 0123456789abcdeF"}})->status, 401);
  EXPECT_EQ(client.Get("/hello", {{"Authorization", "Bearer "}})->status, 401);
  EXPECT_EQ(client.Get("/hello", {{"Authorization", "Bearer 0123456789abcdef"}})->status, 200);
  EXPECT_EQ(client.Get("/probe")->body, "little");
  EXPECT_EQ(client.Get("/probe", {{"Authorization", "Bearer 0123456789abcdef"}})->body, "all");
  EXPECT_FALSE(token_matches("Bearer ", ""));
}

TEST(HttpServer, ThousandsOfRangesAreOneAnswer) {
  const auto server = start();
  std::string ranges = "bytes=0-";
  while (ranges.size() < 4000) ranges += ",0-";
  const std::string answer =
      ask(server->port(), "GET /hello HTTP/1.1\r\nHost: localhost\r\nRange: " + ranges + "\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200"));
  EXPECT_LT(answer.size(), 1000U);
}

TEST(HttpServer, GarbageAndHeadersWithoutEndAreCutOff) {
  const auto server = start();
  EXPECT_THAT(ask(server->port(), "\x16\x03\x01 nonsense\r\n\r\n"), StartsWith("HTTP/1.1 400"));
  EXPECT_THAT(ask(server->port(), "GET\r\n\r\n"), StartsWith("HTTP/1.1 400"));
  {
    const RawClient client(server->port());
    client.send("GET /hello HTTP/1.1\r\n");
    std::string header = "X-Filler: " + std::string(1000, 'x') + "\r\n";
    for (int i = 0; i < 10'000 && client.send(header); ++i) {
    }
    EXPECT_NE(client.receive(), "(timeout)");
  }
  EXPECT_THAT(ask(server->port(), "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n"), StartsWith("HTTP/1.1 200"));
}

TEST(HttpServer, ClientsThatDripCannotHoldItsThreads) {
  HttpServerOptions options;
  options.threads = 1;
  options.deadline = std::chrono::milliseconds(300);
  const auto server = start(options);
  const RawClient slow(server->port());
  slow.send("GET /hello HTTP/1.1\r\nX: ");
  EXPECT_THAT(ask(server->port(), "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n"), StartsWith("HTTP/1.1 200"));
  EXPECT_NE(slow.receive(), "(timeout)");
}

TEST(HttpServer, BeyondItsQueueClientsAreTurnedAwayAtOnce) {
  std::mutex mutex;
  std::condition_variable changed;
  bool entered = false;
  bool leave = false;
  std::vector<HttpRoute> blocking;
  blocking.push_back({"/wait", false, [&](const HttpRequest&) {
                        std::unique_lock lock(mutex);
                        entered = true;
                        changed.notify_all();
                        changed.wait(lock, [&] { return leave; });
                        return HttpResponse{200, "text/plain", "done"};
                      }});
  HttpServerOptions options;
  options.threads = 1;
  options.queue = 1;
  const auto server = HttpServer::start(options, blocking);
  ASSERT_TRUE(server.ok());
  const int port = (*server)->port();
  constexpr const char* kWait = "GET /wait HTTP/1.1\r\nHost: localhost\r\n\r\n";
  const RawClient working(port);
  working.send(kWait);
  {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return entered; });
  }
  const RawClient waiting(port);
  waiting.send(kWait);
  EXPECT_THAT(ask(port, kWait), StartsWith("HTTP/1.1 503"));
  {
    const std::scoped_lock lock(mutex);
    leave = true;
    changed.notify_all();
  }
  EXPECT_THAT(working.receive(), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(waiting.receive(), StartsWith("HTTP/1.1 200"));
}

TEST(HttpServer, StoppingBreaksOffOpenConnectionsAndFreesThePort) {
  HttpServerOptions options;
  auto server = start(options);
  options.port = server->port();
  const RawClient idle(server->port());
  ASSERT_TRUE(idle.connected());
  const auto before = std::chrono::steady_clock::now();
  server->stop();
  server->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(5));
  EXPECT_NE(start(options), nullptr);
}

TEST(HttpServer, APortInUseIsRefusedNotShared) {
  HttpServerOptions options;
  const auto first = start(options);
  options.port = first->port();
  const auto second = HttpServer::start(options, routes());
  ASSERT_FALSE(second.ok());
  EXPECT_THAT(second.error().message, HasSubstr("cannot listen on 127.0.0.1:" + std::to_string(first->port())));
}

// A self-signed certificate for localhost, made anew in each run: nothing that can expire lies in the tree.
class Certificate {
 public:
  Certificate() : folder_(std::filesystem::path(::testing::TempDir()) / ("outflow-tls-" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(folder_);
    EVP_PKEY* key = EVP_EC_gen("P-256");
    X509* certificate = X509_new();
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    X509_NAME* name = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("localhost"), -1, -1,
                               0);
    X509_set_issuer_name(certificate, name);
    X509_sign(certificate, key, EVP_sha256());
    FILE* file = std::fopen(certificate_file().c_str(), "w");
    PEM_write_X509(file, certificate);
    std::fclose(file);
    file = std::fopen(key_file().c_str(), "w");
    PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(file);
    X509_free(certificate);
    EVP_PKEY_free(key);
  }
  ~Certificate() { std::filesystem::remove_all(folder_); }
  Certificate(const Certificate&) = delete;
  Certificate& operator=(const Certificate&) = delete;
  [[nodiscard]] std::string certificate_file() const { return folder_ / "tls.crt"; }
  [[nodiscard]] std::string key_file() const { return folder_ / "tls.key"; }

 private:
  std::filesystem::path folder_;
};

TEST(HttpServer, SpeaksTlsAndOnlyTlsWhereItHasACertificate) {
  const Certificate certificate;
  HttpServerOptions options;
  options.certificate_file = certificate.certificate_file();
  options.key_file = certificate.key_file();
  options.bearer_token = "0123456789abcdef";
  const auto server = start(options);
  EXPECT_THAT(server->url(), StartsWith("https://"));
  httplib::SSLClient client("127.0.0.1", server->port());
  client.enable_server_certificate_verification(false);
  EXPECT_EQ(client.Get("/hello", {{"Authorization", "Bearer 0123456789abcdef"}})->body, "hello\n");
  EXPECT_EQ(client.Get("/hello")->status, 401);
  EXPECT_THAT(ask(server->port(), "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n"), Not(HasSubstr("HTTP/1.1 200")));
}

TEST(HttpServer, ACertificateThatIsNoneIsRefused) {
  HttpServerOptions options;
  options.certificate_file = "/dev/null";
  options.key_file = "/dev/null";
  const auto server = HttpServer::start(options, routes());
  ASSERT_FALSE(server.ok());
  EXPECT_EQ(server.error().code, ErrorCode::kRefuse);
  EXPECT_THAT(server.error().message, HasSubstr("certificate file '/dev/null' cannot be used"));
}

}  // namespace
}  // namespace outflow::connectors::http_server_test
