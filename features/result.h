// Errors as values. A Result<T> holds either a T or an Error; nothing in Outflow throws across a module border.
//
// Third-party errors (librdkafka, RocksDB, YAML, the file system) are translated into an Error where they enter.
// Error codes are few and grouped by what the caller does about them.
#pragma once

#include <cassert>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>

namespace outflow {

enum class ErrorCode : std::uint8_t {
  kRetry,       // transient: try the same again, later
  kDeadLetter,  // this record is bad: set it aside, count it, go on
  kRefuse,      // wrong configuration, arguments or state: do not start (CLI exit 78 or 2)
  kStop,        // cannot go on: stop cleanly and say why
};

struct Error {
  ErrorCode code = ErrorCode::kStop;
  std::string message;  // one sentence for a person; never record contents, query literals or secrets
};

struct Ok {};

template <typename T = Ok>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}
  Result()
    requires std::is_same_v<T, Ok>
      : state_(std::in_place_index<0>) {}

  [[nodiscard]] bool ok() const noexcept { return state_.index() == 0; }
  explicit operator bool() const noexcept { return ok(); }

  // REQUIRES: ok().
  [[nodiscard]] T& value() & {
    assert(ok());
    return *std::get_if<0>(&state_);
  }
  [[nodiscard]] const T& value() const& {
    assert(ok());
    return *std::get_if<0>(&state_);
  }
  [[nodiscard]] T&& value() && {
    assert(ok());
    return std::move(*std::get_if<0>(&state_));
  }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }

  // REQUIRES: !ok().
  [[nodiscard]] const Error& error() const {
    assert(!ok());
    return *std::get_if<1>(&state_);
  }

 private:
  std::variant<T, Error> state_;
};

}  // namespace outflow
