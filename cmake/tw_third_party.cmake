# Every third-party library, found once. Modules name them as LIBS; they are linked PRIVATE and, apart from fmt,
# never appear in a public header. Boost is 1.81 and nothing else: 1.74, Debian's default, is too old for us.

find_package(Threads REQUIRED)
find_package(fmt 9 REQUIRED)
find_package(Boost 1.81.0 EXACT REQUIRED CONFIG COMPONENTS json)
find_package(PkgConfig REQUIRED)
pkg_check_modules(sodium REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(zstd REQUIRED IMPORTED_TARGET libzstd)

add_library(tw_boost INTERFACE)          # header-only parts: Asio, Beast, Describe, Lockfree
target_link_libraries(tw_boost INTERFACE Boost::headers)
target_compile_definitions(tw_boost INTERFACE BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION)

if(TW_BUILD_APPS)
  find_package(CLI11 REQUIRED)
  find_package(SQLite3 REQUIRED)
  find_package(SQLiteCpp REQUIRED)
  find_package(date REQUIRED)
  find_package(tomlplusplus REQUIRED)
  pkg_check_modules(libzip REQUIRED IMPORTED_TARGET libzip)
endif()
if(TW_BUILD_TESTS)
  find_package(GTest REQUIRED)
  find_package(rapidcheck REQUIRED)
endif()
if(TW_BUILD_BENCH)
  find_package(benchmark REQUIRED)
endif()
find_package(Python3 3.11 REQUIRED COMPONENTS Interpreter)
