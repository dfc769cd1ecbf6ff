#include "tradewind/core/base/json.hpp"

#include <gtest/gtest.h>

namespace tradewind {
namespace {

TEST(JsonWriter, PutsCommasWhereTheyBelong) {
  JsonWriter json;
  json.begin_object()
      .member("a", 1)
      .key("b")
      .begin_array()
      .text("x")
      .number(std::int64_t{-2})
      .begin_object()
      .end_object();
  json.end_array().member("c", true).key("d").null().key("e").seconds(1'250).key("f").seconds(-5).end_object();
  EXPECT_EQ(json.str(), R"({"a":1,"b":["x",-2,{}],"c":true,"d":null,"e":1.250,"f":-0.005})");
}

TEST(JsonWriter, EscapesWhateverComes) {
  JsonWriter json;
  json.begin_array()
      .text("q\"\\\n\t\x01\x7f")
      .text("gr\xc3\xbc\xc3\x9f")
      .text("\xc3(")
      .text("\xed\xa0\x80\xff")
      .end_array();
  EXPECT_EQ(json.str(),
            "[\"q\\\"\\\\\\n\\t\\u0001\\u007f\",\"gr\xc3\xbc\xc3\x9f\",\"\\u00c3(\",\"\\u00ed\\u00a0\\u0080\\u00ff\"]");
}

}  // namespace
}  // namespace tradewind
