#include "connectors/http/access.h"

#include <arpa/inet.h>

#include <array>
#include <string>

#include <openssl/crypto.h>
#include <openssl/sha.h>

namespace outflow::connectors {
namespace {

using Digest = std::array<unsigned char, SHA256_DIGEST_LENGTH>;

Digest digest_of(std::string_view text) {
  Digest digest{};
  // The bytes are only hashed; SHA256 wants them unsigned.
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return digest;
}

}  // namespace

bool token_matches(std::string_view header, std::string_view token) {
  constexpr std::string_view kScheme = "Bearer ";
  if (token.empty() || !header.starts_with(kScheme)) return false;
  const Digest given = digest_of(header.substr(kScheme.size()));
  const Digest wanted = digest_of(token);
  return CRYPTO_memcmp(given.data(), wanted.data(), wanted.size()) == 0;
}

bool names_this_machine(std::string_view host) {
  if (host.starts_with("[")) return host.substr(0, host.find(']') + 1) == "[::1]";
  const std::string name(host.substr(0, host.find(':')));
  in_addr four{};
  if (::inet_pton(AF_INET, name.c_str(), &four) == 1) return (ntohl(four.s_addr) >> 24U) == 127;
  return name == "localhost";
}

}  // namespace outflow::connectors
