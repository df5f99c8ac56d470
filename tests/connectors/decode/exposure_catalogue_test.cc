#include "connectors/decode/exposure_catalogue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "connectors/decode/exposure_rules.h"

namespace outflow::connectors {
namespace embedded {
extern const std::string_view kExposureYaml;
}
namespace exposure_test {
namespace {

std::string joined(const ExposureCatalogue& catalogue, features::DataClasses classes) {
  std::string out;
  for (const std::string& name : catalogue.names_of(classes)) out += (out.empty() ? "" : " ") + name;
  return out;
}
std::string query(std::string_view text) {
  const auto catalogue = ExposureCatalogue::built_in();
  return joined(*catalogue, catalogue->of_query(text));
}
std::string object(std::string_view name) {
  const auto catalogue = ExposureCatalogue::built_in();
  return joined(*catalogue, catalogue->of_object(name));
}
std::string field(std::string_view of, std::string_view name) {
  const auto catalogue = ExposureCatalogue::built_in();
  return joined(*catalogue, catalogue->of_field(of, name));
}

TEST(ExposureCatalogue, TheBuiltInRulesAreValid) {
  const auto rules = read_exposure_rules(embedded::kExposureYaml, "exposure.yaml");
  EXPECT_TRUE(rules.ok()) << rules.error().message;
}

TEST(ExposureCatalogue, ObjectsHoldWhatTheirReferenceSays) {
  EXPECT_EQ(object("Contact"), "contact birth_date");
  EXPECT_EQ(object("CONTACT"), "contact birth_date");
  EXPECT_EQ(object("Account"), "contact birth_date financial");
  EXPECT_EQ(object("Case"), "contact case_text");
  EXPECT_EQ(object("CaseComment"), "case_text");
  EXPECT_EQ(object("EmailMessage"), "case_text");
  EXPECT_EQ(object("Opportunity"), "financial case_text");
  EXPECT_EQ(object("OpportunityLineItem"), "financial");
  EXPECT_EQ(object("User"), "contact employee");
  EXPECT_EQ(object("ContentVersion"), "case_text");
  EXPECT_EQ(object("Vehicle"), "vehicle");
  EXPECT_EQ(object("VehicleDefinition"), "vehicle");
  EXPECT_EQ(object("FinancialAccountTransaction"), "financial");
  EXPECT_EQ(object("NamedCredential"), "credentials");
  EXPECT_EQ(object("OauthToken"), "credentials");
  EXPECT_EQ(object("ExternalCredentialParameter"), "credentials");
  EXPECT_EQ(object("Product2"), "");
  EXPECT_EQ(object("AccountHistory"), "contact birth_date financial");
  EXPECT_EQ(object("ContactChangeEvent"), "contact birth_date");
  EXPECT_EQ(object("AccountShare"), "");
  EXPECT_EQ(object("NoSuchThing"), "");
}

TEST(ExposureCatalogue, ATableIsFoundByItsLastPartWhereNoRuleNamesTheWhole) {
  for (const char* name :
       {"CRM.PUBLIC.CONTACTS", "public.contact", R"("CRM"."PUBLIC"."CONTACTS")", "a.b.c.d.Contact"}) {
    EXPECT_EQ(object(name), "contact birth_date") << name;
  }
  EXPECT_EQ(query("SELECT * FROM CRM.PUBLIC.CONTACTS"), query("SELECT * FROM Contact"));
  EXPECT_EQ(object("CONTACTS.PUBLIC.PRODUCTS"), "");
  EXPECT_EQ(object("CRM.PUBLIC."), "");
  const auto own =
      ExposureCatalogue::parse("objects:\n  - names: [archive.contacts]\n    holds: [vehicle]\n", "own.yaml");
  ASSERT_TRUE(own.ok()) << own.error().message;
  EXPECT_EQ(joined(**own, (*own)->of_object("archive.contacts")), "vehicle") << "a rule for the whole name goes first";
}

TEST(ExposureCatalogue, CustomThingsAreCustomUnlessARuleKnowsThem) {
  EXPECT_EQ(object("Widget__c"), "custom");
  EXPECT_EQ(object("acme__Widget__c"), "custom");
  EXPECT_EQ(object("Account__c"), "custom");
  EXPECT_EQ(object("Customer_Vehicle__c"), "vehicle");
  EXPECT_EQ(field("Contact", "Loyalty_Tier__c"), "custom");
  EXPECT_EQ(field("Contact", "VIN__c"), "vehicle");
  EXPECT_EQ(field("Widget__c", "Name"), "custom");
  EXPECT_EQ(field("Widget__c", "acme__Date_of_Birth__c"), "birth_date");
  EXPECT_EQ(field("Account", "IBAN__c"), "financial");
  EXPECT_EQ(field("Account", "Api_Key__c"), "credentials");
  EXPECT_EQ(field("Account", "Nationality__pc"), "demographic");
}

TEST(ExposureCatalogue, AFieldSaysMoreThanItsObject) {
  EXPECT_EQ(field("Contact", "Id"), "");
  EXPECT_EQ(field("Contact", "AccountId"), "");
  EXPECT_EQ(field("Contact", "Email"), "contact");
  EXPECT_EQ(field("Contact", "MailingStreet"), "contact");
  EXPECT_EQ(field("Contact", "Birthdate"), "birth_date");
  EXPECT_EQ(field("Account", "PersonBirthdate"), "birth_date");
  EXPECT_EQ(field("Case", "Description"), "case_text");
  EXPECT_EQ(field("Case", "IsEscalated"), "");
  EXPECT_EQ(field("Case", "Owner.Email"), "contact employee");
  EXPECT_EQ(field("Case", "Contact.Account.Name"), "contact");
  EXPECT_EQ(field("Case", "Parent.Subject"), "case_text");
  EXPECT_EQ(field("Account", "Parent.Name"), "contact");
  EXPECT_EQ(field("Vehicle", "AnythingElse"), "vehicle");
  EXPECT_EQ(field("contact", "emailaddress1"), "contact");
  EXPECT_EQ(field("incident", "description"), "case_text");
  EXPECT_EQ(field("annotation", "documentbody"), "case_text");
}

TEST(ExposureCatalogue, AQueryIsOfTheFieldsItSelects) {
  EXPECT_EQ(query("SELECT Id FROM Contact"), "");
  EXPECT_EQ(query("SELECT Id, Email FROM Contact WHERE Birthdate > 1990-01-01"), "contact");
  EXPECT_EQ(query("SELECT Id, Birthdate FROM Contact"), "birth_date");
  EXPECT_EQ(query("SELECT Id, (SELECT Amount FROM Opportunities), (SELECT Description FROM Cases) FROM Account"),
            "financial case_text");
  EXPECT_EQ(query("SELECT FIELDS(ALL) FROM Case LIMIT 200"), "contact case_text");
  EXPECT_EQ(query("SELECT FIELDS(CUSTOM) FROM Case LIMIT 200"), "custom");
  EXPECT_EQ(query("SELECT COUNT() FROM Contact"), "");
  EXPECT_EQ(query("SELECT Subject, Description, SuppliedEmail, Owner.Name FROM Case"), "contact case_text employee");
  EXPECT_EQ(query("SELECT a.AnnualRevenue FROM Contact c, c.Account a"), "financial");
  EXPECT_EQ(query("SELECT TYPEOF What WHEN Opportunity THEN Amount ELSE Name END FROM Event"), "contact financial");
  EXPECT_EQ(query("SELECT Vehicle__r.VIN__c, Plate_Number__c, Colour__c FROM Booking__c"), "vehicle custom");
  EXPECT_EQ(query("FIND {x} RETURNING Contact(Email), Vehicle"), "contact vehicle");
  EXPECT_EQ(query("SELECT * FROM crm.public.contacts"), "contact birth_date");
  EXPECT_EQ(query("SELECT c.email, o.amount FROM sf.contact c JOIN sf.opportunity o ON o.cid = c.id"),
            "contact financial");
  EXPECT_EQ(query("SELECT \"DATE_OF_BIRTH\" FROM \"DWH\".\"PEOPLE_V2\""), "birth_date");
}

TEST(ExposureCatalogue, ColumnsOfReportsAndListViewsAreFields) {
  const auto catalogue = ExposureCatalogue::built_in();
  const std::string_view columns[] = {"Name", "Birthdate", "Account.AnnualRevenue", "CASES.SUBJECT"};
  EXPECT_EQ(joined(*catalogue, catalogue->of_fields("Contact", columns)), "contact birth_date financial case_text");
}

TEST(ExposureCatalogue, AnInstallationAddsRulesAndClasses) {
  const auto catalogue = ExposureCatalogue::parse(R"(
classes: [telemetry, loyalty]
objects:
  - names: [Trip__c, "Trip*Log__c"]
    holds: [telemetry, vehicle]
    otherwise: [telemetry]
    fields:
      none: [Name]
      loyalty: ["*Points__c"]
  - names: [Contact]
    fields:
      loyalty: [Fax]
      none: [Email]
fields:
  loyalty: [Tier__c]
)",
                                                  "own.yaml");
  ASSERT_TRUE(catalogue.ok()) << catalogue.error().message;
  const ExposureCatalogue& own = **catalogue;
  EXPECT_EQ(joined(own, own.of_object("ns__Trip__c")), "vehicle telemetry");
  EXPECT_EQ(joined(own, own.of_object("TripDayLog__c")), "vehicle telemetry");
  EXPECT_EQ(joined(own, own.of_field("Trip__c", "Name")), "");
  EXPECT_EQ(joined(own, own.of_field("Trip__c", "Bonus_Points__c")), "loyalty");
  EXPECT_EQ(joined(own, own.of_field("Trip__c", "Speed")), "telemetry");
  EXPECT_EQ(joined(own, own.of_field("Contact", "Fax")), "loyalty");
  EXPECT_EQ(joined(own, own.of_field("Contact", "Email")), "");
  EXPECT_EQ(joined(own, own.of_field("Contact", "Phone")), "contact") << "built-in rules stay";
  EXPECT_EQ(joined(own, own.of_object("Contact")), "contact birth_date");
  EXPECT_EQ(joined(own, own.of_field("Lead", "Tier__c")), "loyalty");
  EXPECT_EQ(joined(*ExposureCatalogue::built_in(), own.of_object("Trip__c")), "vehicle class_16");
}

TEST(ExposureCatalogue, MistakesAreNamedWithTheirPlaceAllAtOnce) {
  const auto refused = ExposureCatalogue::parse(R"(classes: [contact, Bad]
objects:
  - names: [A]
    holds: [contct]
    feilds: {}
  - holds: [vehicle]
  - names: [A]
fields:
  birthdate: [X]
other: 1
other: 2
)",
                                                "own.yaml");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().message,
            "own.yaml:1:11: there is a data class 'contact' already\n"
            "own.yaml:1:20: a data class is named with 1 to 32 of a-z, 0-9 and _\n"
            "own.yaml:4:13: there is no data class 'contct' (did you mean 'contact'?)\n"
            "own.yaml:5:5: unknown key 'feilds' (did you mean 'fields'?)\n"
            "own.yaml:6:5: an object's rule needs 'names'\n"
            "own.yaml:7:5: 'A' has a rule already, in line 3\n"
            "own.yaml:9:3: there is no data class 'birthdate' (did you mean 'birth_date'?)\n"
            "own.yaml:10:1: unknown key 'other'\n"
            "own.yaml:11:1: 'other' is given twice; first in line 10");
  EXPECT_EQ(refused.error().code, ErrorCode::kRefuse);

  for (const char* damaged :
       {"objects: [", "a: b: c", "- x", "classes: {a: b}", "objects: 3", "fields: [x]", "relations: x"}) {
    EXPECT_FALSE(ExposureCatalogue::parse(damaged, "x.yaml").ok()) << damaged;
  }
  EXPECT_TRUE(ExposureCatalogue::parse("", "x.yaml").ok());
}

TEST(ExposureCatalogue, AtMostSixteenOwnClasses) {
  std::string yaml = "classes: [c0";
  for (int i = 1; i < 16; ++i) yaml += ", c" + std::to_string(i);
  const auto full = ExposureCatalogue::parse(yaml + "]\nfields: {c15: [Zz]}", "x.yaml");
  ASSERT_TRUE(full.ok()) << full.error().message;
  EXPECT_EQ(joined(**full, (*full)->of_field("A", "Zz")), "c15");
  EXPECT_FALSE(ExposureCatalogue::parse(yaml + ", c16]", "x.yaml").ok());
}

}  // namespace
}  // namespace exposure_test
}  // namespace outflow::connectors
