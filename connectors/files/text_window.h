// TextWindow: a part of a stream of text held in memory, with its place in the stream.
//
// Readers look at view(), ask for more() where it does not hold a whole record, and consume() what they have dealt
// with. Views die at the next more(). One thread. The buffer grows as far as its readers let it: they bound it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "connectors/files/byte_source.h"

namespace outflow::connectors {

class TextWindow {
 public:
  // `offset` and `line` (from 1) say where in its stream the source stands.
  explicit TextWindow(std::unique_ptr<ByteSource> source, std::uint64_t offset = 0, std::uint64_t line = 1)
      : source_(std::move(source)), offset_(offset), line_(line) {}

  [[nodiscard]] std::string_view view() const noexcept { return {buffer_.data() + begin_, end_ - begin_}; }
  // Reads more behind view(). False at the end of the stream, or where it broke: see failure().
  bool more();
  // Steps over the first `size` characters. REQUIRES: size <= view().size().
  void consume(std::size_t size) noexcept;

  [[nodiscard]] std::uint64_t line() const noexcept { return line_; }      // of view()'s first character
  [[nodiscard]] std::uint64_t offset() const noexcept { return offset_; }  // in plain bytes
  [[nodiscard]] const std::optional<Error>& failure() const noexcept { return failure_; }
  [[nodiscard]] std::uint64_t bytes_read() const { return source_->bytes_read(); }

 private:
  static constexpr std::size_t kChunkBytes = 64U << 10;

  std::unique_ptr<ByteSource> source_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::uint64_t offset_;
  std::uint64_t line_;
  bool at_end_ = false;
  std::optional<Error> failure_;
};

}  // namespace outflow::connectors
