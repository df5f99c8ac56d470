#include "connectors/decode/avro_schema.h"

#include <array>
#include <map>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

namespace outflow::connectors {
namespace {

using Json = nlohmann::json;

constexpr std::uint32_t kMostScale = 100;
constexpr std::uint64_t kMostFixedBytes = 64U << 20;

constexpr std::array<std::pair<std::string_view, AvroKind>, 8> kPrimitives = {{{"null", AvroKind::kNull},
                                                                               {"boolean", AvroKind::kBoolean},
                                                                               {"int", AvroKind::kInt},
                                                                               {"long", AvroKind::kLong},
                                                                               {"float", AvroKind::kFloat},
                                                                               {"double", AvroKind::kDouble},
                                                                               {"bytes", AvroKind::kBytes},
                                                                               {"string", AvroKind::kString}}};

std::optional<AvroKind> primitive(std::string_view name) {
  for (const auto& [known, kind] : kPrimitives) {
    if (known == name) return kind;
  }
  return std::nullopt;
}

std::string text_at(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string in_json(const std::string& text) {
  return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

// Compiles texts into one list of nodes; the first thing that is wrong stops it.
class Compiler {
 public:
  // The node of the text's type.
  std::optional<std::uint32_t> compile(std::string_view text) {
    if (text.size() > AvroSchema::kMostText) return fail("is longer than 1 MiB");
    const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
    // A registry also keeps bare names, as in `string` without quotes.
    if (json.is_discarded()) {
      const std::optional<AvroKind> bare = primitive(text);
      return bare ? add({.kind = *bare}) : fail("is no JSON");
    }
    return type(json, "", 0);
  }

  [[nodiscard]] const std::string& problem() const { return problem_; }
  [[nodiscard]] std::vector<AvroNode> take_nodes() { return std::move(nodes_); }

 private:
  std::nullopt_t fail(std::string why) {
    if (problem_.empty()) problem_ = std::move(why);
    return std::nullopt;
  }

  std::optional<std::uint32_t> add(AvroNode node) {
    if (nodes_.size() == AvroSchema::kMostNodes) return fail("has more than 10000 types");
    nodes_.push_back(std::move(node));
    return static_cast<std::uint32_t>(nodes_.size() - 1);
  }

  std::optional<std::uint32_t> type(const Json& json, const std::string& space, int nesting) {
    if (nesting > AvroSchema::kMostNesting) return fail("is nested more than 64 levels deep");
    if (json.is_string()) return name(json.get<std::string>(), space);
    if (json.is_array()) return branches(json, AvroKind::kUnion, space, nesting);
    if (!json.is_object()) return fail("has a type that is neither a name, a list nor an object");
    const auto inner = json.find("type");
    if (inner == json.end()) return fail("has an object without a type");
    if (!inner->is_string()) return type(*inner, space, nesting + 1);
    const std::string kind = inner->get<std::string>();
    if (kind == "record" || kind == "error") return record(json, space, nesting);
    if (kind == "enum") return enumeration(json, space);
    if (kind == "fixed") return fixed(json, space);
    if (kind == "array") return element(json, "items", AvroKind::kArray, space, nesting);
    if (kind == "map") return element(json, "values", AvroKind::kMap, space, nesting);
    if (const std::optional<AvroKind> simple = primitive(kind)) {
      AvroNode node{.kind = *simple};
      if (!set_logical(json, node)) return std::nullopt;
      return add(std::move(node));
    }
    return name(kind, space);
  }

  std::optional<std::uint32_t> name(const std::string& name, const std::string& space) {
    if (const std::optional<AvroKind> simple = primitive(name)) return add({.kind = *simple});
    const auto found = named_.find(full(name, space));
    if (found != named_.end()) return found->second;
    const auto bare = named_.find(name);  // some writers leave the namespace off
    if (bare != named_.end()) return bare->second;
    return fail("refers to a type it does not define");
  }

  static std::string full(const std::string& name, const std::string& space) {
    return space.empty() || name.find('.') != std::string::npos ? name : space + "." + name;
  }

  // Makes the node of a named type known before what is in it, so that it may refer to itself. Sets `space` to that
  // of the types in it.
  std::optional<std::uint32_t> define(const Json& json, AvroKind kind, std::string& space) {
    const std::string name = text_at(json, "name");
    if (name.empty()) return fail("has a record, enum or fixed without a name");
    if (const auto own = json.find("namespace"); own != json.end() && own->is_string()) {
      space = own->get<std::string>();
    }
    const std::string full_name = full(name, space);
    const std::size_t dot = full_name.rfind('.');
    space = dot == std::string::npos ? std::string() : full_name.substr(0, dot);
    const std::optional<std::uint32_t> at = add({.kind = kind});
    // The same type may come with several references; the first counts.
    if (at) named_.try_emplace(full_name, *at);
    return at;
  }

  std::optional<std::uint32_t> record(const Json& json, std::string space, int nesting) {
    const std::optional<std::uint32_t> at = define(json, AvroKind::kRecord, space);
    if (!at) return std::nullopt;
    const auto fields = json.find("fields");
    if (fields == json.end() || !fields->is_array()) return fail("has a record without fields");
    for (const Json& field : *fields) {
      if (!field.is_object() || !field.contains("type") || text_at(field, "name").empty()) {
        return fail("has a field without a name or a type");
      }
      const std::optional<std::uint32_t> node = type(field["type"], space, nesting + 1);
      if (!node) return std::nullopt;
      nodes_[*at].fields.push_back({in_json(text_at(field, "name")) + ":", *node});
    }
    return at;
  }

  std::optional<std::uint32_t> enumeration(const Json& json, std::string space) {
    const std::optional<std::uint32_t> at = define(json, AvroKind::kEnum, space);
    if (!at) return std::nullopt;
    const auto symbols = json.find("symbols");
    if (symbols == json.end() || !symbols->is_array()) return fail("has an enum without symbols");
    for (const Json& symbol : *symbols) {
      if (!symbol.is_string()) return fail("has a symbol that is no text");
      nodes_[*at].symbols.push_back(in_json(symbol.get<std::string>()));
    }
    return at;
  }

  std::optional<std::uint32_t> fixed(const Json& json, std::string space) {
    const std::optional<std::uint32_t> at = define(json, AvroKind::kFixed, space);
    if (!at) return std::nullopt;
    const auto size = json.find("size");
    if (size == json.end() || !size->is_number_unsigned() || size->get<std::uint64_t>() > kMostFixedBytes) {
      return fail("has a fixed without a usable size");
    }
    nodes_[*at].size = size->get<std::uint64_t>();
    if (!set_logical(json, nodes_[*at])) return std::nullopt;
    return at;
  }

  std::optional<std::uint32_t> element(const Json& json, const char* key, AvroKind kind, const std::string& space,
                                       int nesting) {
    const auto found = json.find(key);
    if (found == json.end()) return fail("has an array or map that does not say of what");
    return branches(Json::array({*found}), kind, space, nesting);
  }

  std::optional<std::uint32_t> branches(const Json& list, AvroKind kind, const std::string& space, int nesting) {
    AvroNode node{.kind = kind};
    for (const Json& branch : list) {
      const std::optional<std::uint32_t> at = type(branch, space, nesting + 1);
      if (!at) return std::nullopt;
      node.branches.push_back(*at);
    }
    if (node.branches.empty()) return fail("has a union of nothing");
    return add(std::move(node));
  }

  // An unknown logical type is ignored, as the specification asks.
  bool set_logical(const Json& json, AvroNode& node) {
    const std::string logical = text_at(json, "logicalType");
    const bool raw = node.kind == AvroKind::kBytes || node.kind == AvroKind::kFixed;
    if (logical == "date" && node.kind == AvroKind::kInt) node.logical = AvroLogical::kDate;
    if (logical == "uuid" && node.kind == AvroKind::kFixed && node.size == 16) node.logical = AvroLogical::kUuid;
    if (logical != "decimal" || !raw) return true;
    node.logical = AvroLogical::kDecimal;
    const auto scale = json.find("scale");
    if (scale == json.end()) return true;
    if (!scale->is_number_unsigned() || scale->get<std::uint64_t>() > kMostScale) {
      (void)fail("has a decimal with a scale beyond 100");
      return false;
    }
    node.scale = scale->get<std::uint32_t>();
    return true;
  }

  std::vector<AvroNode> nodes_;
  std::map<std::string, std::uint32_t> named_;
  std::string problem_;
};

}  // namespace

Result<AvroSchema> AvroSchema::compile(std::string_view text, std::span<const std::string> references) {
  Compiler compiler;
  std::optional<std::uint32_t> root = 0;
  for (const std::string& reference : references) {
    if (root) root = compiler.compile(reference);
  }
  if (root) root = compiler.compile(text);
  if (!root) return Error{ErrorCode::kDeadLetter, "the Avro schema " + compiler.problem()};
  AvroSchema schema;
  schema.nodes_ = compiler.take_nodes();
  schema.root_ = *root;
  return schema;
}

}  // namespace outflow::connectors
