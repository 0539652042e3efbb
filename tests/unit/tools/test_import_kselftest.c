/* The import of kselftest lists, on a tree like the one that `make install` leaves. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "libaxe/import.h"
#include "model/manifest.h"
#include "support/unit.h"

struct file {
	const char *name;
	const char *text; /* NULL: a directory */
	mode_t mode;
};

#define LIST "kselftest-list.txt"

/* Made in this order, removed in the reverse one. */
static const struct file files[] = {
	{ LIST, "", 0644 }, /* each test writes its own */
	{ "timers", NULL, 0 },
	{ "timers/posix_timers", "ELF", 0755 },
	{ "rtc", NULL, 0 },
	{ "rtc/rtctest", "ELF", 0755 },
	{ "rtc/settings", "# slow\n\ntimeout=210\n", 0644 },
	{ "rseq", NULL, 0 },
	{ "rseq/settings", "timeout=7\nother=1\ntimeout=0\n", 0644 },
	{ "rseq/script.sh", "#!/bin/bash -e \necho hi\n", 0644 },
	{ "rseq/data", "data", 0644 },
	{ "net", NULL, 0 },
	{ "net/lib", NULL, 0 },
	{ "net/lib/settings", "timeout=2m\n", 0644 },
	{ "net/lib/deep", NULL, 0 },
	{ "net/lib/deep/one", "ELF", 0755 },
	{ "py", NULL, 0 },
	{ "py/ksft_runner.sh", "#!/bin/sh\n", 0755 },
	{ "py/test.py", "#!/usr/bin/python3\n", 0644 },
	{ "bad", NULL, 0 },
	{ "bad/settings", "#\ntimeout=soon\n", 0644 },
	{ "long", NULL, 0 },
	{ "long/settings", "timeout=31622401\n", 0644 },
};

#define FILES_COUNT (sizeof(files) / sizeof(files[0]))

static char directory[64];

static void write_file(const char *name, const char *text, mode_t mode)
{
	char path[PATH_MAX];
	auto_fd fd = -1;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	fd = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, mode);
	assert_int_equal(file_write_all(fd, text, strlen(text)), 0);
}

static int make_tree(void **state)
{
	char path[PATH_MAX];

	strcpy(directory, "/tmp/axe-kselftest-XXXXXX");
	if (!mkdtemp(directory))
		return -1;
	for (size_t i = 0; i < FILES_COUNT; i++) {
		snprintf(path, sizeof(path), "%s/%s", directory, files[i].name);
		if (files[i].text)
			write_file(files[i].name, files[i].text, files[i].mode);
		else if (mkdir(path, 0755) < 0)
			return -1;
	}
	return 0;
}

static int remove_tree(void **state)
{
	int root = open(directory, O_DIRECTORY | O_CLOEXEC);

	for (size_t i = FILES_COUNT; i-- > 0;)
		unlinkat(root, files[i].name, files[i].text ? 0 : AT_REMOVEDIR);
	close(root);
	return rmdir(directory);
}

static int import(const char *list, json_t **ret_manifest, json_t *notes, struct error *error)
{
	struct import_request request = { .path = directory, .notes = notes };

	write_file(LIST, list, 0644);
	return import_kselftest(&request, ret_manifest, error);
}

/* The one assessment of a list with one line. */
static void assert_imported(
	const char *line, const char *command, const char *below, const char *timeout)
{
	struct error error = { 0 };
	auto_json manifest = NULL;
	auto_json notes = json_array();
	auto_json wanted = json_loads(command, 0, NULL);
	const json_t *assessment;
	char workdir[PATH_MAX];

	print_message("%s\n", line);
	assert_int_equal(import(line, &manifest, notes, &error), 0);
	assessment = json_array_get(json_object_get(manifest, "assessments"), 0);
	assert_string_equal(json_string_value(json_object_get(assessment, "name")), line);
	assert_true(json_equal(json_object_get(assessment, "command"), wanted));
	snprintf(workdir, sizeof(workdir), "%s/%s", directory, below);
	assert_string_equal(json_string_value(json_object_get(assessment, "workdir")), workdir);
	if (timeout)
		assert_string_equal(
			json_string_value(json_object_get(assessment, "timeout")), timeout);
	else
		assert_null(json_object_get(assessment, "timeout"));
}

static void test_runs_in_its_collection_for_as_long_as_it_may(void **state)
{
	assert_imported("timers:posix_timers", "[\"./posix_timers\"]", "timers", NULL);
	assert_imported("rtc:rtctest", "[\"./rtctest\"]", "rtc", "210s");
	assert_imported("net/lib:deep/one", "[\"./one\"]", "net/lib/deep", "2m");
}

static void file_that_is_no_program_gets_one(void **state)
{
	char runner[PATH_MAX];

	assert_imported("rseq:script.sh", "[\"/bin/bash\",\"-e\",\"./script.sh\"]", "rseq", "0");
	assert_imported("rseq:data", "[\"./data\"]", "rseq", "0");
	snprintf(runner, sizeof(runner), "[\"%s/py/ksft_runner.sh\",\"./test.py\"]", directory);
	assert_imported("py:test.py", runner, "py", NULL);
}

