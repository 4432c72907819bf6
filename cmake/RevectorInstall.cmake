# SPDX-License-Identifier: BSD-2-Clause
# What is installed besides what compiler-plugin/ and runtime/ctl/ install of
# their own: the libraries, headers, and the descriptions for CMake and
# pkg-config. All of it finds the rest of the tree from its own place, so that it
# may be moved.
include(CMakePackageConfigHelpers)

install(TARGETS revector
        LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})

set(REVECTOR_CLANG 19)
math(EXPR REVECTOR_CLANG_NEXT "${REVECTOR_CLANG} + 1")

install(DIRECTORY ${PROJECT_SOURCE_DIR}/runtime/include/revector
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
        FILES_MATCHING PATTERN "*.h" PATTERN "*.def")

configure_file(cmake/revector.pc.in ${CMAKE_BINARY_DIR}/revector.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/revector.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

configure_file(cmake/RevectorConfig.cmake.in ${CMAKE_BINARY_DIR}/RevectorConfig.cmake @ONLY)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/RevectorConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/RevectorConfig.cmake ${CMAKE_BINARY_DIR}/RevectorConfigVersion.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/Revector)
