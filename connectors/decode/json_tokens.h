// JsonTokens: one JSON document, its structure indexed by simdjson's first stage.
//
// The first stage checks UTF-8, finds every quote, bracket, comma, colon and scalar at gigabytes per second, and
// refuses raw control characters inside strings; JsonCursor then checks the grammar in one pass over the index.
// So the whole document is validated and no value is touched that nobody asks for: simdjson's own on-demand API
// does not check what it skips, and its DOM copies every string, `Records` included.
//
// Owns a copy of the bytes: views into text() stay valid until the next load(). One thread. Reuses its memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "connectors/decode/decoder.h"

namespace outflow::connectors {

class JsonTokens {
 public:
  JsonTokens();
  ~JsonTokens();

  // kNone, or why these bytes are no JSON: kEmpty, kNotUtf8, kTruncated, kMalformedJson.
  RejectReason load(std::string_view bytes);

  // The same for the inside of a JSON string, which is unescaped first. REQUIRES: its escapes are valid.
  RejectReason load_escaped(std::string_view inside);

  [[nodiscard]] const char* text() const noexcept { return text_.get(); }
  [[nodiscard]] std::uint32_t size() const noexcept { return size_; }

  // Offsets of the tokens' first characters; those of the kBehind tokens behind the last are size().
  static constexpr std::uint32_t kBehind = 4;
  [[nodiscard]] std::uint32_t count() const noexcept { return count_; }
  [[nodiscard]] std::uint32_t offset(std::uint32_t token) const noexcept { return offsets_[token]; }
  [[nodiscard]] const std::uint32_t* offsets() const noexcept { return offsets_; }
  // Whether a backslash stands in [begin, end). Cheap where places are asked for from left to right.
  [[nodiscard]] bool has_backslash(std::uint32_t begin, std::uint32_t end) noexcept {
    return (end > next_backslash_ || begin < clear_from_) && seek_backslash(begin, end);
  }
  // The first backslash from where has_backslash() was last asked on.
  [[nodiscard]] std::uint32_t next_backslash() const noexcept { return next_backslash_; }

  // The token's first character; a space, which begins no token, behind the last.
  [[nodiscard]] char kind(std::uint32_t token) const noexcept { return text_[offsets_[token]]; }

 private:
  struct Stage;  // simdjson's types stay out of this header
  bool reserve(std::size_t size);
  RejectReason index();
  bool seek_backslash(std::uint32_t begin, std::uint32_t end) noexcept;

  std::unique_ptr<Stage> stage_;
  std::unique_ptr<char[]> text_;
  std::size_t capacity_ = 0;
  std::uint32_t size_ = 0;
  std::uint32_t count_ = 0;
  const std::uint32_t* offsets_ = nullptr;
  std::uint32_t clear_from_ = 0;  // no backslash stands in [clear_from_, next_backslash_)
  std::uint32_t next_backslash_ = 0;
};

}  // namespace outflow::connectors
