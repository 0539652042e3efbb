/* The import of LTP's runtest files, on lines as LTP documents and uses them. */
#include <errno.h>
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

struct line {
	const char *text;
	const char *name;
	const char *command; /* as JSON */
};

static const struct line lines[] = {
	/* Plain: a tag, a program, its arguments. */
	{ "abort01 abort01", "abort01", "[\"abort01\"]" },
	{ "chdir01A symlink01 -T chdir01", "chdir01A", "[\"symlink01\",\"-T\",\"chdir01\"]" },
	{ "lftest01\tlftest 100", "lftest01", "[\"lftest\",\"100\"]" },
	{ "posix_fadvise01      \t posix_fadvise01", "posix_fadvise01", "[\"posix_fadvise01\"]" },
	{ "gf06 growfiles -R 0--1 -r 1-5000:512 -o O_RDWR,O_CREAT -f gf%f", "gf06",
		"[\"growfiles\",\"-R\",\"0--1\",\"-r\",\"1-5000:512\",\"-o\",\"O_RDWR,O_CREAT\","
		"\"-f\",\"gf%f\"]" },
	{ "df01 df01.sh -f ext4 --opt=a=b", "df01", "[\"df01.sh\",\"-f\",\"ext4\",\"--opt=a=b\"]" },
	/* Of a shell's: the text stays as it is. */
	{ "splice02 seq 1 20000 | splice02 splice02-temp", "splice02",
		"\"seq 1 20000 | splice02 splice02-temp\"" },
	{ "gf12 mkfifo $TMPDIR/f;  growfiles -b -d $TMPDIR", "gf12",
		"\"mkfifo $TMPDIR/f;  growfiles -b -d $TMPDIR\"" },
	{ "ar export TCdat=$LTPROOT/testcases/bin; ar01", "ar",
		"\"export TCdat=$LTPROOT/testcases/bin; ar01\"" },
	{ "bg prog & wait", "bg", "\"prog & wait\"" },
	{ "quoted prog 'a b' \"c\"", "quoted", "\"prog 'a b' \\\"c\\\"\"" },
	{ "glob prog *.c", "glob", "\"prog *.c\"" },
	{ "comment prog a # b", "comment", "\"prog a # b\"" },
	{ "variable A=b prog", "variable", "\"A=b prog\"" },
	{ "bare export LTPROOT", "bare", "\"export LTPROOT\"" },
	{ "exporter exporter", "exporter", "[\"exporter\"]" },
	{ "short ex a", "short", "[\"ex\",\"a\"]" },
	{ "umlaut prog ä", "umlaut", "[\"prog\",\"ä\"]" },
};

#define LINES_COUNT (sizeof(lines) / sizeof(*lines))

#define FOLDER_TEMPLATE "/tmp/axe-ltp-XXXXXX"

static char folder[sizeof(FOLDER_TEMPLATE)];
static char path[sizeof(folder) + 16];

static int make_folder(void **state)
{
	strcpy(folder, FOLDER_TEMPLATE);
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/syscalls", folder);
	return 0;
}

static int remove_folder(void **state)
{
	unlink(path);
	return rmdir(folder);
}

static void write_list(const char *text)
{
	auto_file file = fopen(path, "we");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
}

static int import(const char *text, json_t **ret_manifest, json_t *notes, struct error *error)
{
	struct import_request request = { .path = path, .ltp_root = "/srv/ltp", .notes = notes };

	write_list(text);
	return import_ltp(&request, ret_manifest, error);
}

static const json_t *assessment_at(const json_t *manifest, size_t index)
{
	return json_array_get(json_object_get(manifest, "assessments"), index);
}

static void each_line_is_read_as_documented(void **state)
{
	for (size_t i = 0; i < LINES_COUNT; i++) {
		struct error error = { 0 };
		auto_json manifest = NULL;
		auto_json notes = json_array();
		auto_json command = json_loads(lines[i].command, JSON_DECODE_ANY, NULL);
		const json_t *assessment;

		print_message("%s\n", lines[i].text);
		assert_int_equal(import(lines[i].text, &manifest, notes, &error), 0);
		assessment = assessment_at(manifest, 0);
		assert_string_equal(
			json_string_value(json_object_get(assessment, "name")), lines[i].name);
		assert_true(json_equal(json_object_get(assessment, "command"), command));
	}
}

static const char *variable(const struct assessment *assessment, const char *start)
{
	for (char **at = assessment->environment; *at; at++)
		if (strncmp(*at, start, strlen(start)) == 0)
			return *at;
	return NULL;
}

