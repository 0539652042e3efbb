# One line registers a test and names it by its path.

pkg_check_modules(cmocka REQUIRED IMPORTED_TARGET cmocka)
find_program(SYSTEM_PYTHON NAMES python3 PATHS /usr/bin NO_DEFAULT_PATH REQUIRED)
file(GLOB test_support CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/support/*.c)
add_library(test_support STATIC ${test_support})
target_include_directories(test_support PUBLIC ${CMAKE_SOURCE_DIR}/tests)
target_link_libraries(test_support PUBLIC base PkgConfig::cmocka PkgConfig::sqlite3)

# axe_adversaries(): each tests/adversaries/NAME.c is a program of that name, which tests run under
# supervision; its path is AXE_ADVERSARIES "/NAME" in C and $AXE_ADVERSARIES/NAME in stories.
set(AXE_ADVERSARIES ${CMAKE_BINARY_DIR}/tests/adversaries)
function(axe_adversaries)
	file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/adversaries/*.c)
	foreach(source ${sources})
		get_filename_component(name ${source} NAME_WE)
		add_executable(adversary_${name} ${source})
		# Plain programs: a sanitizer's run-time would be a second thing under test.
		target_compile_options(adversary_${name} PRIVATE -fno-sanitize=all)
		target_link_options(adversary_${name} PRIVATE -fno-sanitize=all)
		target_link_libraries(adversary_${name} PRIVATE Threads::Threads)
		set_target_properties(adversary_${name} PROPERTIES
			OUTPUT_NAME ${name} RUNTIME_OUTPUT_DIRECTORY ${AXE_ADVERSARIES})
		list(APPEND adversaries adversary_${name})
	endforeach()
	add_custom_target(adversaries DEPENDS ${adversaries})
endfunction()

# axe_preload(NAME): tests/preload/NAME.c is an object that stories preload into a supervisor; its
# path is $AXE_ADVERSARIES/NAME.so.
function(axe_preload name)
	add_library(preload_${name} MODULE ${CMAKE_SOURCE_DIR}/tests/preload/${name}.c)
	target_compile_options(preload_${name} PRIVATE -fno-sanitize=all)
	target_link_options(preload_${name} PRIVATE -fno-sanitize=all)
	set_target_properties(preload_${name} PROPERTIES
		PREFIX "" OUTPUT_NAME ${name} LIBRARY_OUTPUT_DIRECTORY ${AXE_ADVERSARIES})
	add_dependencies(adversaries preload_${name})
endfunction()

# axe_tests(KIND FOLDER USES targets...): every test_*.c of tests/KIND/FOLDER is a program and a
# test; the folder's other C files are part of each. Exit status 77 says that a privilege or a feature is missing.
function(axe_tests kind folder)
	cmake_parse_arguments(arg "" "" "USES" ${ARGN})
	file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/${kind}/${folder}/test_*.c)
	file(GLOB shared CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/${kind}/${folder}/*.c)
	list(FILTER shared EXCLUDE REGEX "/test_[^/]*$")
	foreach(source ${sources})
		get_filename_component(name ${source} NAME_WE)
		string(REGEX REPLACE "^test_" "" name ${name})
		set(target ${kind}_${folder}_${name})
		add_executable(${target} ${source} ${shared})
		target_link_libraries(${target} PRIVATE test_support ${arg_USES})
		target_compile_definitions(${target} PRIVATE AXE_ADVERSARIES="${AXE_ADVERSARIES}")
		add_dependencies(${target} adversaries)
		add_test(NAME ${kind}.${folder}.${name} COMMAND ${target})
		set_tests_properties(${kind}.${folder}.${name} PROPERTIES
			LABELS ${kind} TIMEOUT 120 SKIP_RETURN_CODE 77)
		if(NOT kind STREQUAL unit)
			set_tests_properties(${kind}.${folder}.${name} PROPERTIES RUN_SERIAL ON)
		endif()
	endforeach()
endfunction()

# axe_story(NAME): tests/story/test_NAME.py drives the built programs as a person would.
function(axe_story name)
	add_test(NAME story.${name}
		COMMAND ${SYSTEM_PYTHON} -m pytest -q -p no:cacheprovider
			${CMAKE_SOURCE_DIR}/tests/story/test_${name}.py)
	set_tests_properties(story.${name} PROPERTIES
		LABELS story RUN_SERIAL ON TIMEOUT 900 SKIP_RETURN_CODE 77
		ENVIRONMENT "AXE_BIN=${CMAKE_BINARY_DIR}/bin;AXE_ADVERSARIES=${AXE_ADVERSARIES};PYTHONDONTWRITEBYTECODE=1")
endfunction()
