/* The import of GNOME's installed-tests, on a directory like an installed one. */
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
};

/* Made in this order, removed in the reverse one. */
static const struct file files[] = {
	{ "glib", NULL },
	{ "glib/url.test", "[Test]\nType=session\nExec=/usr/libexec/url 'a b'\nOutput=TAP\n" },
	{ "glib/actions.test", "[Test]\nExec=/usr/libexec/actions\nType=session-exclusive\n" },
	{ "glib/README", "not a test" },
	{ "glib/.test", "not a test either" },
	{ "apps", NULL },
	{ "apps/deep", NULL },
	{ "apps/deep/one.test", "[Test]\nExec=env A=b \"c\"\n" },
	{ "bad", NULL },
	{ "bad/none.test", "[Test]\nType=session\n" },
	{ "empty", NULL },
};

#define FILES_COUNT (sizeof(files) / sizeof(files[0]))

#define at(place) ((struct import_request){ .path = (place) })

static char directory[PATH_MAX];

static int make_tree(void **state)
{
	int root, code = 0;

	snprintf(directory, sizeof(directory), "/tmp/axe-import-XXXXXX");
	if (!mkdtemp(directory))
		return -1;
	root = open(directory, O_DIRECTORY | O_CLOEXEC);
	for (size_t i = 0; i < FILES_COUNT && code == 0; i++) {
		auto_fd fd = -1;

		if (!files[i].text) {
			code = mkdirat(root, files[i].name, 0755);
			continue;
		}
		fd = openat(root, files[i].name, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
		code = file_write_all(fd, files[i].text, strlen(files[i].text));
	}
	close(root);
	return code;
}

static int remove_tree(void **state)
{
	int root = open(directory, O_DIRECTORY | O_CLOEXEC);

	for (size_t i = FILES_COUNT; i-- > 0;)
		unlinkat(root, files[i].name, files[i].text ? 0 : AT_REMOVEDIR);
	close(root);
	return rmdir(directory);
}

static int import_below(const char *name, json_t **ret_manifest, struct error *error)
{
	char path[PATH_MAX + 64];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	return import_installed(&at(path), ret_manifest, error);
}

static void one_suite_is_listed_by_name(void **state)
{
	struct error error = { 0 };
	auto_json manifest = NULL;
	auto_json wanted = json_pack("[{s:s, s:[s]}, {s:s, s:[s, s]}]", "name", "actions",
		"command", "/usr/libexec/actions", "name", "url", "command", "/usr/libexec/url",
		"a b");

	assert_int_equal(import_below("glib", &manifest, &error), 0);
	assert_string_equal(json_string_value(json_object_get(manifest, "name")), "glib");
	assert_true(json_equal(json_object_get(manifest, "assessments"), wanted));
}

static void directories_below_are_part_of_the_name(void **state)
{
	struct error error = { 0 };
	auto_json manifest = NULL;
	auto_json wanted =
		json_pack("[{s:s, s:[s, s, s]}]", "name", "deep/one", "command", "env", "A=b", "c");

	assert_int_equal(import_below("apps/", &manifest, &error), 0);
	assert_true(json_equal(json_object_get(manifest, "assessments"), wanted));
}

static void imported_manifest_is_a_manifest_with_the_suites_verdicts(void **state)
{
	struct error error = { 0 };
	struct manifest_error where;
	struct manifest *manifest = NULL;
	auto_json json = NULL;

	assert_int_equal(import_below("glib", &json, &error), 0);
	assert_int_equal(manifest_parse(json, &manifest, &where), 0);
	assert_int_equal(manifest->assessments_count, 2);
	assert_int_equal(manifest->assessments[1]->exit_codes.meaning[77], EXIT_MEANS_SKIPPED);
	assert_int_equal(manifest->assessments[1]->leaks, LEAKS_WARN);
	assert_string_equal(manifest->assessments[1]->argv[1], "a b");
	assert_string_equal(manifest->assessments[1]->workdir, "/tmp");
	manifest_destroy(manifest);
}

static void description_that_cannot_be_read_is_named(void **state)
{
	struct error error = { 0 };
	json_t *manifest = NULL;

	assert_int_equal(import_below("bad", &manifest, &error), -EINVAL);
	assert_non_null(strstr(error.text, "bad/none.test"));
	assert_non_null(strstr(error.text, "Exec"));
	assert_int_equal(import_installed(&at(directory), &manifest, &error), -EINVAL);
	assert_null(manifest);
}

static void missing_and_empty_directories_are_told_apart(void **state)
{
	struct error error = { 0 };
	json_t *manifest = NULL;

	assert_int_equal(import_below("missing", &manifest, &error), -ENOENT);
	assert_int_equal(import_below("empty", &manifest, &error), -ENODATA);
	assert_int_equal(import_below("glib/README", &manifest, &error), -ENODATA);
	assert_null(manifest);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_suite_is_listed_by_name),
		cmocka_unit_test(directories_below_are_part_of_the_name),
		cmocka_unit_test(imported_manifest_is_a_manifest_with_the_suites_verdicts),
		cmocka_unit_test(description_that_cannot_be_read_is_named),
		cmocka_unit_test(missing_and_empty_directories_are_told_apart),
	};

	return cmocka_run_group_tests(tests, make_tree, remove_tree);
}
