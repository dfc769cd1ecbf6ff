#include "tradewind/core/base/hash.hpp"

#include <sodium/crypto_hash_sha256.h>

#include <new>

namespace tradewind {
namespace {

static_assert(sizeof(crypto_hash_sha256_state) <= 112 && alignof(crypto_hash_sha256_state) <= 8,
              "Sha256 holds the library's state in place");

crypto_hash_sha256_state* native(std::array<std::byte, 112>& state) {
  return std::launder(reinterpret_cast<crypto_hash_sha256_state*>(state.data()));
}

}  // namespace

Sha256::Sha256() {
  new (state_.data()) crypto_hash_sha256_state{};
  crypto_hash_sha256_init(native(state_));
}

void Sha256::update(Bytes bytes) {
  crypto_hash_sha256_update(native(state_), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
}

Hash256 Sha256::finish() {
  Hash256 hash{};
  crypto_hash_sha256_final(native(state_), reinterpret_cast<unsigned char*>(hash.data()));
  return hash;
}

Hash256 sha256(Bytes bytes) {
  Sha256 hasher;
  hasher.update(bytes);
  return hasher.finish();
}

}  // namespace tradewind