static void missing_test_is_kept_to_fail_by_its_name(void **state)
{
	assert_imported("timers:none", "[\"./none\"]", "timers", NULL);
	assert_imported("nowhere:none", "[\"./none\"]", "nowhere", NULL);
}

static void imported_list_is_a_manifest_with_the_suites_verdicts(void **state)
{
	struct error error = { 0 };
	struct manifest_error where;
	struct manifest *manifest = NULL;
	auto_json json = NULL;
	auto_json notes = json_array();

	assert_int_equal(import("timers:posix_timers\n\nrseq:data\ntimers:posix_timers\n", &json,
				 notes, &error),
		0);
	assert_int_equal(manifest_parse(json, &manifest, &where), 0);
	assert_string_equal(manifest->name, "kselftest");
	assert_int_equal(manifest->assessments_count, 3);
	assert_int_equal(manifest->assessments[0]->timeout_ns / 1000000000, 45);
	assert_int_equal(manifest->assessments[1]->timeout_ns, 0);
	assert_string_equal(manifest->assessments[2]->name, "timers:posix_timers-2");
	assert_int_equal(json_array_size(notes), 1);
	assert_int_equal(manifest->assessments[0]->exit_codes.meaning[4], EXIT_MEANS_SKIPPED);
	assert_int_equal(manifest->assessments[0]->leaks, LEAKS_WARN);
	manifest_destroy(manifest);
}

static void list_and_its_directory_are_the_same(void **state)
{
	struct error error = { 0 };
	auto_json by_directory = NULL;
	auto_json by_list = NULL;
	auto_json relative = NULL;
	auto_json notes = json_array();
	char list[PATH_MAX], before[PATH_MAX];

	assert_int_equal(import("rtc:rtctest\n", &by_directory, notes, &error), 0);
	snprintf(list, sizeof(list), "%s/" LIST, directory);
	assert_int_equal(import_kselftest(&(struct import_request){ .path = list, .notes = notes },
				 &by_list, &error),
		0);
	assert_true(json_equal(by_directory, by_list));

	assert_non_null(getcwd(before, sizeof(before)));
	assert_int_equal(chdir(directory), 0);
	assert_int_equal(import_kselftest(&(struct import_request){ .path = LIST, .notes = notes },
				 &relative, &error),
		0);
	assert_int_equal(chdir(before), 0);
	assert_true(json_equal(by_directory, relative));
}

static void assert_refused(const char *text, const char *file, unsigned line)
{
	struct error error = { 0 };
	json_t *manifest = NULL;
	auto_json notes = json_array();
	char place[PATH_MAX];

	assert_int_equal(import(text, &manifest, notes, &error), -EINVAL);
	assert_null(manifest);
	print_message("%s\n", error.text);
	snprintf(place, sizeof(place), "%s/%s:%u: ", directory, file, line);
	assert_non_null(strstr(error.text, place));
}

static void bad_line_is_named(void **state)
{
	static const char *const bad[] = { "timers", ":test", "timers:", "a:b:c", "a b:c", "a:b c",
		"a/:b", "a:b/" };
	char text[MANIFEST_NAME_MAX + 32];

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		snprintf(text, sizeof(text), "# list\nrtc:rtctest\n%s\n", bad[i]);
		assert_refused(text, LIST, 3);
	}
	memset(text, 'a', sizeof(text));
	text[1] = ':';
	text[MANIFEST_NAME_MAX + 1] = '\0';
	assert_refused(text, LIST, 1);
}

static void bad_settings_are_named(void **state)
{
	assert_refused("bad:test\n", "bad/settings", 2);
	assert_refused("long:test\n", "long/settings", 1);
}

static void missing_and_empty_lists_are_told_apart(void **state)
{
	struct error error = { 0 };
	json_t *manifest = NULL;
	auto_json notes = json_array();
	char path[PATH_MAX];

	assert_int_equal(import("# none\n", &manifest, notes, &error), -ENODATA);
	snprintf(path, sizeof(path), "%s/rtc", directory);
	assert_int_equal(
		import_kselftest(&(struct import_request){ .path = path }, &manifest, &error),
		-ENOENT);
	assert_int_equal(import_kselftest(&(struct import_request){ .path = "/no/such/list" },
				 &manifest, &error),
		-ENOENT);
	assert_null(manifest);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_runs_in_its_collection_for_as_long_as_it_may),
		cmocka_unit_test(file_that_is_no_program_gets_one),
		cmocka_unit_test(missing_test_is_kept_to_fail_by_its_name),
		cmocka_unit_test(imported_list_is_a_manifest_with_the_suites_verdicts),
		cmocka_unit_test(list_and_its_directory_are_the_same),
		cmocka_unit_test(bad_line_is_named),
		cmocka_unit_test(bad_settings_are_named),
		cmocka_unit_test(missing_and_empty_lists_are_told_apart),
	};

	return cmocka_run_group_tests(tests, make_tree, remove_tree);
}
