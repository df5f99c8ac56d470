// Base64 (RFC 4648): the standard and the URL alphabet, padded or not, with white space between. Pure; any thread.
#pragma once

#include <string_view>

#include "connectors/decode/byte_buffer.h"

namespace outflow::connectors {

// Appends what `text` encodes. False where it is no base64; `out` is then as before. Empty text encodes nothing.
[[nodiscard]] bool append_base64_decoded(std::string_view text, ByteBuffer& out);
// Appends the encoding of `bytes`: standard alphabet, padded.
void append_base64(std::string_view bytes, ByteBuffer& out);

}  // namespace outflow::connectors
