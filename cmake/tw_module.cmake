# tw_module(core/risk
#   SOURCES      gate.cpp
#   HEADERS      gate.hpp               # public headers; each must compile alone
#   DEPS         core/model             # modules our public headers include
#   PRIVATE_DEPS core/ledger            # modules only our .cpp files include
#   LIBS         PkgConfig::sodium      # third-party libraries, private
#   TESTS        gate_test.cpp
#   TEST_DEPS    core/journal)          # further modules the tests include
#
# Makes the static library tradewind_core_risk and refuses, at configure time, a dependency the layers forbid.
# Modules are added in dependency order: one that is named before it exists is refused, so a cycle cannot be written.

set(TW_LAYER_core_MAY_USE core)
set(TW_LAYER_edge_MAY_USE core edge)
set(TW_LAYER_sim_MAY_USE  core sim)
set(TW_LAYER_apps_MAY_USE core edge sim strategies apps)
# A strategy sees core/strategy (and what that exposes) only; the indicators are pure arithmetic it may use.
set(TW_LAYER_strategies_MAY_USE core)
set(TW_MODULES_strategies_MAY_USE core/base core/model core/strategy core/indicators)
# The simulated gateway's books are the oracle for ours, so it shares no accounting code with us.
set(TW_MODULES_sim_MAY_USE core/base core/model core/tws core/tws/place_order core/tws/recording core/journal)
# The protocol stands alone; the values of the model know nothing but base.
set(TW_MODULES_core/tws_MAY_USE core/base)
set(TW_MODULES_core/tws/recording_MAY_USE core/base core/tws)
set(TW_MODULES_core/model_MAY_USE core/base)
# The client library is the protocol and what makes it pleasant; it knows nothing of engine and model.
set(TW_MODULES_core/client_MAY_USE core/base core/tws core/tws/place_order core/tws/recording core/client/orders core/client/zones core/client/hours
    core/client/history core/client/chains)
set(TW_MODULES_core/client/orders_MAY_USE core/base core/tws)
set(TW_MODULES_core/client/zones_MAY_USE core/base)
set(TW_MODULES_core/client/hours_MAY_USE core/base core/tws core/client/zones)
set(TW_MODULES_core/client/history_MAY_USE core/base core/tws core/client/zones)
set(TW_MODULES_core/client/chains_MAY_USE core/base core/tws)

function(tw_target_of path out)
  string(REPLACE "/" "_" flat "${path}")
  set(${out} "tradewind_${flat}" PARENT_SCOPE)
endfunction()

function(tw_check_dependency path dep)
  string(REGEX REPLACE "/.*" "" layer "${path}")
  string(REGEX REPLACE "/.*" "" dep_layer "${dep}")
  if(NOT dep_layer IN_LIST TW_LAYER_${layer}_MAY_USE)
    message(FATAL_ERROR "${path} may not depend on ${dep}: layer '${layer}' may use only: ${TW_LAYER_${layer}_MAY_USE}")
  endif()
  foreach(key "${layer}" "${path}")
    if(DEFINED TW_MODULES_${key}_MAY_USE AND NOT dep_layer STREQUAL "sim" AND NOT dep IN_LIST TW_MODULES_${key}_MAY_USE)
      message(FATAL_ERROR "${path} may not depend on ${dep}: '${key}' may use only: ${TW_MODULES_${key}_MAY_USE}")
    endif()
  endforeach()
  tw_target_of("${dep}" dep_target)
  if(NOT TARGET ${dep_target})
    message(FATAL_ERROR "${path} depends on ${dep}, which is not (yet) a module: a cycle, a misspelling, or added too early")
  endif()
endfunction()

# One precompiled header of the standard library and fmt, shared by all our targets; one with GoogleTest for tests.
file(WRITE ${CMAKE_BINARY_DIR}/pch/empty.cpp "")
add_library(tw_pch OBJECT ${CMAKE_BINARY_DIR}/pch/empty.cpp)
target_link_libraries(tw_pch PRIVATE tw_flags fmt::fmt)
set(TW_PCH_STD <algorithm> <array> <chrono> <cstdint> <cstring> <expected> <functional> <map> <memory> <optional>
    <span> <string> <string_view> <utility> <variant> <vector> <fmt/format.h>)
target_precompile_headers(tw_pch PRIVATE ${TW_PCH_STD})
if(TW_BUILD_TESTS)
  # An executable, because programs are compiled -fPIE and libraries -fPIC.
  file(WRITE ${CMAKE_BINARY_DIR}/pch/main.cpp "int main() {}\n")
  add_executable(tw_pch_test ${CMAKE_BINARY_DIR}/pch/main.cpp)
  target_link_libraries(tw_pch_test PRIVATE tw_flags fmt::fmt GTest::gtest)
  target_precompile_headers(tw_pch_test PRIVATE ${TW_PCH_STD} <gtest/gtest.h>)
