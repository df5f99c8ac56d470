#include "connectors/decode/unpack.h"

#include <algorithm>
#include <utility>

#include "connectors/decode/avro_json.h"
#include "connectors/decode/base64.h"

namespace outflow::connectors {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kSpaces = " \t\r\n";
constexpr std::size_t kPrefixBytes = 5;
constexpr std::size_t kProbeCharacters = 64;
constexpr std::size_t kLeastCharge = 256;  // of a layer, however little is in it: buffers cost something too
constexpr std::size_t kBuffersKept = 16;
constexpr std::size_t kBytesKept = 1U << 20;  // of one buffer
constexpr std::size_t kMostSchemas = 1'024;

std::string_view trimmed(std::string_view text) noexcept {
  const std::size_t begin = text.find_first_not_of(kSpaces);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpaces) + 1 - begin);
}

bool begins_like_json(std::string_view bytes) noexcept {
  if (bytes.starts_with(kByteOrderMark)) bytes.remove_prefix(kByteOrderMark.size());
  const std::size_t begin = bytes.find_first_not_of(kSpaces);
  return begin != std::string_view::npos && (bytes[begin] == '{' || bytes[begin] == '[');
}

// Avro may begin with such a byte too, but hardly begin and end with the pair.
bool is_plainly_json(std::string_view bytes) noexcept {
  if (!begins_like_json(bytes)) return false;
  const char last = bytes[bytes.find_last_not_of(kSpaces)];
  return last == '}' || last == ']';
}

bool has_prefix(std::string_view bytes) noexcept {
  return bytes.size() > kPrefixBytes && bytes[0] == '\0';
}

std::uint32_t schema_of(std::string_view bytes) noexcept {
  std::uint32_t id = 0;
  for (std::size_t i = 1; i < kPrefixBytes; ++i) id = id << 8 | static_cast<unsigned char>(bytes[i]);
  return id;
}

// Whether bytes that begin so are worth being decoded from base64. Itself base64 as often as there may be layers.
bool begins_like_a_layer(std::string_view probe, int layers) {
  if (begins_like_json(probe) || compression_of(probe) != Compression::kNone || has_prefix(probe)) return true;
  ByteBuffer decoded;
  const std::string_view whole = probe.substr(0, std::min(probe.size(), kProbeCharacters) / 4 * 4);
  if (layers == 0 || whole.empty() || !append_base64_decoded(whole, decoded)) return false;
  return begins_like_a_layer(decoded.view(), layers - 1);
}

// The first characters of what may be base64, without the white space between them.
std::string probe_of(std::string_view text) {
  std::string probe;
  for (const char c : text) {
    if (kSpaces.find(c) != std::string_view::npos) continue;
    probe.push_back(c);
    if (probe.size() == kProbeCharacters) return probe;
  }
  while (probe.size() % 4 != 0) probe.push_back('=');
  return probe;
}

bool begins_like_base64(std::string_view text) {
  const char first = text.empty() ? '\0' : text[0];
  const bool digit = (first >= 'A' && first <= 'Z') || (first >= 'a' && first <= 'z') ||
                     (first >= '0' && first <= '9') || first == '+' || first == '/' || first == '-' || first == '_';
  if (!digit) return false;
  ByteBuffer decoded;
  return append_base64_decoded(probe_of(text), decoded) &&
         begins_like_a_layer(decoded.view(), Unpacker::kMostLayers - 1);
}

}  // namespace

std::int64_t schema_needed(std::string_view bytes) noexcept {
  if (!has_prefix(bytes) || is_plainly_json(bytes.substr(kPrefixBytes))) return -1;
  return schema_of(bytes);
}

void Unpacker::begin_message(std::size_t most_bytes) {
  left_ = most_bytes;
  if (used_ == 0) return;
  if (buffers_.size() > kBuffersKept) buffers_.resize(kBuffersKept);
  for (std::size_t i = 0; i < std::min(used_, buffers_.size()); ++i) {
    buffers_[i].clear();
    if (buffers_[i].capacity() > kBytesKept) buffers_[i].give_back();
  }
  used_ = 0;
}

