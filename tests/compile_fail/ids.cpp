// An identifier is of one kind, and no number.
#include "tradewind/core/model/ids.hpp"

#include <cstdint>

namespace tradewind::model {

bool ids(OrderId order_id, ClientId client_id) {
  bool ok = order_id == OrderId{7} && client_id.value() == 7 && order_id < OrderId{8};
#if TW_MUST_NOT_COMPILE == 1
  ok = ok && order_id == client_id;
#elif TW_MUST_NOT_COMPILE == 2
  order_id = client_id;
#elif TW_MUST_NOT_COMPILE == 3
  order_id = 7;
#elif TW_MUST_NOT_COMPILE == 4
  [[maybe_unused]] std::int32_t number = order_id;
#elif TW_MUST_NOT_COMPILE == 5
  ok = ok && order_id == 7;
#elif TW_MUST_NOT_COMPILE == 6
  order_id = order_id + 1;
#elif TW_MUST_NOT_COMPILE == 7
  [[maybe_unused]] OrderId unstated;
#endif
  return ok;
}

}  // namespace tradewind::model
