# tw_client_library(core/base core/tws …): the client library for other projects, one archive out of the modules named.
#
#   cmake --install build/release --component client --prefix WHERE
#
# puts it there with the modules' public headers, and with what find_package(tradewind) needs to give tradewind::client.
function(tw_client_library)
  add_library(tradewind_client STATIC)
  set_target_properties(tradewind_client PROPERTIES EXPORT_NAME client)
  target_compile_features(tradewind_client PUBLIC cxx_std_23)
  target_include_directories(tradewind_client INTERFACE $<INSTALL_INTERFACE:include>)
  # Nothing but the library's own archive, fmt (in public headers), libsodium, libzstd and threads is needed to link it.
  target_link_libraries(tradewind_client INTERFACE fmt::fmt Threads::Threads sodium zstd)
  foreach(path IN LISTS ARGN)
    tw_target_of(${path} module)
    target_sources(tradewind_client PRIVATE $<TARGET_OBJECTS:${module}>)
    foreach(set_name HEADERS generated)
      get_target_property(headers ${module} HEADER_SET_${set_name})
      if(set_name STREQUAL "HEADERS")
        get_target_property(headers ${module} HEADER_SET)
        set(root ${TW_CXX_ROOT})
      else()
        set(root ${TW_GENERATED_ROOT})
      endif()
      foreach(header IN LISTS headers)
        if(header)
          cmake_path(ABSOLUTE_PATH header BASE_DIRECTORY ${CMAKE_SOURCE_DIR}/tradewind/${path} NORMALIZE)
          cmake_path(RELATIVE_PATH header BASE_DIRECTORY ${root} OUTPUT_VARIABLE relative)
          cmake_path(GET relative PARENT_PATH folder)
          install(FILES ${header} DESTINATION include/${folder} COMPONENT client)
        endif()
      endforeach()
    endforeach()
  endforeach()
  install(TARGETS tradewind_client EXPORT tradewind ARCHIVE DESTINATION lib COMPONENT client)
  install(EXPORT tradewind NAMESPACE tradewind:: DESTINATION lib/cmake/tradewind FILE tradewind-targets.cmake COMPONENT client)
  file(WRITE ${CMAKE_BINARY_DIR}/tradewind-config.cmake
    "include(CMakeFindDependencyMacro)\nfind_dependency(fmt)\nfind_dependency(Threads)\n"
    "include(\${CMAKE_CURRENT_LIST_DIR}/tradewind-targets.cmake)\n")
  include(CMakePackageConfigHelpers)
  # Below 1.0 each minor version may change the interface.
  write_basic_package_version_file(${CMAKE_BINARY_DIR}/tradewind-config-version.cmake COMPATIBILITY SameMinorVersion)
  install(FILES ${CMAKE_BINARY_DIR}/tradewind-config.cmake ${CMAKE_BINARY_DIR}/tradewind-config-version.cmake
          DESTINATION lib/cmake/tradewind COMPONENT client)
  install(FILES ${CMAKE_SOURCE_DIR}/LICENSE ${CMAKE_SOURCE_DIR}/NOTICE DESTINATION share/doc/tradewind COMPONENT client)
endfunction()
