// Avro's binary form, read by its writer's schema and written as JSON.
//
// Unions are the bare value; enums their symbol; a date is "2025-08-15"; a decimal a number; bytes and fixed are text
// where they are printable UTF-8, else base64; NaN and infinities are null; other numbers, timestamps among them, stay
// as they are. Total: any bytes under any schema end in JSON or in a reason. Pure; any thread.
#pragma once

#include <string_view>

#include "connectors/decode/avro_schema.h"
#include "connectors/decode/byte_buffer.h"
#include "connectors/decode/decoder.h"

namespace outflow::connectors {

inline constexpr int kMostAvroDepth = 64;

// Appends the JSON of the one datum that `bytes` is. kCorruptAvro where it is none (bytes too few or too many, a branch
// that does not exist); kTooDeep; kTooMuchUnpacked beyond `most` bytes of JSON. A datum that is one text or byte string
// is appended bare, without quotes: it is a message of its own.
RejectReason append_avro_json(const AvroSchema& schema, std::string_view bytes, std::size_t most, ByteBuffer& out);

}  // namespace outflow::connectors
