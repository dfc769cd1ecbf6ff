// Goal: every code of the catalogue does what we say it does. Method: the groups below name each code once, written apart
// from the table; a code that is missing, or that moves to another group in the table alone, fails. Rules that hold for
// all codes, and the lists of the protocol notes, are checked over the whole table.
#include "tradewind/core/tws/error_catalogue.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string_view>
#include <vector>

namespace tradewind::tws {
namespace {

constexpr auto kOrderKinds =
    std::to_array<RequestKind>({RequestKind::new_order, RequestKind::modify_order, RequestKind::cancel_order});

std::vector<RequestKind> query_kinds() {
  std::vector<RequestKind> all;
  for (int kind = 0; kind < kRequestKinds; ++kind) {
    if (std::ranges::find(kOrderKinds, RequestKind(kind)) == kOrderKinds.end()) all.push_back(RequestKind(kind));
  }
  return all;
}

int number(std::string_view text) {
  int value = 0;
  for (const char digit : text) value = value * 10 + (digit - '0');
  return value;
}

// "3 7-9" is 3, 7, 8, 9. A range skips numbers that are no code.
std::vector<int> codes_in(std::string_view list) {
  std::vector<int> codes;
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(' '), list.size());
    const std::string_view word = list.substr(0, end);
    list.remove_prefix(std::min(end + 1, list.size()));
    const std::size_t dash = word.find('-');
    const int first = number(word.substr(0, dash));
    const int last = dash == std::string_view::npos ? first : number(word.substr(dash + 1));
    for (int code = first; code <= last; ++code) codes.push_back(code);
  }
  return codes;
}

struct OrderGroup {
  OrderEffect new_order;
  OrderEffect modification;
  OrderEffect cancellation;
  std::string_view codes;
};

constexpr auto kOrderGroups = std::to_array<OrderGroup>({
    // Warnings and notices: all goes on.
    {OrderEffect::none, OrderEffect::none, OrderEffect::none,
     "0 131 164 165 308 317 319 327 381 399 404 438 492 501 1100-1102 2100 2103-2110 2113 2119 2129 2137 2148 "
     "2150 2152 2157 2158 2168-2170 2174 2181 2188 10018 10019 10090 10167 10233 10239 10311 10349"},
    {OrderEffect::none, OrderEffect::ask, OrderEffect::none, "2102"},
    // Only a modification earns these.
    {OrderEffect::ask, OrderEffect::refused, OrderEffect::ask, "104 105 134 329 351 411 422 440 444 462 10241 10242"},
    // The order was not accepted; a change was not, and the order lives on.
    {OrderEffect::rejected, OrderEffect::refused, OrderEffect::ask,
     "110 111 113-121 125 126 129 132 133 140-142 144-148 151-153 155-160 167 168 200 201 203 303 311-315 325 "
     "328 332-343 345-350 352 353 355 356 358-364 367-380 387-394 396-398 400-403 405-410 412 413 415-419 421 "
     "423-429 432-437 439 441-443 445-449 451 460 461 10000-10003 10006-10015 10020-10027 10051 10052 10234-10237 "
     "10240 10243-10254 10268-10270 10289 10337 10338 10355"},
    {OrderEffect::rejected, OrderEffect::refused, OrderEffect::refused, "320 321 10149"},
    // Only a cancel earns these; the order stays as it is.
    {OrderEffect::none, OrderEffect::none, OrderEffect::refused, "136 137 161 10148"},
    {OrderEffect::cancelled, OrderEffect::cancelled, OrderEffect::cancelled, "202"},
    // Ids that may belong to a living order, precautions a person may answer, codes nobody has documented, and codes that
    // belong to other requests.
    {OrderEffect::ask, OrderEffect::ask, OrderEffect::ask,
     "100-103 106 107 109 122-124 135 138 139 143 154 162 163 166 300-302 304-307 309 310 316 322-324 326 330 "
     "331 344 354 357 365 366 382-386 395 414 420 430 431 463 490 502-593 1300 2101 10005 10016 10017 10054 "
     "10058 10063 10089 10091 10092 10147 10168 10172 10182 10186 10187 10189 10190 10197 10200 10225 10230 "
     "10231 10238 10255 10276-10285 10293 10299 10301 10314 10342 10348 10357 10358 10372"},
});

struct RequestGroup {
  Ends ends;
  RequestKinds only;
  std::string_view codes;
};

