#include "connectors/http/connection.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include <openssl/err.h>

namespace outflow::connectors {

Connection::Connection(int socket, SSL_CTX* context, Limits limits) : socket_(socket), limits_(limits) {
  ::fcntl(socket_, F_SETFL, ::fcntl(socket_, F_GETFL, 0) | O_NONBLOCK);
  if (context == nullptr) return;
  ssl_.reset(SSL_new(context));
  if (ssl_ != nullptr) SSL_set_fd(ssl_.get(), socket_);
}

Connection::~Connection() {
  ssl_.reset();
  ::close(socket_);
}

bool Connection::wait(short events) const {
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(limits_.deadline - std::chrono::steady_clock::now());
  if (left.count() <= 0) return false;
  std::array<pollfd, 2> polled{{{socket_, events, 0}, {limits_.stop_fd, POLLIN, 0}}};
  const int ready = ::poll(polled.data(), polled.size(), static_cast<int>(left.count()));
  if (ready < 0) return errno == EINTR;  // the caller tries again
  return ready > 0 && polled[1].revents == 0;
}

bool Connection::wait_for_tls(int result) const {
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return wait(POLLIN);
    case SSL_ERROR_WANT_WRITE:
      return wait(POLLOUT);
    default:
      return false;
  }
}

bool Connection::handshake() {
  if (ssl_ == nullptr) return true;
  for (;;) {
    ERR_clear_error();
    const int result = SSL_accept(ssl_.get());
    if (result == 1) return true;
    if (!wait_for_tls(result)) return false;
  }
}

ssize_t Connection::read(char* data, size_t size) {
  if (read_bytes_ >= limits_.max_read_bytes) return -1;
  size = std::min({size, limits_.max_read_bytes - read_bytes_, std::size_t{16'384}});
  for (;;) {
    ssize_t count = -1;
    bool again = false;
    if (ssl_ != nullptr) {
      ERR_clear_error();
      count = SSL_read(ssl_.get(), data, static_cast<int>(size));
      again = count <= 0 && wait_for_tls(static_cast<int>(count));
    } else {
      count = ::recv(socket_, data, size, 0);
      again = count < 0 && (errno == EINTR || ((errno == EAGAIN || errno == EWOULDBLOCK) && wait(POLLIN)));
    }
    if (count > 0) read_bytes_ += static_cast<std::size_t>(count);
    if (!again) return count;
  }
}

ssize_t Connection::write(const char* data, size_t size) {
  std::size_t written = 0;
  while (written < size) {
    const std::size_t part = std::min(size - written, std::size_t{1} << 20);
    ssize_t count = -1;
    bool again = false;
    if (ssl_ != nullptr) {
      ERR_clear_error();
      count = SSL_write(ssl_.get(), data + written, static_cast<int>(part));
      again = count <= 0 && wait_for_tls(static_cast<int>(count));
    } else {
      count = ::send(socket_, data + written, part, MSG_NOSIGNAL);
      again = count < 0 && (errno == EINTR || ((errno == EAGAIN || errno == EWOULDBLOCK) && wait(POLLOUT)));
    }
    if (count > 0) {
      written += static_cast<std::size_t>(count);
    } else if (!again) {
      return -1;
    }
  }
  return static_cast<ssize_t>(written);
}

void Connection::finish() {
  if (ssl_ != nullptr) {
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
  }
  ::shutdown(socket_, SHUT_WR);
  // Closing with unread bytes resets the connection and may destroy the answer on its way; so take in a little more.
  limits_.deadline = std::min(limits_.deadline, std::chrono::steady_clock::now() + std::chrono::milliseconds(500));
  std::array<char, 4096> ignored{};
  for (int i = 0; i < 16 && wait(POLLIN); ++i) {
    if (::recv(socket_, ignored.data(), ignored.size(), 0) <= 0) return;
  }
}

void Connection::get_remote_ip_and_port(std::string& ip, int& port) const {
  ip.clear();  // nobody asks: addresses of scrapers are not logged
  port = 0;
}

void Connection::get_local_ip_and_port(std::string& ip, int& port) const {
  ip.clear();
  port = 0;
}

}  // namespace outflow::connectors
