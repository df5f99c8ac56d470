#include "connectors/decode/inflater.h"

#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <bit>
#include <limits>

namespace outflow::connectors {
namespace {

constexpr int kZlibWindow = 15;
constexpr int kGzipWindow = 15 + 16;
constexpr std::size_t kLeastRoom = 4U << 10;
constexpr std::size_t kMostRoom = 1U << 20;
constexpr int kLeastWindowLog = 20;
constexpr int kMostWindowLog = 27;  // 128 MiB, zstd's own default limit
constexpr std::size_t kContextKept = 4U << 20;

// Room for the next piece; one byte more than is allowed shows that there is more.
std::size_t next_room(std::size_t taken, std::size_t produced, std::size_t most) {
  const std::size_t wanted = std::clamp(std::max(2 * taken, produced), kLeastRoom, kMostRoom);
  return std::min(wanted, most + 1 - produced);
}

}  // namespace

struct Inflater::Streams {
  z_stream zlib{};
  bool zlib_ready = false;
  ZSTD_DCtx* zstd = nullptr;
};

Inflater::Inflater() : streams_(std::make_unique<Streams>()) {}
Inflater::~Inflater() {
  if (streams_->zlib_ready) inflateEnd(&streams_->zlib);
  ZSTD_freeDCtx(streams_->zstd);
}

Compression compression_of(std::string_view bytes) noexcept {
  if (bytes.starts_with("\x1F\x8B\x08")) return Compression::kGzip;
  if (bytes.starts_with("\x28\xB5\x2F\xFD")) return Compression::kZstd;
  for (const std::string_view zlib : {std::string_view("\x78\x01"), std::string_view("\x78\x5E"),
                                      std::string_view("\x78\x9C"), std::string_view("\x78\xDA")}) {
    if (bytes.starts_with(zlib)) return Compression::kZlib;
  }
  return Compression::kNone;
}

RejectReason Inflater::inflate(Compression compression, std::string_view bytes, std::size_t most, ByteBuffer& out) {
  if (bytes.size() > std::numeric_limits<uInt>::max()) return RejectReason::kTooLarge;
  if (compression == Compression::kZstd) return inflate_zstd(bytes, most, out);
  return inflate_zlib(compression, bytes, most, out);
}

RejectReason Inflater::inflate_zlib(Compression compression, std::string_view bytes, std::size_t most,
                                    ByteBuffer& out) {
  z_stream& stream = streams_->zlib;
  const int window = compression == Compression::kGzip ? kGzipWindow : kZlibWindow;
  if (!streams_->zlib_ready) streams_->zlib_ready = inflateInit2(&stream, window) == Z_OK;
  if (!streams_->zlib_ready || inflateReset2(&stream, window) != Z_OK) return RejectReason::kCorruptCompression;
  // zlib's interface takes its input as not const, and does not write to it.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::size_t produced = 0;
  while (true) {
    const std::size_t room = next_room(bytes.size(), produced, most);
    stream.next_out = reinterpret_cast<Bytef*>(out.reserve(room));
    stream.avail_out = static_cast<uInt>(room);
    const int status = ::inflate(&stream, Z_NO_FLUSH);
    const std::size_t got = room - stream.avail_out;
    out.grown(got);
    produced += got;
    if (produced > most) return RejectReason::kTooMuchUnpacked;
    if (status == Z_STREAM_END) {
      // Behind a member stands another, or padding to be ignored as gzip(1) does.
      if (compression != Compression::kGzip || stream.avail_in == 0 || *stream.next_in != 0x1F) break;
      if (inflateReset(&stream) != Z_OK) return RejectReason::kCorruptCompression;
    } else if (status != Z_OK || (got == 0 && stream.avail_in == 0)) {
      return RejectReason::kCorruptCompression;
    }
  }
  return RejectReason::kNone;
}

RejectReason Inflater::inflate_zstd(std::string_view bytes, std::size_t most, ByteBuffer& out) {
  if (streams_->zstd == nullptr) streams_->zstd = ZSTD_createDCtx();
  ZSTD_DCtx* const context = streams_->zstd;
  if (context == nullptr) return RejectReason::kCorruptCompression;
  (void)ZSTD_DCtx_reset(context, ZSTD_reset_session_only);
  // A frame asks for a window before it shows that it needs one.
  const int window = std::clamp(static_cast<int>(std::bit_width(most)), kLeastWindowLog, kMostWindowLog);
  (void)ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, window);
  ZSTD_inBuffer input{bytes.data(), bytes.size(), 0};
  std::size_t produced = 0;
  RejectReason reason = RejectReason::kNone;
  while (true) {
    const std::size_t room = next_room(bytes.size(), produced, most);
    ZSTD_outBuffer output{out.reserve(room), room, 0};
    const std::size_t status = ZSTD_decompressStream(context, &output, &input);
    if (ZSTD_isError(status) != 0U) {
      reason = RejectReason::kCorruptCompression;
      break;
    }
    out.grown(output.pos);
    produced += output.pos;
    if (produced > most) {
      reason = RejectReason::kTooMuchUnpacked;
      break;
    }
    if (input.pos < input.size || output.pos == output.size) continue;  // it may hold back what did not fit
    if (status != 0) reason = RejectReason::kCorruptCompression;
    break;
  }
  if (ZSTD_sizeof_DCtx(context) > kContextKept) {
    ZSTD_freeDCtx(context);
    streams_->zstd = nullptr;
  }
  return reason;
}

}  // namespace outflow::connectors
