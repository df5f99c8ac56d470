// One accepted connection as a stream with a deadline and a limit on what it reads; plain or TLS. Internal to http/.
//
// Owns the socket. One thread. `stop_fd` becoming readable ends every wait.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>

#include <httplib.h>
#include <openssl/ssl.h>

namespace outflow::connectors {

struct SslContextFree {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using SslContext = std::unique_ptr<SSL_CTX, SslContextFree>;

class Connection final : public httplib::Stream {
 public:
  struct Limits {
    std::chrono::steady_clock::time_point deadline;
    std::size_t max_read_bytes = 0;
    int stop_fd = -1;
  };
  // `context` may be null: plain.
  Connection(int socket, SSL_CTX* context, Limits limits);
  ~Connection() override;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  [[nodiscard]] bool handshake();  // true at once where plain
  // Ends the connection so that the peer gets all that was written, even if it sent more than was read.
  void finish();

  [[nodiscard]] bool is_readable() const override { return true; }
  [[nodiscard]] bool is_writable() const override { return true; }
  ssize_t read(char* data, size_t size) override;
  ssize_t write(const char* data, size_t size) override;
  void get_remote_ip_and_port(std::string& ip, int& port) const override;
  void get_local_ip_and_port(std::string& ip, int& port) const override;
  // Only compared with FD_SETSIZE by the library, which waits with select(); this class waits with poll().
  [[nodiscard]] int socket() const override { return 0; }

 private:
  // Waits until the socket is ready for `events` (poll's); false at the deadline, on stop or on error.
  [[nodiscard]] bool wait(short events) const;
  // True where a TLS call should be repeated after waiting.
  [[nodiscard]] bool wait_for_tls(int result) const;

  struct SslFree {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };
  int socket_;
  Limits limits_;
  std::size_t read_bytes_ = 0;
  std::unique_ptr<SSL, SslFree> ssl_;
};

}  // namespace outflow::connectors
