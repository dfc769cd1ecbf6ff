# What every target of ours is compiled with. Included before the first target, because sanitizer flags do not
# reach targets that already exist.

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

option(TW_WERROR "Treat warnings as errors (on in our presets, off for those who build us)" OFF)
option(TW_BUILD_APPS "Build the tradewind binary" ON)
option(TW_BUILD_TESTS "Build the tests" ON)
option(TW_BUILD_BENCH "Build the benchmarks" OFF)
option(TW_BUILD_FUZZERS "Build libFuzzer targets (clang only)" OFF)
option(TW_COVERAGE "Source-based coverage (clang only)" OFF)
set(TW_SANITIZE "" CACHE STRING "Value of -fsanitize= for every target, e.g. address,undefined")
set(TW_BIN_DIR "${CMAKE_BINARY_DIR}/bin" CACHE PATH "Where the programs of apps/ are put (the release preset: build/bin)")

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 12.2)
  message(FATAL_ERROR "g++ ${CMAKE_CXX_COMPILER_VERSION} is too old: Tradewind needs g++ 12.2 or clang 19. Run './dev setup'.")
elseif(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 19)
  message(FATAL_ERROR "clang ${CMAKE_CXX_COMPILER_VERSION} cannot use std::expected of libstdc++ 12: use clang 19. Run './dev setup'.")
endif()

add_library(tw_flags INTERFACE)
target_compile_options(tw_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wold-style-cast -Wnon-virtual-dtor -Wimplicit-fallthrough
  -Wno-missing-field-initializers                    # designated initialisers name what differs from the default
  -ffp-contract=off                                  # the same floating-point result on every machine
  -ffile-prefix-map=${CMAKE_SOURCE_DIR}=.
  -fstack-protector-strong)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(tw_flags INTERFACE -Wuseless-cast -Wduplicated-cond -Wlogical-op)
  # Nobody replaces a function of ours when a program is loaded, so calls inside of a file may be inlined, as clang does.
  target_compile_options(tw_flags INTERFACE -fno-semantic-interposition)
  if(CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    # Wrong about std::string, std::string_view and std::variant once g++ 12 has inlined them (GCC PR 105651 and
    # relatives). clang's warnings and the sanitizers look for the same mistakes.
    target_compile_options(tw_flags INTERFACE -Wno-array-bounds -Wno-restrict -Wno-stringop-overflow -Wno-stringop-overread
                           -Wno-maybe-uninitialized)
  endif()
else()
  target_compile_options(tw_flags INTERFACE -Wno-unknown-warning-option)  # pragmas that name g++ warnings
endif()
if(TW_WERROR)
  target_compile_options(tw_flags INTERFACE -Werror)
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Release" AND NOT TW_SANITIZE)
  target_compile_options(tw_flags INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3)
endif()

if(NOT CMAKE_BUILD_TYPE STREQUAL "Release")
  add_compile_definitions(_GLIBCXX_ASSERTIONS)  # bounds of the standard containers, in every build that only tests see
endif()

if(TW_SANITIZE)
  add_compile_options(-fsanitize=${TW_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer -g1)
  add_link_options(-fsanitize=${TW_SANITIZE})
endif()
if(TW_BUILD_FUZZERS)
  add_compile_options(-fsanitize=fuzzer-no-link)  # the modules guide the fuzzer, not only its own file
  add_link_options(-fsanitize=fuzzer-no-link)
endif()
if(TW_COVERAGE)
  add_compile_options(-fprofile-instr-generate -fcoverage-mapping)
  add_link_options(-fprofile-instr-generate)
endif()

find_program(TW_MOLD mold)
if(TW_MOLD)
  add_link_options(-fuse-ld=mold)
endif()
add_link_options(-Wl,-z,relro,-z,now)

find_program(TW_CCACHE ccache)
if(TW_CCACHE)
  # The slack is what ccache asks for to work with precompiled headers; base_dir lets clones share results.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${TW_CCACHE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    # Else the precompiled header holds time stamps, differs on every build, and nothing that uses it is ever found.
    add_compile_options("$<$<COMPILE_LANGUAGE:CXX>:SHELL:-Xclang -fno-pch-timestamp>")
  endif()
endif()
