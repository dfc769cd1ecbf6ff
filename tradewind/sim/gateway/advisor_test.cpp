#include "tradewind/sim/gateway/advisor.hpp"

#include <gtest/gtest.h>

namespace tradewind::sim::gateway {
namespace {

Advisor three_accounts() {
  Login login;
  login.groups = {{"Halves", "Percent", {{"DU0000001", Amount::of(60)}, {"DU0000002", Amount::of(40)}}},
                  {"A & B", "Equal", {{"DU0000001", std::nullopt}}}};
  login.profiles = {{"Fixed", "3", {{"DU0000002", Amount::of(5)}}}};
  return Advisor{
      {{.id = "DF0000000", .type = AccountType::advisor}, {.id = "DU0000001", .alias = "Main"}, {.id = "DU0000002"}},
      login};
}

TEST(Advisor, IsALoginWithAnAdvisorAccount) {
  EXPECT_TRUE(three_accounts().is_one());
  EXPECT_FALSE((Advisor{{{.id = "DU0000000"}, {.id = "DU0000001"}}, {}}.is_one()));
}

TEST(Advisor, TellsGroupsAsTheGatewayDoes) {
  EXPECT_EQ(three_accounts().xml(Advisor::groups),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            "<ListOfGroups>\n"
            "\t<Group>\n\t\t<name>Halves</name>\n\t\t<ListOfAccts varName=\"list\">\n"
            "\t\t\t<Account>\n\t\t\t\t<acct>DU0000001</acct>\n\t\t\t\t<amount>60.0</amount>\n\t\t\t</Account>\n"
            "\t\t\t<Account>\n\t\t\t\t<acct>DU0000002</acct>\n\t\t\t\t<amount>40.0</amount>\n\t\t\t</Account>\n"
            "\t\t</ListOfAccts>\n\t\t<defaultMethod>Percent</defaultMethod>\n\t</Group>\n"
            "\t<Group>\n\t\t<name>A &amp; B</name>\n\t\t<ListOfAccts varName=\"list\">\n"
            "\t\t\t<String>DU0000001</String>\n"
            "\t\t</ListOfAccts>\n\t\t<defaultMethod>Equal</defaultMethod>\n\t</Group>\n"
            "</ListOfGroups>\n");
}

TEST(Advisor, TellsProfilesAndAliases) {
  const Advisor advisor = three_accounts();
  EXPECT_NE(advisor.xml(Advisor::profiles).find("<type>3</type>"), std::string::npos);
  EXPECT_NE(advisor.xml(Advisor::profiles).find("<acct>DU0000002</acct>\n\t\t\t\t<amount>5.0</amount>"),
            std::string::npos);
  EXPECT_NE(advisor.xml(Advisor::aliases).find("<account>DU0000001</account>\n\t\t<alias>Main</alias>"),
            std::string::npos);
  EXPECT_NE(advisor.xml(Advisor::aliases).find("<account>DU0000002</account>\n\t\t<alias>DU0000002</alias>"),
            std::string::npos);
}

TEST(Advisor, ReadsWhatItTells) {
  for (const auto kind : {Advisor::groups, Advisor::profiles, Advisor::aliases}) {
    Advisor advisor = three_accounts();
    const std::string told = advisor.xml(kind);
    ASSERT_TRUE(advisor.replace(kind, told).has_value());
    EXPECT_EQ(advisor.xml(kind), told);
  }
}

TEST(Advisor, ReplacesAllGroupsOrNone) {
  Advisor advisor = three_accounts();
  ASSERT_TRUE(
      advisor
          .replace(Advisor::groups,
                   "<ListOfGroups><Group><name>One</name><ListOfAccts varName=\"list\"><String>DU0000002</String>"
                   "</ListOfAccts><defaultMethod>NetLiq</defaultMethod></Group></ListOfGroups>")
          .has_value());
  ASSERT_NE(advisor.group("One"), nullptr);
  EXPECT_EQ(advisor.group("One")->accounts.front().first, "DU0000002");
  EXPECT_EQ(advisor.group("Halves"), nullptr);

  const auto refused = advisor.replace(Advisor::groups,
                                       "<ListOfGroups><Group><name>Two</name><ListOfAccts><String>DU0000009</String></"
                                       "ListOfAccts></Group></ListOfGroups>");
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Errc::not_found);
  EXPECT_EQ(refused.error().detail, "DU0000009");
  EXPECT_NE(advisor.group("One"), nullptr);
}

TEST(Advisor, RefusesWhatIsNoXmlOfItsKind) {
  Advisor advisor = three_accounts();
  for (const char* text :
       {"", "groups", "<ListOfGroups>", "<ListOfGroups></ListOfGroup>", "<ListOfGroups></ListOfGroups>more",
        "<ListOfAllocationProfiles/>", "<ListOfGroups><Group/></ListOfGroups>", "<", "</a>", "<?xml", "<a><!-- </a>",
        "<ListOfGroups><Group><name>x</name><ListOfAccts><Account><acct>DU0000001</acct><amount>x</amount></Account>"
        "</ListOfAccts></Group></ListOfGroups>",
        "<a><a><a><a><a><a><a><a><a><a><a></a></a></a></a></a></a></a></a></a></a></a>"}) {
    const auto refused = advisor.replace(Advisor::groups, text);
    ASSERT_FALSE(refused.has_value()) << text;
    EXPECT_EQ(refused.error().code, Errc::malformed) << text;
    EXPECT_FALSE(refused.error().detail.empty());
  }
  EXPECT_FALSE(advisor.replace(Advisor::groups, std::string(1 << 20, '<')).has_value());
  EXPECT_NE(advisor.group("Halves"), nullptr);
}

}  // namespace
}  // namespace tradewind::sim::gateway
