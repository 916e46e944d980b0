# SPDX-License-Identifier: MIT
# What `cmake --install` puts where: libraries, headers, a CMake package with the components
# `svasim` and `trace`, pkg-config files that move with the tree, the program and its presets.
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/svasim)

function(svasim_install_library target export pc)
    install(TARGETS ${target} EXPORT ${export}
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
        LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
        RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
    install(EXPORT ${export} NAMESPACE svasim:: DESTINATION ${package_dir})
    # The way from the .pc file back to the prefix, so that the installed tree can be moved.
    file(RELATIVE_PATH to_prefix /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
    # A static archive needs its own libraries named at every link.
    set(static_requires ", zlib")
    if(BUILD_SHARED_LIBS)
        set(static_requires "")
    endif()
    configure_file(tools/cmake/${pc}.pc.in ${pc}.pc @ONLY)
    install(FILES ${PROJECT_BINARY_DIR}/${pc}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endfunction()

svasim_install_library(svasim svasimCoreTargets svasim)
if(SVASIM_TRACE)
    svasim_install_library(svasim_trace svasimTraceTargets svasim-trace)
endif()

write_basic_package_version_file(${PROJECT_BINARY_DIR}/svasimConfigVersion.cmake
    COMPATIBILITY SameMinorVersion)
install(FILES
    ${PROJECT_SOURCE_DIR}/tools/cmake/svasimConfig.cmake
    ${PROJECT_BINARY_DIR}/svasimConfigVersion.cmake
    DESTINATION ${package_dir})

install(DIRECTORY
    ${PROJECT_SOURCE_DIR}/include/svasim
    ${PROJECT_BINARY_DIR}/include/svasim
    DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
    FILES_MATCHING PATTERN "*.h" PATTERN "*.def")

if(TARGET svasim_cli)
    install(TARGETS svasim_cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
    install(DIRECTORY ${PROJECT_SOURCE_DIR}/tools/presets
        DESTINATION ${CMAKE_INSTALL_DATADIR}/svasim)
    file(GLOB manuals ${PROJECT_SOURCE_DIR}/docs/man/*.1)
    install(FILES ${manuals} DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
endif()
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