static void imported_file_is_a_manifest_in_the_surroundings_of_ltp(void **state)
{
	struct error error = { 0 };
	struct manifest_error where;
	struct manifest *manifest = NULL;
	const struct assessment *assessment;
	auto_json json = NULL;
	auto_json notes = json_array();

	assert_int_equal(import("#DESCRIPTION:Kernel system calls\n\nabort01 abort01\n"
				"b   prog $TMPDIR\n",
				 &json, notes, &error),
		0);
	assert_int_equal(manifest_parse(json, &manifest, &where), 0);
	assert_string_equal(manifest->name, "syscalls");
	assert_int_equal(manifest->assessments_count, 2);
	assert_string_equal(manifest->assessments[0]->argv[0], "abort01");
	assert_null(manifest->assessments[0]->argv[1]);

	assessment = manifest->assessments[1];
	assert_string_equal(assessment->argv[0], "/bin/sh");
	assert_string_equal(assessment->argv[2], "prog $TMPDIR");
	assert_string_equal(assessment->workdir, "/srv/ltp/testcases/bin");
	assert_string_equal(variable(assessment, "LTPROOT="), "LTPROOT=/srv/ltp");
	assert_string_equal(variable(assessment, "TMPDIR="), "TMPDIR=/tmp");
	assert_non_null(
		strstr(variable(assessment, "PATH="), "/bin:/srv/ltp/testcases/bin:/srv/ltp/bin"));
	assert_int_equal(assessment->exit_codes.meaning[32], EXIT_MEANS_SKIPPED);
	assert_int_equal(assessment->exit_codes.meaning[2], EXIT_MEANS_BROKEN);
	assert_int_equal(assessment->exit_codes.meaning[77], EXIT_MEANS_FAILED);
	assert_int_equal(assessment->leaks, LEAKS_WARN);
	assert_int_equal(assessment->timeout_ns / 1000000000, 300);
	manifest_destroy(manifest);
}

static void the_same_file_gives_the_same_manifest_in_its_order(void **state)
{
	static const char text[] = "b b\na a\nb b 2\n";
	struct error error = { 0 };
	auto_json one = NULL;
	auto_json other = NULL;
	auto_json notes = json_array();
	auto_free char *one_text = NULL, *other_text = NULL;

	assert_int_equal(import(text, &one, notes, &error), 0);
	assert_int_equal(import(text, &other, notes, &error), 0);
	one_text = json_dumps(one, 0);
	other_text = json_dumps(other, 0);
	assert_string_equal(one_text, other_text);
	assert_string_equal(json_string_value(json_object_get(assessment_at(one, 0), "name")), "b");
	assert_string_equal(
		json_string_value(json_object_get(assessment_at(one, 2), "name")), "b-2");
	assert_int_equal(json_array_size(notes), 2); /* one of each import */
}

static void assert_refused_at(const char *text, unsigned line)
{
	struct error error = { 0 };
	json_t *manifest = NULL;
	auto_json notes = json_array();
	char place[sizeof(path) + 16];

	assert_int_equal(import(text, &manifest, notes, &error), -EINVAL);
	assert_null(manifest);
	print_message("%s\n", error.text);
	snprintf(place, sizeof(place), "%s:%u: ", path, line);
	assert_memory_equal(error.text, place, strlen(place));
}

static void bad_line_is_named(void **state)
{
	char many[2 * MANIFEST_ARGUMENTS_MAX + 16], tag[MANIFEST_NAME_MAX + 8];

	assert_refused_at("# a\n\nabort01\n", 3);
	assert_refused_at("a a\n  b  \n", 2);
	assert_refused_at("a a\nb \xff\n", 2);

	strcpy(many, "t");
	for (int i = 0; i < MANIFEST_ARGUMENTS_MAX + 1; i++)
		strcat(many, " a");
	assert_refused_at(many, 1);
	memset(tag, 't', sizeof(tag));
	strcpy(tag + MANIFEST_NAME_MAX + 1, " a\n");
	assert_refused_at(tag, 1);
}

static void missing_and_empty_files_are_told_apart(void **state)
{
	struct import_request request = { .path = "/tmp/axe-no-such", .ltp_root = "/opt/ltp" };
	struct error error = { 0 };
	json_t *manifest = NULL;
	auto_json notes = json_array();

	assert_int_equal(import_ltp(&request, &manifest, &error), -ENOENT);
	assert_int_equal(import("# nothing\n\n", &manifest, notes, &error), -ENODATA);
	request.path = folder;
	assert_int_equal(import_ltp(&request, &manifest, &error), -EISDIR);
	assert_null(manifest);
}

static void root_that_cannot_stand_in_path_is_refused(void **state)
{
	static const char *const roots[] = { "ltp", "/opt/l:tp", "" };

	write_list("a a\n");
	for (size_t i = 0; i < sizeof(roots) / sizeof(*roots); i++) {
		struct import_request request = { .path = path, .ltp_root = roots[i] };
		struct error error = { 0 };
		json_t *manifest = NULL;

		assert_int_equal(import_ltp(&request, &manifest, &error), -EINVAL);
		assert_null(manifest);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_line_is_read_as_documented),
		cmocka_unit_test(imported_file_is_a_manifest_in_the_surroundings_of_ltp),
		cmocka_unit_test(the_same_file_gives_the_same_manifest_in_its_order),
		cmocka_unit_test(bad_line_is_named),
		cmocka_unit_test(missing_and_empty_files_are_told_apart),
		cmocka_unit_test(root_that_cannot_stand_in_path_is_refused),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
