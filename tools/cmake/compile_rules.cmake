# SPDX-License-Identifier: MIT
# How our own code is compiled. Everything here is private to our targets: a host that links
# svasim inherits include directories and nothing else.

# Warnings, sanitizers and coverage of every target we compile.
add_library(svasim_rules INTERFACE)
target_compile_features(svasim_rules INTERFACE c_std_11)
if(CMAKE_C_COMPILER_ID MATCHES "GNU|Clang")
    # Same bytes out of every compiler (no fused multiply-add) and every checkout (no source path
    # in messages).
    target_compile_options(svasim_rules INTERFACE
        -ffp-contract=off
        -fmacro-prefix-map=${PROJECT_SOURCE_DIR}/=)
    if(SVASIM_DEVELOPER)
        target_compile_options(svasim_rules INTERFACE
            -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wswitch-enum
            -Wstrict-prototypes -Wmissing-prototypes -Werror)
    endif()
    if(SVASIM_SANITIZE)
        set(sanitize -fsanitize=${SVASIM_SANITIZE} -fno-sanitize-recover=all)
        target_compile_options(svasim_rules INTERFACE ${sanitize} -fno-omit-frame-pointer)
        target_link_options(svasim_rules INTERFACE ${sanitize})
    endif()
    if(SVASIM_COVERAGE)
        target_compile_options(svasim_rules INTERFACE --coverage -fprofile-update=atomic)
        target_link_options(svasim_rules INTERFACE --coverage)
    endif()
endif()

# Rules common to libraries, programs and tests.
function(svasim_rules target)
    set_target_properties(${target} PROPERTIES
        C_STANDARD 11
        C_STANDARD_REQUIRED ON
        C_EXTENSIONS OFF
        C_VISIBILITY_PRESET hidden)
    target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:svasim_rules>)
endfunction()

# A library of the project: rooms include each other as "room/file.h".
function(svasim_library_rules target)
    svasim_rules(${target})
    set_target_properties(${target} PROPERTIES
        LINKER_LANGUAGE C
        VERSION ${PROJECT_VERSION}
        # Until 1.0 a minor version may change the layout of requests and responses.
        SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
    target_include_directories(${target}
        PUBLIC
            $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
            $<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/include>
            $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>
        PRIVATE
            ${PROJECT_SOURCE_DIR}/libsvasim)
endfunction()

# A program or test from a list of sources.
function(svasim_program target)
    add_executable(${target} ${ARGN})
    svasim_rules(${target})
endfunction()
