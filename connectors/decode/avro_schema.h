// AvroSchema: a writer's schema (Avro 1.11, in JSON), compiled to what reading its binary form needs.
//
// Immutable once made; any thread. Limits: kMostText bytes a text, kMostNodes types, kMostNesting levels.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "features/result.h"

namespace outflow::connectors {

enum class AvroKind : std::uint8_t {
  kNull,
  kBoolean,
  kInt,
  kLong,
  kFloat,
  kDouble,
  kBytes,
  kString,
  kRecord,
  kEnum,
  kArray,
  kMap,
  kUnion,
  kFixed,
};

// Logical types that are shown as something else than what carries them. Timestamps and times of day stay numbers, in
// their own unit: readers of times tell units by the digits.
enum class AvroLogical : std::uint8_t { kNone, kDate, kDecimal, kUuid };

struct AvroNode {
  struct Field {
    std::string key;  // `"name":`, as it stands in JSON
    std::uint32_t node = 0;
  };
  AvroKind kind = AvroKind::kNull;
  AvroLogical logical = AvroLogical::kNone;
  std::uint32_t scale = 0;                   // of a decimal
  std::uint64_t size = 0;                    // of a fixed
  std::vector<Field> fields = {};            // of a record
  std::vector<std::string> symbols = {};     // of an enum, as they stand in JSON
  std::vector<std::uint32_t> branches = {};  // of a union; the elements of an array or map
};

class AvroSchema {
 public:
  static constexpr std::size_t kMostText = 1U << 20;
  static constexpr std::size_t kMostNodes = 10'000;
  static constexpr int kMostNesting = 64;

  // `references`: texts whose named types `text` refers to, each before those that refer to it.
  static Result<AvroSchema> compile(std::string_view text, std::span<const std::string> references = {});

  [[nodiscard]] const AvroNode& node(std::uint32_t at) const { return nodes_[at]; }
  [[nodiscard]] std::uint32_t root() const noexcept { return root_; }

 private:
  std::vector<AvroNode> nodes_;
  std::uint32_t root_ = 0;
};

}  // namespace outflow::connectors
