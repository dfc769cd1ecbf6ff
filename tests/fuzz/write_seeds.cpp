// write_seeds FOLDER: writes what the fuzzers begin with into FOLDER/client and FOLDER/gateway.

#include "tests/fuzz/seeds.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

using namespace tradewind;

namespace {

bool write(const std::filesystem::path& folder, tws::Direction direction) {
  std::filesystem::create_directories(folder);
  int number = 0;
  for (const std::string& seed : fuzz::seeds(direction)) {
    std::ofstream file{folder / fmt::format("seed{:04}", number++), std::ios::binary};
    file << seed;
    if (!file.good()) return false;
  }
  return true;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::fputs("usage: write_seeds FOLDER\n", stderr);
    return 2;
  }
  const std::filesystem::path folder = arguments[1];
  return write(folder / "client", tws::Direction::gateway_to_client) &&
                 write(folder / "gateway", tws::Direction::client_to_gateway)
             ? 0
             : 1;
}
