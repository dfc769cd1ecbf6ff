#include "tradewind/core/tws/frame_reader.hpp"

#include <fmt/format.h>

namespace tradewind::tws {

std::unexpected<Error> FrameReader::refuse(std::uint32_t size) const {
  return fail(Errc::malformed,
              fmt::format("the peer announces a frame of {} bytes (1 to {} are accepted); this is not the TWS "
                          "protocol or the stream is out of step",
                          size, frame_size_max_));
}

}  // namespace tradewind::tws
