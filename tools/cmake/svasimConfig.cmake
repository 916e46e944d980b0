# SPDX-License-Identifier: MIT
# find_package(svasim [COMPONENTS trace]): svasim::svasim always, svasim::trace where it was
# installed and zlib is there.
include(CMakeFindDependencyMacro)

include(${CMAKE_CURRENT_LIST_DIR}/svasimCoreTargets.cmake)
set(svasim_svasim_FOUND TRUE)

if(EXISTS ${CMAKE_CURRENT_LIST_DIR}/svasimTraceTargets.cmake)
    if(svasim_FIND_REQUIRED_trace)
        find_dependency(ZLIB)
    else()
        find_package(ZLIB QUIET)
    endif()
    if(ZLIB_FOUND)
        include(${CMAKE_CURRENT_LIST_DIR}/svasimTraceTargets.cmake)
        set(svasim_trace_FOUND TRUE)
    endif()
endif()

foreach(component IN LISTS svasim_FIND_COMPONENTS)
    if(svasim_FIND_REQUIRED_${component} AND NOT svasim_${component}_FOUND)
        set(svasim_FOUND FALSE)
        set(svasim_NOT_FOUND_MESSAGE "svasim was installed without the component ${component}")
    endif()
endforeach()