constexpr auto kRequestGroups = std::to_array<RequestGroup>({
    {Ends::no, kAllKinds,
     "0 131 164 165 308 317 319 327 381 399 404 438 492 501 505 508 587 1100 1102 2102-2110 2113 2119 2129 "
     "2137 2148 2150 2152 2157 2158 2168-2170 2174 2181 2188 10018 10019 10090 10167 10233 10239 10311 10349"},
    {Ends::ask, kAllKinds,
     "100 135-137 161 202 463 10054 10058 10063 10089 10091 10147 10148 10197 10200 10255 10293 10301 10342 "
     "10348 10372"},
    {Ends::yes, kAllKinds,
     "101-107 109-111 113-126 129 132-134 138-148 151-160 162 163 166-168 200 201 203 300-307 309-316 320-326 "
     "328-380 382-398 400-403 405-437 439-449 451 460-462 490 502-504 506 507 509-586 588-593 1300 2101 "
     "10000-10003 10005-10017 10020-10027 10051 10052 10092 10149 10168 10172 10182 10186 10187 10189 10190 "
     "10225 10230 10231 10234-10238 10240-10254 10268-10270 10276-10285 10289 10299 10314 10337 10338 10355 "
     "10357 10358"},
    {Ends::yes,
     kinds(RequestKind::market_data, RequestKind::depth, RequestKind::tick_by_tick, RequestKind::real_time_bars),
     "1101"},
    {Ends::yes, kinds(RequestKind::account), "2100"},
});

TEST(ErrorCatalogue, EveryCodeDoesToOrdersWhatItsGroupSays) {
  std::map<int, const OrderGroup*> group_of;
  for (const OrderGroup& group : kOrderGroups) {
    for (const int code : codes_in(group.codes)) {
      if (find_error(code) == nullptr) continue;
      EXPECT_TRUE(group_of.emplace(code, &group).second) << code << " stands in two groups";
    }
  }
  for (const ErrorInfo& info : error_catalogue()) {
    const auto found = group_of.find(info.code);
    ASSERT_NE(found, group_of.end()) << info.code << " stands in no group";
    EXPECT_EQ(order_effect(info, RequestKind::new_order), found->second->new_order) << info.code;
    EXPECT_EQ(order_effect(info, RequestKind::modify_order), found->second->modification) << info.code;
    EXPECT_EQ(order_effect(info, RequestKind::cancel_order), found->second->cancellation) << info.code;
  }
}

TEST(ErrorCatalogue, EveryCodeEndsTheRequestsItsGroupSays) {
  std::map<int, const RequestGroup*> group_of;
  for (const RequestGroup& group : kRequestGroups) {
    for (const int code : codes_in(group.codes)) {
      if (find_error(code) == nullptr) continue;
      EXPECT_TRUE(group_of.emplace(code, &group).second) << code << " stands in two groups";
    }
  }
  for (const ErrorInfo& info : error_catalogue()) {
    const auto found = group_of.find(info.code);
    ASSERT_NE(found, group_of.end()) << info.code << " stands in no group";
    for (const RequestKind kind : query_kinds()) {
      const bool concerned = (found->second->only & kinds(kind)) != 0;
      EXPECT_EQ(ends(info.code, kind), concerned ? found->second->ends : Ends::no) << info.code << " " << int(kind);
    }
  }
}

TEST(ErrorCatalogue, EveryCodeNamedHereIsInTheTable) {
  for (const OrderGroup& group : kOrderGroups) {
    // The ends of a range and single numbers are codes; only inside a range may numbers be missing.
    std::string_view list = group.codes;
    while (!list.empty()) {
      const std::size_t end = std::min(list.find_first_of(" -"), list.size());
      EXPECT_NE(find_error(number(list.substr(0, end))), nullptr) << list.substr(0, end);
      list.remove_prefix(std::min(end + 1, list.size()));
    }
  }
}

TEST(ErrorCatalogue, IsOrderedAndEveryCodeIsFound) {
  std::int32_t last = -1;
  for (const ErrorInfo& info : error_catalogue()) {
    EXPECT_GT(info.code, last);
    last = info.code;
    EXPECT_EQ(find_error(info.code), &info);
    EXPECT_EQ(&error_info(info.code), &info);
    EXPECT_FALSE(info.meaning.empty()) << info.code;
    EXPECT_FALSE(info.what_to_do.empty()) << info.code;
    EXPECT_NE(info.error_class, ErrorClass::unknown) << info.code;
    EXPECT_NE(info.retry, RetryAdvice::ask_broker) << info.code;
    EXPECT_NE(name(info.error_class), "?") << info.code;
  }
}

TEST(ErrorCatalogue, WarningsAndUnverifiedCodesDecideNothing) {
  for (const ErrorInfo& info : error_catalogue()) {
    const bool may_decide = (info.severity == ErrorSeverity::error && info.basis != ErrorBasis::unverified) ||
                            info.error_class == ErrorClass::order_cancel;
    if (may_decide) continue;
    for (const RequestKind kind : kOrderKinds) EXPECT_NE(ends(info, kind), Ends::yes) << info.code;
  }
}