endif()

set(TW_CXX_ROOT ${CMAKE_SOURCE_DIR})
set(TW_GENERATED_ROOT ${CMAKE_BINARY_DIR}/generated)
file(WRITE ${TW_GENERATED_ROOT}/.clang-tidy "Checks: '-*,misc-definitions-in-headers'\n")  # nobody writes that code by hand

# A test executable; its cases are counted one by one through the report it writes (tools/test_report.py), and the
# label tells the counter that a report must be there. ARG TIMEOUT in seconds.
function(tw_test name)
  cmake_parse_arguments(arg "" "TIMEOUT" "SOURCES;DEPS;LIBS;DEFINITIONS" ${ARGN})
  # The tests in a module's folder may include what any of its test programs links.
  file(RELATIVE_PATH folder ${CMAKE_SOURCE_DIR}/tradewind ${CMAKE_CURRENT_SOURCE_DIR})
  string(REGEX REPLACE "^\\.\\./" "" folder "${folder}")
  set_property(GLOBAL APPEND PROPERTY TW_TEST_DEPS_OF_${folder} ${arg_DEPS})
  if(NOT TW_BUILD_TESTS)
    return()
  endif()
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE tw_flags GTest::gtest GTest::gtest_main ${arg_LIBS})
  target_compile_definitions(${name} PRIVATE TW_SOURCE_DIR="${CMAKE_SOURCE_DIR}" ${arg_DEFINITIONS})
  target_precompile_headers(${name} REUSE_FROM tw_pch_test)
  foreach(dep IN LISTS arg_DEPS)
    tw_target_of("${dep}" dep_target)
    target_link_libraries(${name} PRIVATE ${dep_target})
  endforeach()
  add_test(NAME ${name} COMMAND ${name} --gtest_brief=1 --gtest_output=xml:${CMAKE_BINARY_DIR}/test_reports/${name}.xml
           WORKING_DIRECTORY ${CMAKE_BINARY_DIR})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 300)
  endif()
  set_tests_properties(${name} PROPERTIES TIMEOUT ${arg_TIMEOUT} LABELS gtest)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR})
  # Property tests try the same cases in every run; a program started by hand chooses others each time.
  set_property(TEST ${name} APPEND PROPERTY ENVIRONMENT RC_PARAMS=seed=20131007)
  if(TW_SANITIZE)
    set_property(TEST ${name} APPEND PROPERTY ENVIRONMENT UBSAN_OPTIONS=print_stacktrace=1
                 ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1:check_initialization_order=1)
  endif()
  if(TW_COVERAGE)
    set_property(TEST ${name} APPEND PROPERTY ENVIRONMENT LLVM_PROFILE_FILE=${CMAKE_BINARY_DIR}/coverage/${name}-%p.profraw)
    set_property(GLOBAL APPEND PROPERTY TW_COVERED_PROGRAMS ${name})
  endif()
endfunction()

# tw_python_test(name FILE [ENVIRONMENT A=b ...] [TIMEOUT seconds]): a file of unittest cases, counted one by one.
# It looks at the tree or at tools, not at compiled code, so ./dev test runs it once, with the release build.
function(tw_python_test name file)
  cmake_parse_arguments(arg "" "TIMEOUT" "ENVIRONMENT" ${ARGN})
  add_test(NAME ${name} COMMAND Python3::Interpreter -B ${CMAKE_SOURCE_DIR}/tools/run_unittests.py
           --report ${CMAKE_BINARY_DIR}/test_reports/${name}.xml ${CMAKE_CURRENT_SOURCE_DIR}/${file})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 120)
  endif()
  set_tests_properties(${name} PROPERTIES TIMEOUT ${arg_TIMEOUT} LABELS "once;report" ENVIRONMENT "${arg_ENVIRONMENT}")
endfunction()

