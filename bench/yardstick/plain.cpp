#include "bench/yardstick/plain.hpp"

#define main yardstick_main  // its program is not ours; its decoder and encoder are
#include "bench/yardstick/decode.cpp"
#undef main

namespace tradewind::bench {

struct PlainDecoder::Impl {
  std::vector<Frame> frames;
  int server_version = 0;
  Count<std::string> reader;
  Sink<std::string>* volatile sink = &reader;  // a real virtual call
};

PlainDecoder::PlainDecoder(const char* stream, std::size_t size, int server_version) : impl_{std::make_unique<Impl>()} {
  impl_->server_version = server_version;
  for (std::size_t at = 0; at + 4 <= size;) {
    std::uint32_t length = 0;
    std::memcpy(&length, stream + at, 4);
    length = __builtin_bswap32(length);
    impl_->frames.push_back({stream + at + 4, length});
    at += 4 + length;
  }
}

PlainDecoder::~PlainDecoder() = default;

void PlainDecoder::pass() {
  Sink<std::string>* to = impl_->sink;
  for (const Frame& frame : impl_->frames) decode(Plain{frame.p, frame.p + frame.n}, *to, impl_->server_version);
}

double PlainDecoder::price_sum() const { return impl_->reader.sum; }
std::int64_t PlainDecoder::integer_sum() const { return impl_->reader.q; }
std::uint64_t PlainDecoder::text_length() const { return impl_->reader.chars; }

namespace {

struct LastPrice final : Count<std::string> {
  double last = 0;
  void price(int id, int type, double px, unsigned attributes) override {
    Count<std::string>::price(id, type, px, attributes);
    last = px;
  }
};

}  // namespace

struct PlainReader::Impl {
  LastPrice reader;
  Sink<std::string>* volatile sink = &reader;
  std::uint64_t messages = 0;
  int server_version = 0;
};

PlainReader::PlainReader(int server_version) : impl_{std::make_unique<Impl>()} {
  impl_->server_version = server_version;
}

PlainReader::~PlainReader() = default;

void PlainReader::message(const char* payload, std::size_t size) {
  ++impl_->messages;
  decode(Plain{payload, payload + size}, *impl_->sink, impl_->server_version);
}

std::uint64_t PlainReader::messages() const { return impl_->messages; }
double PlainReader::last_price() const { return impl_->reader.last; }

void encode_plain_orders(int count) {
  OrderIn order;
  for (int i = 0; i < count; ++i) {
    order.id = i;
    order.lmt = 189.5 + (i & 63) * .01;
    enc_plain(order);
  }
}

}  // namespace tradewind::bench