// A refused change or cancel leaves the order alive, whatever the code: only 202 takes a living order away.
TEST(ErrorCatalogue, NoCodeButCancelledTakesALivingOrderAway) {
  for (const ErrorInfo& info : error_catalogue()) {
    for (const RequestKind kind : {RequestKind::modify_order, RequestKind::cancel_order}) {
      const OrderEffect effect = order_effect(info, kind);
      EXPECT_NE(effect, OrderEffect::rejected) << info.code;
      EXPECT_EQ(effect == OrderEffect::cancelled, info.code == 202) << info.code;
    }
  }
}

TEST(ErrorCatalogue, InformationThatComesAsAnErrorEndsNothing) {
  for (const int code : {165, 317, 399, 404, 492, 2109, 2137, 10090, 10167, 10311, 10349}) {
    for (int kind = 0; kind < kRequestKinds; ++kind)
      EXPECT_EQ(ends(code, RequestKind(kind)), Ends::no) << code << " " << kind;
  }
  EXPECT_EQ(ends(316, RequestKind::depth), Ends::yes) << "halted: a new request is needed";
}

// What ib_async takes for warnings; on a modification the earlier order lives on.
TEST(ErrorCatalogue, AModificationThatFailsLeavesTheOrderAlive) {
  for (const int code : {105, 110, 321, 329, 434}) {
    EXPECT_EQ(order_effect(error_info(code), RequestKind::modify_order), OrderEffect::refused) << code;
  }
  for (const int code : {165, 399, 404, 492, 10167}) {
    EXPECT_EQ(order_effect(error_info(code), RequestKind::modify_order), OrderEffect::none) << code;
  }
  for (const int code : {110, 321, 434})
    EXPECT_EQ(order_effect(error_info(code), RequestKind::new_order), OrderEffect::rejected) << code;
  // Nobody can get these for an order just placed, so the order they name is an older one.
  for (const int code : {105, 329})
    EXPECT_EQ(order_effect(error_info(code), RequestKind::new_order), OrderEffect::ask) << code;
  for (const ErrorInfo& info : error_catalogue()) {
    if (info.code < 2100 || info.code >= 2200) continue;
    EXPECT_NE(ends(info, RequestKind::modify_order), Ends::yes) << info.code;
  }
}

TEST(ErrorCatalogue, ConnectivityNoticesEndOnlyWhatTheyTakeAway) {
  for (const int code : {1100, 1102, 2103, 2104, 2105, 2106, 2107, 2108, 2110, 2119, 2157, 2158}) {
    EXPECT_EQ(error_info(code).error_class, ErrorClass::connection) << code;
    for (int kind = 0; kind < kRequestKinds; ++kind)
      EXPECT_EQ(ends(code, RequestKind(kind)), Ends::no) << code << " " << kind;
  }
  EXPECT_EQ(ends(1101, RequestKind::market_data), Ends::yes);
  EXPECT_EQ(ends(1101, RequestKind::account), Ends::no);
  EXPECT_EQ(ends(1101, RequestKind::new_order), Ends::no);
  EXPECT_EQ(ends(1300, RequestKind::historical), Ends::yes);
  EXPECT_EQ(ends(1300, RequestKind::new_order), Ends::ask) << "the socket goes, the order stays";
  EXPECT_EQ(ends(10197, RequestKind::market_data), Ends::ask);
  EXPECT_EQ(error_info(1300).retry, RetryAdvice::reconnect);
  EXPECT_EQ(error_info(10225).retry, RetryAdvice::resubscribe);
}

TEST(ErrorCatalogue, ACodeThatIsNotThereDecidesNothing) {
  for (const int code : {-1, 1, 108, 499, 594, 2199, 10999, 2'000'000'000, -2'000'000'000}) {
    EXPECT_EQ(find_error(code), nullptr) << code;
    const ErrorInfo& info = error_info(code);
    EXPECT_EQ(info.error_class, ErrorClass::unknown);
    EXPECT_EQ(info.severity, ErrorSeverity::error) << "loud";
    EXPECT_EQ(info.retry, RetryAdvice::ask_broker);
    EXPECT_TRUE(info.what_to_do.starts_with("ask the broker"));
    for (int kind = 0; kind < kRequestKinds; ++kind) EXPECT_EQ(ends(code, RequestKind(kind)), Ends::ask) << code;
  }
}

}  // namespace
}  // namespace tradewind::tws
