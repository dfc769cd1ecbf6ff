#include "tests/conversations/script.hpp"

#include <gtest/gtest.h>

#include <string>

namespace tradewind::conversations {
namespace {

constexpr std::string_view kBegin =
    "# A test.\n"
    "# covers: nothing\n"
    "versions 178\n"
    "ready\n"
    "told ready accounts=DU0000000 version=178\n"
    "subscribe reqMktData contract.conId=265598 as quotes\n";

std::string failure_of(const std::string& steps, int version = 178) {
  const auto script = parse("a.conv", std::string{kBegin} + steps);
  return script.has_value() ? run(*script, version) : script.error().detail;
}

TEST(ConversationScript, PassesWhenAllIsAsItSays) {
  EXPECT_EQ(failure_of("wire reqMktData reqId=$q contract.conId=265598 contract.symbol=\n"
                       "gateway tickPrice reqId=$q tickType=1 price=10.5 size=100\n"
                       "told quotes tickPrice price=10.5 size=100\n"
                       "cancel quotes\n"
                       "wire cancelMktData reqId=$q\n"
                       "pass 30s\n"
                       "nothing\n"),
            "");
}

TEST(ConversationScript, FailsWithPlaceExpectationAndWhatWasThere) {
  EXPECT_EQ(failure_of("wire reqMktData reqId=$q\n"
                       "gateway tickPrice reqId=$q tickType=1 price=10.5\n"
                       "told quotes tickPrice price=10.6\n")
                .substr(0, 78),
            "a.conv:9: expected: told quotes tickPrice price=10.6\n  there was: told quotes ");
}

TEST(ConversationScript, FailsOnWhatIsLeftOver) {
  EXPECT_EQ(failure_of("").substr(0, 70), "a.conv:6: expected: nothing more before this line\n  there was: wire re");
  EXPECT_NE(failure_of("nothing\n"), "");
  EXPECT_NE(failure_of("pass 1s\n"), "");
  EXPECT_NE(failure_of("wire reqMktData reqId=$q\ngateway tickPrice reqId=$q price=1\n"), "");
}

TEST(ConversationScript, FailsOnWhatDidNotCome) {
  EXPECT_NE(failure_of("wire reqMktData\nwire reqMktData\n").find("a.conv:8: expected: wire reqMktData"),
            std::string::npos);
  EXPECT_NE(failure_of("wire reqMktData\ntold quotes tickPrice\n").find("there was: nothing told"), std::string::npos);
}

TEST(ConversationScript, FailsOnQualityThatIsNotExpected) {
  const std::string begin =
      "wire reqMktData reqId=$q\n"
      "gateway marketDataType reqId=$q marketDataType=3\n";
  EXPECT_EQ(failure_of(begin + "told quotes marketDataType kind=delayed\n"), "");
  EXPECT_NE(failure_of(begin + "told quotes marketDataType\n").find("kind=delayed was not expected"),
            std::string::npos);
  EXPECT_NE(failure_of(begin + "told quotes marketDataType stale kind=delayed\n"), "");
}

TEST(ConversationScript, FailsOnUnknownFieldsMessagesAndSteps) {
  EXPECT_NE(failure_of("wire reqMktData contract.conid=265598\n").find("there is no 'contract.conid'"),
            std::string::npos);
  EXPECT_NE(failure_of("wire reqMktdata\n").find("a client has no message 'reqMktdata'"), std::string::npos);
  EXPECT_NE(failure_of("wire reqMktData reqId=$q\ngateway tickPrize reqId=$q\n").find("a gateway has no message"),
            std::string::npos);
  EXPECT_NE(failure_of("wire reqMktData reqId=$q\ngateway tickPrice prize=1\n").find("there is no field 'prize'"),
            std::string::npos);
  EXPECT_NE(failure_of("wire reqMktData\nask reqContractDetails contract.sym=A as d\n").find("there is no field 'sym'"),
            std::string::npos);
  EXPECT_NE(failure_of("wire reqMktData\nasks\n").find("there is no step 'asks'"), std::string::npos);
  EXPECT_NE(failure_of("wire reqMktData\npass 30\n").find("no duration"), std::string::npos);
  EXPECT_NE(failure_of("wire reqMktData\ngateway tickPrice reqId=$q\n").find("$q is not known yet"), std::string::npos);
  EXPECT_NE(failure_of("wire reqMktData\ngateway tickPrice price=much\n"), "");
}

TEST(ConversationScript, FailsWhereThereIsAConnectionAlready) {
  EXPECT_NE(failure_of("wire reqMktData\nconnect\n").find("there is a connection"), std::string::npos);
}

TEST(ConversationScript, SeesProbesOnlyWhereItNamesThem) {
  EXPECT_NE(failure_of("wire reqMktData\npass 6s\nwire reqMktData\nwire reqCurrentTime\n").find("wire reqCurrentTime"),
            std::string::npos);
  EXPECT_EQ(failure_of("wire reqMktData\npass 6s\n"), "");
  EXPECT_EQ(failure_of("wire reqMktData\npass 6s\nwire reqCurrentTime\n"), "");
}

TEST(ConversationScript, DoesAStepOnlyAtTheVersionsInFrontOfIt) {
  EXPECT_EQ(failure_of("@200.. wire reqIds\n@..199 wire reqMktData\n"), "");
  EXPECT_NE(failure_of("@178..178 wire reqIds\n"), "");
}

TEST(ConversationScript, RepeatsAllStepsUpToTheEnd) {
  const std::string begin = "wire reqMktData reqId=$q\nrepeat 3\ngateway tickPrice reqId=$q price=1\n";
  EXPECT_EQ(failure_of(begin + "told quotes tickPrice price=1\nend\n"), "");
  EXPECT_NE(failure_of(begin + "end\n"), "");
  EXPECT_NE(failure_of(begin).find("a repetition has no end"), std::string::npos);
}

TEST(ConversationScript, FailsOnAFieldThatOnlyTheClientNames) {
  EXPECT_EQ(failure_of("wire reqMktData reqId=$q contract.conId=265598 only\n"), "");
  EXPECT_NE(failure_of("wire reqMktData reqId=$q only\n").find("nothing else should be set"), std::string::npos);
}

TEST(ConversationScript, SendsAMessageInParts) {
  const std::string begin = "wire reqMktData reqId=$q\npart 9 tickPrice reqId=$q price=1\n";
  EXPECT_EQ(failure_of(begin + "nothing\nrest\ntold quotes tickPrice price=1\n"), "");
  EXPECT_NE(failure_of(begin + "told quotes tickPrice price=1\n"), "");
}

TEST(ConversationScript, ErrorsOfTheFormNameTheLine) {
  const auto problem = [](std::string_view text) {
    const auto script = parse("a.conv", text);
    return script.has_value() ? std::string{} : script.error().detail;
  };
  EXPECT_EQ(problem("connect\n"), "a.conv:1: the first line says the behaviour, behind a #");
  EXPECT_EQ(problem("# A.\nconnect\n"),
            "a.conv:2: the second line is '# covers:' and what of the documents it is about");
  EXPECT_EQ(problem("# A.\n# covers: F001\n"), "a.conv:2: there are no steps");
  EXPECT_EQ(problem("# A.\n# covers: F001\nversions x\n"), "a.conv:3: 'x' is no version");
  EXPECT_EQ(problem("# A.\n# covers: F001\nconnect \"\n"), "a.conv:3: a \" is missing");
  EXPECT_EQ(problem("# A.\n# covers: F001\nconnect\nversions 178\n"), "a.conv:4: versions come before the first step");
  EXPECT_EQ(problem("# A.\n# covers: F001\nsubject moon\n"), "a.conv:3: the subject is client, session or engine");
  EXPECT_EQ(problem("# A.\n# covers: F001\n@x.. connect\n"), "a.conv:3: 'x' is no version");
  EXPECT_EQ(problem("# A.\n# covers: F001\nconnect\nend\n"), "a.conv:4: there is nothing to repeat");
}

}  // namespace
}  // namespace tradewind::conversations
