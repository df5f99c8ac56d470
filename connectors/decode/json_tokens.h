// JsonTokens: one JSON document, its structure indexed by simdjson's first stage.
//
// The first stage checks UTF-8, finds every quote, bracket, comma, colon and scalar at gigabytes per second, and
// refuses raw control characters inside strings; JsonWalker then checks the grammar in one pass over the index.
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

  [[nodiscard]] const char* text() const noexcept { return text_.get(); }
  [[nodiscard]] std::uint32_t size() const noexcept { return size_; }

  // Offsets of the tokens' first characters; those of the kBehind tokens behind the last are size().
  static constexpr std::uint32_t kBehind = 4;
  [[nodiscard]] std::uint32_t count() const noexcept { return count_; }
  [[nodiscard]] std::uint32_t offset(std::uint32_t token) const noexcept { return offsets_[token]; }
  [[nodiscard]] const std::uint32_t* offsets() const noexcept { return offsets_; }
  // The token's first character; a space, which begins no token, behind the last.
  [[nodiscard]] char kind(std::uint32_t token) const noexcept { return text_[offsets_[token]]; }

 private:
  struct Stage;  // simdjson's types stay out of this header
  bool reserve(std::size_t size);

  std::unique_ptr<Stage> stage_;
  std::unique_ptr<char[]> text_;
  std::size_t capacity_ = 0;
  std::uint32_t size_ = 0;
  std::uint32_t count_ = 0;
  const std::uint32_t* offsets_ = nullptr;
};

}  // namespace outflow::connectors
