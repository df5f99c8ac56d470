#include "tests/support/packing.h"

#include <zlib.h>
#include <zstd.h>

#include <cstdio>
#include <cstdlib>

#include "connectors/decode/base64.h"

namespace outflow::testing {
namespace {

std::string deflated(std::string_view bytes, int window) {
  z_stream stream{};
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY) != Z_OK) std::abort();
  std::string out(deflateBound(&stream, bytes.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  if (deflate(&stream, Z_FINISH) != Z_STREAM_END) std::abort();
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

}  // namespace

std::string gzip(std::string_view bytes) {
  return deflated(bytes, 15 + 16);
}

std::string zlib(std::string_view bytes) {
  return deflated(bytes, 15);
}

std::string zstd(std::string_view bytes) {
  std::string out(ZSTD_compressBound(bytes.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), bytes.data(), bytes.size(), 3));
  return out;
}

std::string base64(std::string_view bytes) {
  connectors::ByteBuffer out;
  connectors::append_base64(bytes, out);
  return std::string(out.view());
}

std::string with_schema_id(std::uint32_t id, std::string_view bytes) {
  std::string out(1, '\0');
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>(id >> shift));
  return out.append(bytes);
}

std::string avro_long(std::int64_t number) {
  std::uint64_t bits = static_cast<std::uint64_t>(number) << 1 ^ static_cast<std::uint64_t>(number >> 63);
  std::string out;
  for (; bits > 0x7F; bits >>= 7) out.push_back(static_cast<char>(bits | 0x80U));
  out.push_back(static_cast<char>(bits));
  return out;
}

std::string avro_text(std::string_view text) {
  return avro_long(static_cast<std::int64_t>(text.size())).append(text);
}

std::string from_hex(std::string_view digits) {
  std::string out;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    out.push_back(static_cast<char>(std::stoi(std::string(digits.substr(i, 2)), nullptr, 16)));
  }
  return out;
}

}  // namespace outflow::testing
