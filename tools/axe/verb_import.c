/* axe import: print a manifest for a test suite that is installed on this machine. */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "axe/verbs.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/exit_code.h"
#include "cli/options.h"
#include "libaxe/import.h"
#include "libaxe/import_manifest.h"
#include "model/manifest.h"

#define LTP_ROOT "/opt/ltp"

struct suite {
	const char *name;
	const char *path; /* where Debian installs it; NULL: nowhere, so it must be said */
	const char *advice;
	import_suite *import;
};

static const struct suite suites[] = {
	{ "systemd-tests", "/usr/lib/systemd/tests",
		"`apt-get install systemd-tests` installs them", import_systemd },
	{ "installed-tests", "/usr/share/installed-tests",
		"`apt-get install libglib2.0-tests` installs some", import_installed },
	{ "ltp", NULL, "LTP has its lists in the directory runtest below its own, /opt/ltp",
		import_ltp },
	{ "kselftest", NULL,
		"`make -C tools/testing/selftests install` in a kernel's tree makes one",
		import_kselftest },
};

#define SUITES_COUNT (sizeof(suites) / sizeof(suites[0]))

static const struct suite *find_suite(const char *name)
{
	for (size_t i = 0; i < SUITES_COUNT; i++)
		if (strcmp(suites[i].name, name) == 0)
			return &suites[i];
	return NULL;
}

/* What is printed shall run: the manifest goes through the same check as everybody's. */
static int check(json_t *json, struct error *error)
{
	struct manifest_error where;
	struct manifest *manifest;
	char text[512];

	if (manifest_parse(json, &manifest, &where) < 0) {
		manifest_error_format(&where, NULL, text, sizeof(text));
		return fail_plain(error, EINVAL, "%s", text);
	}
	manifest_destroy(manifest);
	return 0;
}

static int print(const json_t *manifest, struct error *error)
{
	if (json_dumpf(manifest, stdout, JSON_INDENT(2)) < 0 || putchar('\n') == EOF ||
		fflush(stdout) == EOF)
		return fail(error, errno ? errno : EIO, "print the manifest");
	return 0;
}

static void print_notes(const json_t *notes)
{
	const json_t *note;
	size_t index;

	json_array_foreach (notes, index, note)
		fprintf(stderr, "axe import: note: %s\n", json_string_value(note));
}

struct import_values {
	const char *path;
	const char *ltp_root;
	const char *timeout;
};

static int make_manifest(const struct suite *suite, const struct import_values *values,
	json_t *notes, json_t **ret_manifest, struct error *error)
{
	struct import_request request = { values->path, values->ltp_root, notes };
	auto_json manifest = NULL;
	int code = suite->import(&request, &manifest, error);

	if (code == -ENOENT || code == -ENODATA)
		fail_advice(error, "%s", suite->advice);
	if (code == 0 && values->timeout)
		code = import_set_timeout(manifest, values->timeout, error);
	if (code == 0)
		code = check(manifest, error);
	if (code < 0)
		return code;

	*ret_manifest = take_pointer(manifest);
	return 0;
}

static int import(const struct suite *suite, const struct import_values *values)
{
	auto_json manifest = NULL;
	auto_json notes = json_array();
	struct error error = { 0 };
	int code = make_manifest(suite, values, notes, &manifest, &error);

	if (code == 0)
		code = print(manifest, &error);
	if (code < 0) {
		fprintf(stderr, "axe import: %s\n", error.text);
		return EXIT_CODE_INFRASTRUCTURE;
	}
	print_notes(notes);
	fprintf(stderr, "%zu assessments from %s\n",
		json_array_size(json_object_get(manifest, "assessments")), values->path);
	return 0;
}

static const struct option_row rows[] = {
	{ "directory", 'd', OPTION_TEXT, offsetof(struct import_values, path), "DIR",
		"where the suite is, if not where Debian installs it", NULL },
	{ "ltp-root", 0, OPTION_TEXT, offsetof(struct import_values, ltp_root), "DIR",
		"where LTP is installed ($LTPROOT, or /opt/ltp)", NULL },
	{ "timeout", 0, OPTION_TEXT, offsetof(struct import_values, timeout), "DURATION",
		"of each test, in the place of the suite's own; 0: none", NULL },
};

const struct option_table import_options = OPTION_TABLE(rows);

/* The root may be meant for another machine: it need not be there. */
static const char *choose_ltp_root(const char *said)
{
	const char *root = said ? said : getenv("LTPROOT");

	return root && *root ? root : LTP_ROOT;
}

/* 0, or the exit code of a refusal. */
static int complete(const char *verb, const struct suite *suite, struct import_values *values)
{
	uint64_t timeout_ns;

	if (!values->path)
		values->path = suite->path;
	if (!values->path)
		return verb_refuse(verb, "where is the list of `%s`?", suite->name);
	if (values->ltp_root && suite->import != import_ltp)
		return verb_refuse(verb, "--ltp-root is for the suite `ltp`");
	if (values->timeout && text_parse_duration(values->timeout, &timeout_ns) < 0)
		return verb_refuse(verb, "`%s` is no duration such as 5m", values->timeout);
	values->ltp_root = choose_ltp_root(values->ltp_root);
	return 0;
}

int verb_import(int argc, char **argv)
{
	struct import_values values = { 0 };
	struct operands operands;
	const struct suite *suite;
	int code = verb_read_options(argc, argv, &values, &operands);

	if (code != VERB_GO_ON)
		return code;
	if (operands.count < 1 || operands.count > 2)
		return verb_refuse(argv[0], "one suite, and at most one place where it is");
	suite = find_suite(operands.words[0]);
	if (!suite)
		return verb_refuse(argv[0], "no suite of that name");
	if (operands.count == 2)
		values.path = operands.words[1];
	code = complete(argv[0], suite, &values);
	return code ? code : import(suite, &values);
}
