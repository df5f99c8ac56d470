// Classes of personal and secret data: what kind of thing was touched, so that "was financial data included?" has an
// answer. A small set, kept as bits.
//
// Which objects and fields fall into which class is said by the exposure catalogue (connectors/decode). Installations
// may add classes of their own: those are numbers from kFirstOwn on, whose names the catalogue knows.
// Pure values, thread-safe. The numbers are persisted: never reuse one.
#pragma once

#include <bit>
#include <cstdint>
#include <string_view>

namespace outflow::features {

enum class DataClass : std::uint8_t {
  kContact,      // names, postal and e-mail addresses, phone numbers
  kDemographic,  // gender, nationality, language, marital status, income
  kBirthDate,
  kVehicle,      // vehicle ids, plates, service history
  kFinancial,    // accounts, cards, payments, orders with prices
  kCredentials,  // passwords, keys, tokens, other secrets
  kCaseText,     // free text of cases, mails, chats, notes: may hold anything, secrets included
  kEmployee,     // the organisation's own people
  kCustom,       // an object or field of the customer's own that no rule classifies
  kFirstOwn = 16,
};

class DataClasses {
 public:
  static constexpr unsigned kMost = 32;

  constexpr DataClasses() = default;
  constexpr explicit DataClasses(std::uint32_t bits) : bits_(bits) {}
  constexpr DataClasses(DataClass one) : bits_(1U << static_cast<unsigned>(one)) {}  // NOLINT: a class is a set of one

  [[nodiscard]] constexpr std::uint32_t bits() const noexcept { return bits_; }
  [[nodiscard]] constexpr bool empty() const noexcept { return bits_ == 0; }
  [[nodiscard]] constexpr int size() const noexcept { return std::popcount(bits_); }
  [[nodiscard]] constexpr bool has(DataClass one) const noexcept { return (bits_ & DataClasses(one).bits_) != 0; }
  constexpr DataClasses& operator|=(DataClasses other) noexcept {
    bits_ |= other.bits_;
    return *this;
  }
  friend constexpr DataClasses operator|(DataClasses a, DataClasses b) noexcept {
    return DataClasses(a.bits_ | b.bits_);
  }
  friend constexpr bool operator==(DataClasses, DataClasses) = default;

 private:
  std::uint32_t bits_ = 0;
};

// contact, demographic, birth_date, vehicle, financial, credentials, case_text, employee, custom; empty for own ones.
[[nodiscard]] std::string_view name_of(DataClass one) noexcept;

}  // namespace outflow::features
