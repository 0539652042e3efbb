# libaxe, the public library: include/axe is all that others see of it.

include(CMakePackageConfigHelpers)

# What of the project becomes part of a shared object.
set_target_properties(base model client PROPERTIES POSITION_INDEPENDENT_CODE ON)

# Only these files know of AXE_API; the linker takes what they need out of the archives.
file(GLOB api_sources CONFIGURE_DEPENDS
	${CMAKE_SOURCE_DIR}/tools/libaxe/api_*.c ${CMAKE_SOURCE_DIR}/tools/libaxe/support*.c)
set(api_map ${CMAKE_SOURCE_DIR}/tools/libaxe/libaxe.map)

add_library(libaxe SHARED ${api_sources})
target_link_libraries(libaxe PRIVATE client Threads::Threads)
target_link_options(libaxe PRIVATE -Wl,--version-script=${api_map})
if(NOT AXE_SANITIZE)
	# A sanitizer's own symbols come with the program.
	target_link_options(libaxe PRIVATE -Wl,-z,defs)
endif()
target_include_directories(libaxe INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
set_target_properties(libaxe PROPERTIES
	OUTPUT_NAME axe EXPORT_NAME axe VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}
	C_VISIBILITY_PRESET hidden LINK_DEPENDS ${api_map}
	LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib)

install(TARGETS libaxe EXPORT axeTargets LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(FILES include/axe/result.h include/axe/engine.h include/axe/support.h
	include/axe/cluster.h include/axe/cluster_look.h
	DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/axe)

# Relative, so that the installed tree may be moved.
set(api_package ${CMAKE_INSTALL_LIBDIR}/cmake/axe)
file(RELATIVE_PATH AXE_PC_PREFIX /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
configure_file(${CMAKE_SOURCE_DIR}/tools/libaxe/axe.pc.in ${CMAKE_BINARY_DIR}/axe.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/axe.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
install(EXPORT axeTargets NAMESPACE axe:: DESTINATION ${api_package})
configure_package_config_file(${CMAKE_SOURCE_DIR}/tools/cmake/axeConfig.cmake.in
	${CMAKE_BINARY_DIR}/axeConfig.cmake INSTALL_DESTINATION ${api_package})
write_basic_package_version_file(
	${CMAKE_BINARY_DIR}/axeConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/axeConfig.cmake ${CMAKE_BINARY_DIR}/axeConfigVersion.cmake
	DESTINATION ${api_package})