RejectReason Unpacker::unpack(std::string_view in, std::string_view& out) {
  out = in;
  for (int layers = 0;; ++layers) {
    if (begins_like_json(out)) return RejectReason::kNone;
    bool done = false;
    std::string_view inner = out;
    const RejectReason reason = take_off(inner, done);
    if (done || reason != RejectReason::kNone) return reason;
    if (layers == kMostLayers) return RejectReason::kTooDeep;
    out = inner;
  }
}

RejectReason Unpacker::take_off(std::string_view& bytes, bool& done) {
  if (const Compression compression = compression_of(bytes); compression != Compression::kNone) {
    return inflate(compression, bytes);
  }
  if (has_prefix(bytes)) return strip_prefix(bytes);
  return decode_base64(bytes, done);
}

ByteBuffer& Unpacker::next_buffer() {
  if (used_ == buffers_.size()) buffers_.emplace_back();
  return buffers_[used_++];
}

bool Unpacker::charge(std::size_t bytes) {
  bytes = std::max(bytes, kLeastCharge);
  if (bytes > left_) return false;
  left_ -= bytes;
  return true;
}

RejectReason Unpacker::inflate(Compression compression, std::string_view& bytes) {
  ByteBuffer& buffer = next_buffer();
  const RejectReason reason = inflater_.inflate(compression, bytes, left_, buffer);
  if (reason != RejectReason::kNone) return reason;
  bytes = buffer.view();
  return charge(bytes.size()) ? RejectReason::kNone : RejectReason::kTooMuchUnpacked;
}

RejectReason Unpacker::decode_base64(std::string_view& bytes, bool& done) {
  const std::string_view text = trimmed(bytes);
  done = true;
  if (!begins_like_base64(text)) return RejectReason::kNone;
  if (text.size() / 4 * 3 > left_) return RejectReason::kTooMuchUnpacked;
  ByteBuffer& buffer = next_buffer();
  if (!append_base64_decoded(text, buffer)) return RejectReason::kNone;
  done = false;
  bytes = buffer.view();
  return charge(bytes.size()) ? RejectReason::kNone : RejectReason::kTooMuchUnpacked;
}

RejectReason Unpacker::strip_prefix(std::string_view& bytes) {
  const std::int64_t needed = schema_needed(bytes);
  const std::uint32_t id = schema_of(bytes);
  bytes.remove_prefix(kPrefixBytes);
  if (needed < 0) return RejectReason::kNone;
  if (schemas_ == nullptr) return begins_like_json(bytes) ? RejectReason::kNone : RejectReason::kUnknownSchema;
  const SchemaStore::Answer answer = schemas_->find(id);
  switch (answer.state) {
    case SchemaStore::State::kPending:
      return RejectReason::kSchemaPending;
    case SchemaStore::State::kMissing:
      return RejectReason::kUnknownSchema;
    case SchemaStore::State::kKnown:
      break;
  }
  switch (answer.format) {
    case SchemaFormat::kJson:
      return RejectReason::kNone;
    case SchemaFormat::kAvro:
      return read_avro(id, answer, bytes);
    case SchemaFormat::kOther:
      break;
  }
  return RejectReason::kUnsupportedSchema;
}

RejectReason Unpacker::read_avro(std::uint32_t id, const SchemaStore::Answer& answer, std::string_view& bytes) {
  auto known = avro_.find(id);
  if (known == avro_.end()) {
    if (avro_.size() == kMostSchemas) avro_.clear();
    Result<AvroSchema> compiled = AvroSchema::compile(answer.schema, answer.references);
    known = avro_.emplace(id, compiled ? std::make_unique<AvroSchema>(std::move(*compiled)) : nullptr).first;
  }
  if (known->second == nullptr) return RejectReason::kUnsupportedSchema;
  ByteBuffer& buffer = next_buffer();
  const RejectReason reason = append_avro_json(*known->second, bytes, left_, buffer);
  if (reason != RejectReason::kNone) return reason;
  bytes = buffer.view();
  return charge(bytes.size()) ? RejectReason::kNone : RejectReason::kTooMuchUnpacked;
}

}  // namespace outflow::connectors
