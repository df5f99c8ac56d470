// Entities and tenants as bytes: units "e" + key and "t" + key of docs/state-format.md.
//
// Entities: version 3 (reads 1, without the day's surprises; 2, without notes and classes). Tenants: version 4 (reads
// 1, without calibration and unsaid volumes; 2, of three sources; 3, without corrections to tell). Encoding is a pure
// function of the persisted fields, and decode(encode(x)) encodes to the same bytes. Decoding is total: whatever the
// bytes, it returns an entity that holds every invariant, or an error.
#pragma once

#include <string>
#include <string_view>

#include "detector/decision.h"
#include "detector/entity.h"
#include "detector/tenant.h"
#include "features/result.h"

namespace outflow::detector {

inline constexpr std::uint8_t kEntityVersion = 3;
inline constexpr std::uint8_t kTenantVersion = 4;

[[nodiscard]] std::string unit_key(char table, features::Fingerprint key);
// 0 where the text is no such key.
[[nodiscard]] features::Fingerprint key_of_unit(std::string_view unit);

void encode(const Entity& entity, std::string& out);
void encode(const Tenant& tenant, std::string& out);
Result<> decode(std::string_view bytes, Entity& entity);
Result<> decode(std::string_view bytes, Tenant& tenant);

}  // namespace outflow::detector
