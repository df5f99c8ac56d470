// STIX 2.1 patterns (OASIS STIX 2.1, part 9), as far as audit logs can answer them: comparisons with =, IN, LIKE and
// ISSUBSET of addresses, user agents, accounts and software, joined by AND, OR and brackets; observations joined by OR.
#include <algorithm>
#include <array>
#include <utility>

#include "connectors/hunt/indicators.h"

namespace outflow::connectors {
namespace {

using Alternative = std::vector<IndicatorAtom>;
using Alternatives = std::vector<Alternative>;

constexpr std::size_t kMaxAlternatives = 4096;  // of one indicator
constexpr std::size_t kMaxDepth = 32;

// Object paths that say what audit logs say, by our types. Quotes in them are dropped before they are compared.
constexpr std::pair<std::string_view, std::string_view> kPaths[] = {
    {"ipv4-addr:value", "network"},
    {"ipv6-addr:value", "network"},
    {"network-traffic:src_ref.value", "network"},
    {"network-traffic:extensions.http-request-ext.request_header.User-Agent", "user_agent"},
    {"http-request-ext:request_header.User-Agent", "user_agent"},
    {"user-account:user_id", "user"},
    {"user-account:account_login", "user"},
    {"user-account:display_name", "user"},
    {"email-addr:value", "user"},
    {"software:name", "app"},
    {"x-outflow:app", "app"},
    {"x-outflow:session", "session"},
    {"x-outflow:query", "query"},
    {"x-outflow:object", "object"},
};

struct Token {
  enum class Kind : std::uint8_t { kEnd, kWord, kText, kSymbol } kind = Kind::kEnd;
  std::string text;
  [[nodiscard]] bool is(std::string_view what) const { return kind != Kind::kText && text == what; }
};

class PatternReader {
 public:
  PatternReader(std::string_view pattern, const std::string& id, std::vector<IndicatorProblem>& problems)
      : pattern_(pattern), id_(id), problems_(problems) {
    advance();
  }

  Alternatives read() {
    Alternatives all;
    while (true) {
      merge(all, read_observation(0));
      if (failed_ || token_.kind == Token::Kind::kEnd) break;
      if (token_.is("AND") || token_.is("FOLLOWEDBY")) {
        tell("observations joined by " + token_.text + " are looked for each by itself");
      } else if (!token_.is("OR")) {
        return fail("the pattern cannot be read at '" + token_.text + "'"), all;
      }
      advance();
    }
    return all;
  }

 private:
  void tell(std::string message) { problems_.push_back({id_, std::move(message)}); }
  void fail(std::string message) {
    if (!failed_) tell(std::move(message));
    failed_ = true;
    token_ = {};
  }
  void merge(Alternatives& into, Alternatives more) {
    for (Alternative& one : more) {
      if (into.size() == kMaxAlternatives) return fail("more than 4096 alternatives");
      into.push_back(std::move(one));
    }
  }

  void advance() {
    while (at_ < pattern_.size() && (pattern_[at_] == ' ' || (pattern_[at_] >= '\t' && pattern_[at_] <= '\r'))) ++at_;
    token_ = {};
    if (at_ >= pattern_.size() || failed_) return;
    const char c = pattern_[at_];
    if (c == '\'') {
      token_.kind = Token::Kind::kText;
      token_.text = read_text();
    } else if (std::string_view("[]()=,!<>").find(c) != std::string_view::npos) {
      token_.kind = Token::Kind::kSymbol;
      token_.text = c;
      ++at_;
    } else {
      token_.kind = Token::Kind::kWord;
      // A path may hold quoted steps: extensions.'http-request-ext'.request_header.'User-Agent'
      while (at_ < pattern_.size() &&
             std::string_view(" \t\r\n[]()=,!<>").find(pattern_[at_]) == std::string_view::npos) {
        if (pattern_[at_] == '\'') {
          token_.text += read_text();
        } else {
          token_.text += pattern_[at_++];
        }
      }
    }
  }
  std::string read_text() {
    std::string text;
    for (++at_; at_ < pattern_.size() && pattern_[at_] != '\''; ++at_) {
      if (pattern_[at_] == '\\' && at_ + 1 < pattern_.size()) ++at_;
      text += pattern_[at_];
    }
    if (at_ >= pattern_.size()) {
      tell("a text in the pattern has no end");
      failed_ = true;
    } else {
      ++at_;
    }
    return text;
  }

