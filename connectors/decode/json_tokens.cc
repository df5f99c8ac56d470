#include "connectors/decode/json_tokens.h"

#include <simdjson.h>

#include <algorithm>
#include <cstring>

#include "connectors/decode/json_scalar.h"

namespace outflow::connectors {
namespace {

constexpr std::size_t kFirstCapacity = 16U << 10;
constexpr std::size_t kDepthUnused = 1;  // the second stage, which would need it, is our own

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

struct JsonTokens::Stage {
  std::unique_ptr<simdjson::internal::dom_parser_implementation> parser;
};

JsonTokens::JsonTokens() : stage_(std::make_unique<Stage>()) {}
JsonTokens::~JsonTokens() = default;

bool JsonTokens::reserve(std::size_t size) {
  if (size <= capacity_) return true;
  const std::size_t wanted = std::max(size, std::max(kFirstCapacity, capacity_ * 2));
  capacity_ = 0;
  const auto& implementation = simdjson::get_active_implementation();
  simdjson::error_code error = simdjson::SUCCESS;
  if (stage_->parser == nullptr) {
    error = implementation->create_dom_parser_implementation(wanted, kDepthUnused, stage_->parser);
  } else {
    error = stage_->parser->allocate(wanted, kDepthUnused);
  }
  if (error != simdjson::SUCCESS) return false;
  text_ = std::make_unique_for_overwrite<char[]>(wanted + simdjson::SIMDJSON_PADDING);
  capacity_ = wanted;
  return true;
}

RejectReason JsonTokens::load(std::string_view bytes) {
  count_ = 0;
  if (bytes.starts_with(kByteOrderMark)) bytes.remove_prefix(kByteOrderMark.size());
  if (bytes.empty()) return RejectReason::kEmpty;
  if (!reserve(bytes.size())) return RejectReason::kTooLarge;
  std::memcpy(text_.get(), bytes.data(), bytes.size());
  size_ = static_cast<std::uint32_t>(bytes.size());
  return index();
}

RejectReason JsonTokens::load_escaped(std::string_view inside) {
  count_ = 0;
  if (!reserve(inside.size())) return RejectReason::kTooLarge;
  size_ = static_cast<std::uint32_t>(unescape(inside, text_.get()) - text_.get());
  return size_ == 0 ? RejectReason::kEmpty : index();
}

RejectReason JsonTokens::index() {
  std::memset(text_.get() + size_, ' ', simdjson::SIMDJSON_PADDING);
  // simdjson's interface is in std::uint8_t, which may alias char.
  const auto* raw = reinterpret_cast<const std::uint8_t*>(text_.get());
  switch (stage_->parser->stage1(raw, size_, simdjson::stage1_mode::regular)) {
    case simdjson::SUCCESS:
      break;
    case simdjson::EMPTY:
      return RejectReason::kEmpty;
    case simdjson::UTF8_ERROR:
      return RejectReason::kNotUtf8;
    case simdjson::UNCLOSED_STRING:
      return RejectReason::kTruncated;
    case simdjson::CAPACITY:
      return RejectReason::kTooLarge;
    default:
      return RejectReason::kMalformedJson;
  }
  count_ = stage_->parser->n_structural_indexes;
  offsets_ = stage_->parser->structural_indexes.get();
  // simdjson allots nine more than a document can have, and uses the first three of them for marks of its own.
  for (std::uint32_t i = 0; i < kBehind; ++i) stage_->parser->structural_indexes[count_ + i] = size_;
  clear_from_ = next_backslash_ = 0;
  (void)seek_backslash(0, size_);
  return RejectReason::kNone;
}

bool JsonTokens::seek_backslash(std::uint32_t begin, std::uint32_t end) noexcept {
  const auto find = [this](std::uint32_t from, std::uint32_t to) {
    const void* found = std::memchr(text_.get() + from, '\\', to - from);
    return found == nullptr ? to : static_cast<std::uint32_t>(static_cast<const char*>(found) - text_.get());
  };
  if (begin < clear_from_) {
    const std::uint32_t found = find(begin, clear_from_);
    if (found < clear_from_) next_backslash_ = found;
    clear_from_ = begin;
  } else if (begin > next_backslash_ || (begin == 0 && next_backslash_ == 0)) {
    next_backslash_ = find(begin, size_);
    clear_from_ = begin;
  }
  return next_backslash_ < end;
}

}  // namespace outflow::connectors
