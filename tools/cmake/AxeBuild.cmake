# What every target of this project is compiled with, and the three words that declare one.

include(CTest)
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
foreach(package jansson libsystemd libcgroup libseccomp libbpf sqlite3)
	pkg_check_modules(${package} REQUIRED IMPORTED_TARGET ${package})
endforeach()
pkg_check_modules(yaml REQUIRED IMPORTED_TARGET yaml-0.1)

set(AXE_SANITIZE "" CACHE STRING "sanitizers, for instance address,undefined")

set(CMAKE_C_STANDARD 11)
set(CMAKE_C_EXTENSIONS ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
add_compile_definitions(_GNU_SOURCE AXE_VERSION="${PROJECT_VERSION}")
add_compile_options(
	-Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings
	-Wformat=2 -Wno-unused-parameter -fno-common -fstack-protector-strong)
# All is bound at the start: a child that was given no heap (base/heap.h) could not look up a function.
add_link_options(-Wl,-z,relro,-z,now)
if(AXE_SANITIZE)
	add_compile_options(-fsanitize=${AXE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
	add_link_options(-fsanitize=${AXE_SANITIZE})
endif()
include_directories(
	${CMAKE_SOURCE_DIR} ${CMAKE_SOURCE_DIR}/supervisor ${CMAKE_SOURCE_DIR}/include
	${CMAKE_SOURCE_DIR}/tools)

# axe_library(NAME DIRECTORY folder USES targets...): all of a folder's C files as one static library.
function(axe_library name)
	cmake_parse_arguments(arg "" "DIRECTORY" "USES" ${ARGN})
	file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${arg_DIRECTORY}/*.c)
	if(NOT sources)
		add_library(${name} INTERFACE)
		target_link_libraries(${name} INTERFACE ${arg_USES})
		return()
	endif()
	add_library(${name} STATIC ${sources})
	target_link_libraries(${name} PUBLIC ${arg_USES})
endfunction()

# axe_floor(NAME USES targets...): the floor of that name below supervisor/.
function(axe_floor name)
	cmake_parse_arguments(arg "" "" "USES" ${ARGN})
	axe_library(${name} DIRECTORY supervisor/${name} USES ${arg_USES})
endfunction()

# axe_program(NAME DIRECTORY folder USES targets... DESTINATION dir): an installed program.
function(axe_program name)
	cmake_parse_arguments(arg "" "DIRECTORY;DESTINATION" "USES" ${ARGN})
	file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${arg_DIRECTORY}/*.c)
	if(NOT sources)
		return()
	endif()
	add_executable(${name} ${sources})
	target_link_libraries(${name} PRIVATE ${arg_USES})
	set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
	install(TARGETS ${name} DESTINATION ${arg_DESTINATION})
endfunction()

# axe_embeds(SOURCE patterns...): the assembler puts these files into the source's object, which no
# compiler tells the build about.
function(axe_embeds source)
	list(TRANSFORM ARGN PREPEND ${CMAKE_SOURCE_DIR}/)
	file(GLOB embedded CONFIGURE_DEPENDS ${ARGN})
	set_source_files_properties(${source} PROPERTIES OBJECT_DEPENDS "${embedded}")
endfunction()
