/* The import of systemd-tests, on a directory like the package's own. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/json.h"
#include "libaxe/import.h"
#include "model/manifest.h"
#include "support/unit.h"

struct file {
	const char *name;
	mode_t mode; /* of a file; 0: a directory */
};

/* Made in this order, removed in the reverse one. */
static const struct file files[] = {
	{ "test-util", 0755 },
	{ "test-acl", 0755 },
	{ "test-Zone", 0755 },
	{ "test-data.txt", 0644 },
	{ "run-unit-tests.py", 0755 },
	{ "test-directory", 0 },
	{ "manual", 0 },
	{ "manual/test-by-hand", 0755 },
	{ "unsafe", 0 },
	{ "unsafe/test-reboot", 0755 },
};

#define FILES_COUNT (sizeof(files) / sizeof(files[0]))

#define at(place) ((struct import_request){ .path = (place) })

static char directory[PATH_MAX];

static int make_tree(void **state)
{
	int fd;

	snprintf(directory, sizeof(directory), "/tmp/axe-import-XXXXXX");
	if (!mkdtemp(directory))
		return -1;
	fd = open(directory, O_DIRECTORY | O_CLOEXEC);
	for (size_t i = 0; i < FILES_COUNT; i++) {
		if (files[i].mode)
			close(openat(
				fd, files[i].name, O_CREAT | O_WRONLY | O_CLOEXEC, files[i].mode));
		else
			mkdirat(fd, files[i].name, 0755);
	}
	return close(fd);
}

static int remove_tree(void **state)
{
	int fd = open(directory, O_DIRECTORY | O_CLOEXEC);

	for (size_t i = FILES_COUNT; i-- > 0;)
		unlinkat(fd, files[i].name, files[i].mode ? 0 : AT_REMOVEDIR);
	close(fd);
	return rmdir(directory);
}

static const char *text_at(const json_t *manifest, size_t index, const char *key)
{
	const json_t *assessments = json_object_get(manifest, "assessments");

	return json_string_value(json_object_get(json_array_get(assessments, index), key));
}

static void programs_are_listed_by_name_and_nothing_else(void **state)
{
	static const char *const wanted[] = { "test-Zone", "test-acl", "test-util" };
	struct error error = { 0 };
	auto_json manifest = NULL;
	const json_t *assessments, *command;
	char path[PATH_MAX + 16];

	assert_int_equal(import_systemd(&at(directory), &manifest, &error), 0);
	assessments = json_object_get(manifest, "assessments");
	assert_int_equal(json_array_size(assessments), 3);
	for (size_t i = 0; i < 3; i++)
		assert_string_equal(text_at(manifest, i, "name"), wanted[i]);

	snprintf(path, sizeof(path), "%s/test-util", directory);
	command = json_object_get(json_array_get(assessments, 2), "command");
	assert_int_equal(json_array_size(command), 1);
	assert_string_equal(json_string_value(json_array_get(command, 0)), path);
}

static void imported_manifest_is_a_manifest_with_the_suites_verdicts(void **state)
{
	struct error error = { 0 };
	struct manifest_error where;
	struct manifest *manifest = NULL;
	const struct assessment *assessment;
	auto_json json = NULL;

	assert_int_equal(import_systemd(&at(directory), &json, &error), 0);
	assert_int_equal(manifest_parse(json, &manifest, &where), 0);
	assert_int_equal(manifest->assessments_count, 3);
	assessment = manifest->assessments[0];
	assert_int_equal(assessment->exit_codes.meaning[0], EXIT_MEANS_PASSED);
	assert_int_equal(assessment->exit_codes.meaning[1], EXIT_MEANS_FAILED);
	assert_int_equal(assessment->exit_codes.meaning[77], EXIT_MEANS_SKIPPED);
	assert_int_equal(assessment->exit_codes.meaning[99], EXIT_MEANS_FAILED);
	assert_int_equal(assessment->leaks, LEAKS_WARN);
	assert_true(assessment->timeout_ns > 0);
	manifest_destroy(manifest);
}

static void relative_directory_becomes_absolute(void **state)
{
	struct error error = { 0 };
	auto_json manifest = NULL;
	const json_t *assessment;
	char before[PATH_MAX], path[PATH_MAX + 16];

	assert_non_null(getcwd(before, sizeof(before)));
	assert_int_equal(chdir(directory), 0);
	assert_int_equal(import_systemd(&at("."), &manifest, &error), 0);
	assert_int_equal(chdir(before), 0);

	assessment = json_array_get(json_object_get(manifest, "assessments"), 0);
	snprintf(path, sizeof(path), "%s/test-Zone", directory);
	assert_string_equal(
		json_string_value(json_array_get(json_object_get(assessment, "command"), 0)), path);
}

static void missing_and_empty_directories_are_told_apart(void **state)
{
	struct error error = { 0 };
	json_t *manifest = NULL;
	char manual[PATH_MAX + 32];

	assert_int_equal(import_systemd(&at("/tmp/axe-no-such"), &manifest, &error), -ENOENT);
	assert_non_null(strstr(error.text, "/tmp/axe-no-such"));
	snprintf(manual, sizeof(manual), "%s/test-directory", directory);
	assert_int_equal(import_systemd(&at(manual), &manifest, &error), -ENODATA);
	assert_null(manifest);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(programs_are_listed_by_name_and_nothing_else),
		cmocka_unit_test(imported_manifest_is_a_manifest_with_the_suites_verdicts),
		cmocka_unit_test(relative_directory_becomes_absolute),
		cmocka_unit_test(missing_and_empty_directories_are_told_apart),
	};

	return cmocka_run_group_tests(tests, make_tree, remove_tree);
}
