# cmake --install BUILD [--component runtime|devel|simulator] [--prefix P]
#
#   runtime    libsmallm.so.X.Y, the commands, the licence: what a program linked with the library needs
#   devel      headers, libsmallm.so, find_package(smallm), smallm.pc, the user's documentation; needs runtime
#   simulator  libgfx950sim.so, its header and its command; needs nothing else
#
# The installed tree may be moved as a whole: nothing in it names its own place.
include(CMakePackageConfigHelpers)

file(STRINGS ${PROJECT_SOURCE_DIR}/loader/include/smallm/version.h numbers
    REGEX "^#define SMALLM_VERSION_(MAJOR|MINOR|PATCH) [0-9]+$")
string(REGEX REPLACE "[^;0-9]" "" numbers "${numbers}")
string(REPLACE ";" "." numbers "${numbers}")
if(NOT numbers VERSION_EQUAL PROJECT_VERSION)
    message(FATAL_ERROR "loader/include/smallm/version.h says ${numbers}, project() says ${PROJECT_VERSION}; "
        "make them the same.")
endif()

set(licenses ${CMAKE_INSTALL_DATAROOTDIR}/licenses)

# runtime
install(TARGETS smallm EXPORT smallm
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT runtime NAMELINK_COMPONENT devel)
foreach(program smallm_cli smallm_tune)
    if(TARGET ${program})
        install(TARGETS ${program} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT runtime)
    endif()
endforeach()
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${licenses}/smallm COMPONENT runtime)

# devel
set(package ${CMAKE_INSTALL_LIBDIR}/cmake/smallm)
set(generated ${PROJECT_BINARY_DIR}/package)
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/smallm-config.cmake.in ${generated}/smallm-config.cmake
    INSTALL_DESTINATION ${package} NO_SET_AND_CHECK_MACRO)
# Before 1.0 every minor version may break the interface.
set(compatible SameMinorVersion)
if(PROJECT_VERSION_MAJOR GREATER 0)
    set(compatible SameMajorVersion)
endif()
write_basic_package_version_file(${generated}/smallm-config-version.cmake COMPATIBILITY ${compatible})
include(PkgConfig)

install(DIRECTORY ${PROJECT_SOURCE_DIR}/loader/include/smallm DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT devel
    FILES_MATCHING PATTERN *.h)
install(EXPORT smallm NAMESPACE smallm:: FILE smallm-targets.cmake DESTINATION ${package} COMPONENT devel)
install(FILES ${generated}/smallm-config.cmake ${generated}/smallm-config-version.cmake DESTINATION ${package}
    COMPONENT devel)
install(FILES ${generated}/smallm.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT devel)
foreach(page README.md docs/dispatch.md docs/linking.md docs/numerics.md)
    install(FILES ${PROJECT_SOURCE_DIR}/${page} DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT devel)
endforeach()
install(DIRECTORY ${PROJECT_SOURCE_DIR}/tests/install/example DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT devel)

# simulator
if(SMALLM_BUILD_SIM)
    install(TARGETS gfx950sim LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT simulator)
    install(TARGETS gfx950sim-cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT simulator)
    install(DIRECTORY ${PROJECT_SOURCE_DIR}/sim/include/gfx950sim DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
        COMPONENT simulator FILES_MATCHING PATTERN *.h)
    install(FILES ${PROJECT_SOURCE_DIR}/docs/simulator.md ${PROJECT_SOURCE_DIR}/docs/hazards.md
        DESTINATION ${CMAKE_INSTALL_DATAROOTDIR}/doc/gfx950sim COMPONENT simulator)
    install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${licenses}/gfx950sim COMPONENT simulator)
endif()
