#include "connectors/decode/soql.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace outflow::connectors::soql_test {
namespace {

using features::QueryClass;

QueryClass class_of(std::string_view text) {
  std::string out;
  return analyse_soql(text, out).query_class;
}

std::string normal(std::string_view text) {
  std::string out;
  (void)analyse_soql(text, out);
  return out;
}

std::string object_of(std::string_view text) {
  std::string out;
  const SoqlSummary summary = analyse_soql(text, out);
  return std::string(text.substr(summary.from_offset, summary.from_size));
}

TEST(Soql, TellsCountingFromReading) {
  for (const char* text :
       {"SELECT COUNT() FROM Account", "select count( ) from Account where Name='x'", "SELECT COUNT(Id) FROM Account",
        "SELECT COUNT(Id) total, COUNT_DISTINCT(Name) FROM A", "/* all */ SELECT\n COUNT() \nFROM Account LIMIT 5"}) {
    EXPECT_EQ(class_of(text), QueryClass::kCount) << text;
  }
  for (const char* text : {"SELECT Id FROM Account LIMIT 5", "select Id from Account where A='b'\nlimit 10 offset 5",
                           "SELECT Id FROM A LIMIT :n", "SELECT Name, COUNT(Id) FROM A GROUP BY Name LIMIT 9",
                           "SELECT COUNT(Id) FROM A GROUP BY Name"}) {
    EXPECT_EQ(class_of(text), QueryClass::kLimited) << text;
  }
  for (const char* text :
       {"SELECT Id FROM Account", "SELECT Id FROM Account WHERE Name = 'LIMIT 5'", "SELECT Id, Count FROM A",
        "SELECT Id, (SELECT Id FROM Contacts LIMIT 1) FROM Account", "SELECT Limit__c FROM Limit_Table__c",
        "SELECT Id FROM A WHERE Id IN (SELECT AccountId FROM Contact LIMIT 5)",
        "SELECT Id FROM A WHERE N='a\\' LIMIT 5'", "SELECT Id FROM A /* LIMIT 5 */",
        "SELECT Id, COUNT_STUFF__c FROM A"}) {
    EXPECT_EQ(class_of(text), QueryClass::kFull) << text;
  }
  for (const char* text : {"", "FIND {x} IN ALL FIELDS", "SELECT Id", "delete everything", "N/A"}) {
    EXPECT_EQ(class_of(text), QueryClass::kUnknown) << text;
  }
}

TEST(Soql, ReadsWhatPlainSqlWritesOtherwise) {
  EXPECT_EQ(object_of("SELECT * FROM crm.PUBLIC.contacts WHERE a = 1"), "crm.PUBLIC.contacts");
  EXPECT_EQ(object_of("select a from t. where b"), "t");
  EXPECT_EQ(object_of("select a from s.t"), "s.t");
  EXPECT_EQ(object_of("-- by the nightly job\nSELECT a FROM t"), "t");
  EXPECT_EQ(class_of("SELECT COUNT(*) FROM crm.contacts"), QueryClass::kCount);
  EXPECT_EQ(class_of("SELECT * FROM crm.contacts"), QueryClass::kFull);
  EXPECT_EQ(class_of("SELECT \"Email\" FROM crm.contacts"), QueryClass::kFull);
  EXPECT_EQ(class_of("SELECT 1 FROM crm.contacts LIMIT 9"), QueryClass::kLimited);
  EXPECT_EQ(class_of("SELECT a FROM t -- LIMIT 5"), QueryClass::kFull);
  std::string out;
  EXPECT_TRUE(analyse_soql("SELECT a.x FROM a JOIN b ON a.id = b.id", out).filtered);
  EXPECT_FALSE(analyse_soql("SELECT a.x FROM a ORDER BY x", out).filtered);
  EXPECT_EQ(normal("select a from t -- run 4711\nlimit 3"), normal("select a from t limit 4"));
}

TEST(Soql, NormalisesCaseSpaceCommentsAndEveryLiteral) {
  const std::string expected = "select id from account where name=? and created>?";
  for (const char* text : {"SELECT Id FROM Account WHERE Name='x' AND Created>2023-01-01T00:00:00Z",
                           "select  id\nfrom account /* y */ where name = 'O\\'Brien' and created > 2024-12-31"}) {
    EXPECT_EQ(normal(text), expected) << text;
  }
  EXPECT_EQ(normal("SELECT Id FROM A WHERE X IN ('a','b', 'c')"), normal("SELECT Id FROM A WHERE X IN ('z')"));
  EXPECT_EQ(normal("X = -1.5e10 OR Y > USD5000.50 OR D = LAST_N_DAYS:30"), "x=? or y>? or d=last_n_days:?");
  EXPECT_EQ(normal("SELECT Field1__c FROM A2__c"), "select field1__c from a2__c");
  EXPECT_EQ(normal("N = 'never closed AND secret"), "n=?");
}

TEST(Soql, NamesTheOuterObject) {
  EXPECT_EQ(object_of("SELECT Id, (SELECT Id FROM Contacts) FROM Account WHERE X = 1"), "Account");
  EXPECT_EQ(object_of("SELECT Id"), "");
}

TEST(Soql, LiteralsNeverSurviveWhateverStandsInThem) {
  ASSERT_TRUE(rc::check("literals are gone", [](std::string inside) {
    std::string literal;
    for (const char c : inside) {
      if (c == '\'' || c == '\\') literal.push_back('\\');
      literal.push_back(c);
    }
    const std::string text = normal("SELECT Id FROM A WHERE N = 'zq" + literal + "zq' AND M = 'zq");
    RC_ASSERT(text == "select id from a where n=? and m=?");
  }));
}

TEST(Soql, FindsTheQueryInAUri) {
  EXPECT_EQ(soql_of_uri("/services/data/v58.0/query?q=SELECT+Id"), "SELECT+Id");
  EXPECT_EQ(soql_of_uri("/services/data/v58.0/query?x=1&q=a%20b&y=2"), "a%20b");
  EXPECT_FALSE(soql_of_uri("/services/data/v58.0/query/01g-2000").has_value());
  std::string out(9, '\0');
  out.resize(decode_uri_text("a%20b+c%2", out.data()));
  EXPECT_EQ(out, "a b c%2");
}

}  // namespace
}  // namespace outflow::connectors::soql_test
