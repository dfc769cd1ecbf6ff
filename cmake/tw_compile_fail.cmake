# tw_compile_fail(name DEPS core/base ...)
#
# A test of what the types refuse. name.cpp holds code that must compile, and numbered cases that must not:
#
#     #if TW_MUST_NOT_COMPILE == 1
#       ... one thing that is refused
#     #endif
#
# The file is compiled once as it is and once for each case, so that a case cannot fail for the wrong reason. Only the
# syntax is checked, by the compiler itself, when the tests run: a build does not get slower.

function(tw_compile_fail name)
  cmake_parse_arguments(arg "" "" "DEPS" ${ARGN})
  set(source ${CMAKE_CURRENT_SOURCE_DIR}/${name}.cpp)
  # Never built: it collects the flags and include folders that a target with these dependencies has.
  set(target compile_fail_${name})
  add_library(${target} OBJECT EXCLUDE_FROM_ALL ${source})
  target_link_libraries(${target} PRIVATE tw_flags)
  foreach(dep IN LISTS arg_DEPS)
    tw_target_of("${dep}" dep_target)
    target_link_libraries(${target} PRIVATE ${dep_target})
  endforeach()
  set(compile ${CMAKE_CXX_COMPILER} -std=c++${CMAKE_CXX_STANDARD} -fsyntax-only -Werror
      "$<TARGET_PROPERTY:${target},COMPILE_OPTIONS>"
      "-I$<JOIN:$<TARGET_PROPERTY:${target},INCLUDE_DIRECTORIES>,$<SEMICOLON>-I>" ${source})

  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${source})
  file(STRINGS ${source} cases REGEX "^#(el)?if TW_MUST_NOT_COMPILE == [0-9]+$")
  list(LENGTH cases count)
  if(count EQUAL 0)
    message(FATAL_ERROR "${source} has no line '#if TW_MUST_NOT_COMPILE == 1'")
  endif()
  add_test(NAME compile_fail.${name}.ok COMMAND ${compile} -DTW_MUST_NOT_COMPILE=0 COMMAND_EXPAND_LISTS)
  set_tests_properties(compile_fail.${name}.ok PROPERTIES LABELS once)
  foreach(case RANGE 1 ${count})
    if(NOT cases MATCHES "== ${case}(;|$)")
      message(FATAL_ERROR "${source}: the cases are not numbered 1 to ${count}")
    endif()
    add_test(NAME compile_fail.${name}.${case} COMMAND ${compile} -DTW_MUST_NOT_COMPILE=${case} COMMAND_EXPAND_LISTS)
    set_tests_properties(compile_fail.${name}.${case} PROPERTIES WILL_FAIL TRUE LABELS once)
  endforeach()
endfunction()
