#include "connectors/decode/soql_selection.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <string>

namespace outflow::connectors::soql_selection_test {
namespace {

// "Contact:Email Contact:*" and, for what is read without fields, "Account:()".
std::string fields_of(std::string_view text) {
  Selection selection;
  read_selection(text, selection);
  std::string out;
  for (const SelectedField& field : selection.fields) {
    if (!out.empty()) out += ' ';
    out.append(field.object).append(":");
    switch (field.kind) {
      case SelectedField::Kind::kField:
        out.append(field.path);
        break;
      case SelectedField::Kind::kAll:
        out.append("*");
        break;
      case SelectedField::Kind::kAllStandard:
        out.append("standard");
        break;
      case SelectedField::Kind::kAllCustom:
        out.append("custom");
        break;
    }
  }
  for (const std::string_view object : selection.bare_objects) {
    if (!out.empty()) out += ' ';
    out.append(object).append(":()");
  }
  return out;
}

TEST(SoqlSelection, ReadsWhatAQuerySelects) {
  const struct {
    const char* query;
    const char* fields;
  } kCases[] = {
      {"SELECT Id, Email FROM Contact", "Contact:Id Contact:Email"},
      {"select Account.Name,Owner.Email from Case where Secret__c = 'x'", "Case:Account.Name Case:Owner.Email"},
      {"SELECT c.Email, c.Account.Name n, a.Phone FROM Contact c, c.Account a",
       "Contact:Email Contact:Account.Name Account:Phone"},
      {"SELECT Contact.Email FROM Contact", "Contact:Email"},
      {"SELECT Id, (SELECT Email, Phone FROM Contacts WHERE Email != null) FROM Account LIMIT 5",
       "Account:Id Contacts:Email Contacts:Phone"},
      {"SELECT FIELDS(ALL), FIELDS( CUSTOM ), Fields(Standard) FROM Lead LIMIT 200",
       "Lead:* Lead:custom Lead:standard"},
      {"SELECT COUNT() FROM Contact", ""},
      {"SELECT COUNT(Email), COUNT_DISTINCT(Phone) x, MAX(Birthdate) FROM Contact", "Contact:Birthdate"},
      {"SELECT toLabel(Status) s, FORMAT(convertCurrency(Amount)) Amt FROM Opportunity",
       "Opportunity:Status Opportunity:Amount"},
      {"SELECT TYPEOF What WHEN Account THEN Phone, Name WHEN Case THEN Subject ELSE Name END, Id FROM Event",
       "Account:Phone Account:Name Case:Subject What:Name Event:Id"},
      {"SELECT Name FROM A WHERE Id IN (SELECT Password__c FROM B) ORDER BY Secret__c", "A:Name"},
      {"SELECT /* Email, */ Id // Phone\n FROM A", "A:Id"},
      {"FIND {Email FROM x} IN ALL FIELDS RETURNING Account, Contact(Email, Phone WHERE Name = 'a' LIMIT 3), Lead",
       "Contact:Email Contact:Phone Account:() Lead:()"},
      // SQL
      {"SELECT * FROM crm.public.contact", "contact:*"},
      {"SELECT c.*, \"O\".\"AMOUNT\" FROM crm.contact AS c JOIN crm.opportunity o ON c.id = o.secret",
       "contact:* contact:\"O\".\"AMOUNT\" opportunity:\"O\".\"AMOUNT\""},
      {"SELECT o.amount, c.email AS mail FROM contact c LEFT OUTER JOIN opportunity o ON c.id = o.cid WHERE 1=1",
       "opportunity:amount contact:email"},
      {"SELECT email FROM contact UNION ALL SELECT phone FROM lead", "contact:email lead:phone"},
      {"WITH x AS (SELECT email FROM contact WHERE a = 'b') SELECT * FROM x", "contact:email x:*"},
      {"SELECT CASE WHEN gender = 'f' THEN name ELSE NULL END AS who, CAST(dob AS date) FROM person",
       "person:gender person:name person:dob"},
      {"SELECT v:address:street::string, price * quantity FROM t", "t:v t:price t:quantity"},
      {"SELECT COUNT(*) FROM contact", ""},
      {"INSERT INTO dump SELECT email FROM (SELECT email FROM contact) d", ":email contact:email"},
      {"SELECT email", ":email"},
      {"", ""},
      {"delete everything", ""},
  };
  for (const auto& one : kCases) EXPECT_EQ(fields_of(one.query), one.fields) << one.query;
}

TEST(SoqlSelection, LiteralsAreNeverAmongTheFields) {
  ASSERT_TRUE(rc::check("a quoted text stays out", [](std::string inside) {
    std::string literal;
    for (const char c : inside) {
      if (c == '\'' || c == '\\') literal.push_back('\\');
      literal.push_back(c);
    }
    const std::string query = "SELECT Id, 'zq" + literal + "zq' x FROM A WHERE B = 'zq" + literal + "'";
    RC_ASSERT(fields_of(query) == "A:Id");
  }));
}

TEST(SoqlSelection, DepthAndNumberAreBounded) {
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "SELECT (";
  Selection selection;
  read_selection(deep, selection);
  EXPECT_FALSE(selection.complete);

  std::string wide = "SELECT a";
  for (int i = 0; i < 10'000; ++i) wide += ",b" + std::to_string(i);
  read_selection(wide + " FROM x", selection);
  EXPECT_EQ(selection.fields.size(), kMaxSelected);
  EXPECT_FALSE(selection.complete);
}

TEST(SoqlSelection, AnyTextIsReadToItsEnd) {
  ASSERT_TRUE(rc::check("no text breaks it", [] {
    const auto words = *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
        "SELECT", "FROM", "(", ")", "*", ",", "a.b", "a.", "TYPEOF", "WHEN", "END", "UNION", "JOIN", "ON", "AS",
        "FIELDS(", "COUNT(", "FIND", "RETURNING", "'", "\"", "[", "{", "--", "/*", ":", "1", "WHERE", "."));
    std::string text;
    for (const std::string& word : words) text += word + " ";
    Selection selection;
    read_selection(text, selection);
    for (const SelectedField& field : selection.fields) {
      RC_ASSERT(field.path.empty() || (field.path.data() >= text.data() &&
                                       field.path.data() + field.path.size() <= text.data() + text.size()));
    }
  }));
}

}  // namespace
}  // namespace outflow::connectors::soql_selection_test
