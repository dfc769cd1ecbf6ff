#include "tradewind/core/tws/frame_reader.hpp"

#include <fmt/format.h>

namespace tradewind::tws {

Result<std::optional<Bytes>> FrameReader::next() {
  const Bytes waiting = buffer_.contents();
  if (waiting.size() < 4) return std::optional<Bytes>{};
  const std::uint32_t size = load_be32(waiting.data());
  if (size == 0 || size > frame_size_max_) {
    return fail(Errc::malformed,
                fmt::format("the peer announces a frame of {} bytes (1 to {} are accepted); this is not the TWS "
                            "protocol or the stream is out of step",
                            size, frame_size_max_));
  }
  if (waiting.size() - 4 < size) return std::optional<Bytes>{};
  const Bytes payload = waiting.subspan(4, size);
  buffer_.consume(4 + std::size_t{size});  // moves an offset; the bytes stay until the next prepare
  return payload;
}

}  // namespace tradewind::tws
