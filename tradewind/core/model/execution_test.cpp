#include "tradewind/core/model/execution.hpp"

#include <gtest/gtest.h>

namespace tradewind::model {
namespace {

TEST(ExecId, SplitsStemAndRevision) {
  const ExecId id = ExecId::from("0000e0d5.63cefb1e.01.02").value();
  EXPECT_EQ(id.stem(), "0000e0d5.63cefb1e.01");
  EXPECT_EQ(id.revision(), 2U);
  EXPECT_EQ(id.view(), "0000e0d5.63cefb1e.01.02");
}

TEST(ExecId, TakesOddFormsWhole) {
  for (const char* text : {"abc", "abc.", "abc.x1", ".5", "a.99999999999"}) {
    const ExecId id = ExecId::from(text).value();
    EXPECT_EQ(id.stem(), text);
    EXPECT_EQ(id.revision(), 0U);
  }
  EXPECT_FALSE(ExecId::from("").has_value());
  EXPECT_FALSE(ExecId::from("a b").has_value());
  EXPECT_FALSE(ExecId::from(std::string(65, 'x')).has_value());
}

}  // namespace
}  // namespace tradewind::model