  // `[ comparisons ]` or bracketed observations, and the qualifiers behind them.
  Alternatives read_observation(std::size_t depth) {
    Alternatives all;
    if (depth > kMaxDepth) return fail("nested too deeply"), all;
    if (token_.is("(")) {
      advance();
      merge(all, read_observation(depth + 1));
      while (!failed_ && (token_.is("OR") || token_.is("AND") || token_.is("FOLLOWEDBY"))) {
        if (!token_.is("OR")) tell("observations joined by " + token_.text + " are looked for each by itself");
        advance();
        merge(all, read_observation(depth + 1));
      }
      if (!token_.is(")")) return fail("a bracket of the pattern has no end"), all;
    } else if (token_.is("[")) {
      advance();
      all = read_or(depth + 1);
      if (failed_) return all;
      if (!token_.is("]")) return fail("an observation of the pattern has no end"), all;
    } else {
      return fail("the pattern cannot be read: an observation begins with '['"), all;
    }
    advance();
    skip_qualifiers();
    return all;
  }
  void skip_qualifiers() {
    while (token_.is("WITHIN") || token_.is("REPEATS") || token_.is("START")) {
      tell("the qualifier " + token_.text + " is not looked at");
      advance();
      while (token_.kind != Token::Kind::kEnd && !token_.is("AND") && !token_.is("OR") && !token_.is("FOLLOWEDBY") &&
             !token_.is(")") && !token_.is("WITHIN") && !token_.is("REPEATS") && !token_.is("START")) {
        advance();
      }
    }
  }

  Alternatives read_or(std::size_t depth) {
    Alternatives all = read_and(depth);
    while (!failed_ && token_.is("OR")) {
      advance();
      merge(all, read_and(depth));
    }
    return all;
  }
  // What cannot be looked for holds never: the alternatives it is part of are gone, and told.
  Alternatives read_and(std::size_t depth) {
    Alternatives all = read_comparison(depth);
    while (!failed_ && token_.is("AND")) {
      advance();
      const Alternatives more = read_comparison(depth);
      Alternatives joined;
      for (const Alternative& a : all) {
        for (const Alternative& b : more) {
          if (joined.size() == kMaxAlternatives) return fail("more than 4096 alternatives"), joined;
          joined.push_back(a);
          joined.back().insert(joined.back().end(), b.begin(), b.end());
        }
      }
      all = std::move(joined);
    }
    return all;
  }

  Alternatives read_comparison(std::size_t depth) {
    if (depth > kMaxDepth) return fail("nested too deeply"), Alternatives();
    if (token_.is("(")) {
      advance();
      Alternatives all = read_or(depth + 1);
      if (!failed_ && !token_.is(")")) fail("a bracket of the pattern has no end");
      advance();
      return all;
    }
    if (token_.kind != Token::Kind::kWord)
      return fail("the pattern cannot be read at '" + token_.text + "'"), Alternatives();
    const std::string path = token_.text;
    advance();
    bool negated = false;
    std::string op;
    while (token_.is("NOT") || token_.is("!") || token_.is("=") || token_.is("<") || token_.is(">")) {
      negated = negated || token_.is("NOT") || token_.is("!");
      if (!token_.is("NOT")) op += token_.text;
      advance();
    }
    if (token_.is("IN") || token_.is("LIKE") || token_.is("MATCHES") || token_.is("ISSUBSET") ||
        token_.is("ISSUPERSET")) {
      op = token_.text;
      advance();
    }
    const std::vector<std::string> values = read_values();
    if (failed_) return {};
    return alternatives_of(path, op, negated, values);
  }

  std::vector<std::string> read_values() {
    std::vector<std::string> values;
    const bool list = token_.is("(");
    if (list) advance();
    do {
      if (!values.empty()) advance();  // the comma
      if (token_.kind != Token::Kind::kText && token_.kind != Token::Kind::kWord) {
        return fail("a comparison of the pattern has no value"), values;
      }
      values.push_back(token_.text);
      advance();
    } while (list && token_.is(",") && values.size() < kMaxAlternatives);
    if (list) {
      if (!token_.is(")")) return fail("a list of the pattern has no end"), values;
      advance();
    }
    return values;
  }

  Alternatives alternatives_of(const std::string& path, const std::string& op, bool negated,
                               const std::vector<std::string>& values) {
    const auto* const known =
        std::find_if(std::begin(kPaths), std::end(kPaths), [&](const auto& one) { return one.first == path; });
    if (known == std::end(kPaths)) return tell("audit logs cannot show " + path), Alternatives();
    const bool network = known->second == "network";
    const bool possible = op == "=" || op == "IN" || (op == "LIKE" && !network) || (op == "ISSUBSET" && network);
    if (negated || !possible) {
      return tell(path + " cannot be looked for with " + (negated ? "NOT " : "") + op), Alternatives();
    }
    Alternatives all;
    for (const std::string& value : values) {
      std::string text = value;
      if (op == "LIKE") {  // % and _ are the wildcards of LIKE
        std::replace(text.begin(), text.end(), '%', '*');
        std::replace(text.begin(), text.end(), '_', '?');
      }
      Result<IndicatorAtom> atom = make_atom(known->second, text);
      if (atom.ok()) {
        all.push_back({std::move(*atom)});
      } else {
        tell(path + ": " + atom.error().message);
      }
    }
    return all;
  }

  std::string_view pattern_;
  const std::string& id_;
  std::vector<IndicatorProblem>& problems_;
  std::size_t at_ = 0;
  Token token_;
  bool failed_ = false;
};

}  // namespace

void read_stix_pattern(std::string_view pattern, Indicator& indicator, std::vector<IndicatorProblem>& problems) {
  indicator.alternatives = PatternReader(pattern, indicator.id, problems).read();
}

}  // namespace outflow::connectors