function(tw_module path)
  cmake_parse_arguments(arg "" "" "SOURCES;HEADERS;GENERATED_SOURCES;GENERATED_HEADERS;DEPS;PRIVATE_DEPS;LIBS;TESTS;TEST_DEPS;TEST_LIBS" ${ARGN})
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "tw_module(${path}): unknown argument ${arg_UNPARSED_ARGUMENTS}")
  endif()
  foreach(dep IN LISTS arg_DEPS arg_PRIVATE_DEPS)
    tw_check_dependency(${path} ${dep})
  endforeach()
  tw_target_of(${path} target)
  if(NOT arg_SOURCES AND NOT arg_GENERATED_SOURCES)
    # Every library has an archive member, so that each can be linked whole.
    file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/${target}_anchor.cpp "")
    set(arg_SOURCES ${CMAKE_CURRENT_BINARY_DIR}/${target}_anchor.cpp)
  endif()
  add_library(${target} STATIC ${arg_SOURCES} ${arg_GENERATED_SOURCES})
  target_sources(${target} PUBLIC FILE_SET HEADERS BASE_DIRS ${TW_CXX_ROOT} FILES ${arg_HEADERS})
  if(arg_GENERATED_HEADERS)
    target_sources(${target} PUBLIC FILE_SET generated TYPE HEADERS BASE_DIRS ${TW_GENERATED_ROOT} FILES ${arg_GENERATED_HEADERS})
  endif()
  target_link_libraries(${target} PRIVATE tw_flags ${arg_LIBS} PUBLIC fmt::fmt)
  target_precompile_headers(${target} REUSE_FROM tw_pch)
  foreach(dep IN LISTS arg_DEPS)
    tw_target_of("${dep}" dep_target)
    target_link_libraries(${target} PUBLIC ${dep_target})
  endforeach()
  foreach(dep IN LISTS arg_PRIVATE_DEPS)
    tw_target_of("${dep}" dep_target)
    target_link_libraries(${target} PRIVATE ${dep_target})
  endforeach()
  set_target_properties(${target} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)
  # The tidy test compares what each file includes with these.
  set_property(GLOBAL APPEND PROPERTY TW_MODULES "${path}")
  set_property(GLOBAL PROPERTY TW_DEPS_OF_${path} ${arg_DEPS} ${arg_PRIVATE_DEPS})
  set_property(GLOBAL PROPERTY TW_PUBLIC_DEPS_OF_${path} "${arg_DEPS}")
  set_property(GLOBAL PROPERTY TW_TEST_DEPS_OF_${path} "${arg_TEST_DEPS}")

  if(TW_BUILD_TESTS)
    # The module alone, whole, with only what it declared: an undeclared symbol does not link.
    file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/${target}_link_check.cpp "int main() {}\n")
    add_executable(${target}_link_check ${CMAKE_CURRENT_BINARY_DIR}/${target}_link_check.cpp)
    target_link_libraries(${target}_link_check PRIVATE "$<LINK_LIBRARY:WHOLE_ARCHIVE,${target}>")
    set_target_properties(${target}_link_check PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR})
    if(arg_TESTS)
      tw_test(${target}_test SOURCES ${arg_TESTS} DEPS ${path} ${arg_DEPS} ${arg_PRIVATE_DEPS} ${arg_TEST_DEPS} LIBS ${arg_LIBS} ${arg_TEST_LIBS})
    endif()
  endif()
endfunction()

# Writes modules.txt into the build folder for the tidy test, one line per module:
# module|all deps|test deps|the deps its public headers may include. Called after the last module.
function(tw_write_module_list)
  get_property(modules GLOBAL PROPERTY TW_MODULES)
  set(text "")
  foreach(path IN LISTS modules)
    set(line "${path}")
    foreach(kind DEPS TEST_DEPS PUBLIC_DEPS)
      get_property(deps GLOBAL PROPERTY TW_${kind}_OF_${path})
      list(REMOVE_DUPLICATES deps)
      list(JOIN deps " " deps)
      string(APPEND line "|${deps}")
    endforeach()
    string(APPEND text "${line}\n")
  endforeach()
  file(WRITE ${CMAKE_BINARY_DIR}/modules.txt "${text}")
endfunction()

# The target coverage_report: after ctest in the coverage preset, per-file figures in coverage/report.txt and, line by
# line, in coverage/html. Called after the last test.
function(tw_coverage_report)
  if(NOT TW_COVERAGE)
    return()
  endif()
  get_property(programs GLOBAL PROPERTY TW_COVERED_PROGRAMS)
  set(objects "")
  foreach(program IN LISTS programs)
    list(APPEND objects -object=$<TARGET_FILE:${program}>)
  endforeach()
  set(folder ${CMAKE_BINARY_DIR}/coverage)
  set(common ${objects} -instr-profile=${folder}/all.profdata "-ignore-filename-regex=_test\\.cpp|/usr/")
  string(REPLACE ";" "\n" response "${common}")
  file(GENERATE OUTPUT ${folder}/arguments.txt CONTENT "${response}\n")
  # In the source folder, because the paths in our object files are relative to it.
  add_custom_target(coverage_report
    COMMAND sh -c "llvm-profdata-19 merge -sparse -o ${folder}/all.profdata ${folder}/*.profraw"
    COMMAND sh -c "llvm-cov-19 report @${folder}/arguments.txt > ${folder}/report.txt && tail -n 1 ${folder}/report.txt"
    COMMAND sh -c "llvm-cov-19 show @${folder}/arguments.txt -format=html -output-dir=${folder}/html"
    WORKING_DIRECTORY ${CMAKE_SOURCE_DIR} VERBATIM)
endfunction()
