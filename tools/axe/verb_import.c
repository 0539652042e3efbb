/* axe import: print a manifest for a test suite that is installed on this machine. */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "axe/verbs.h"
#include "base/error.h"
#include "base/json.h"
#include "cli/exit_code.h"
#include "cli/options.h"
#include "libaxe/import.h"
#include "model/manifest.h"

struct suite {
	const char *name;
	const char *directory; /* where Debian installs it */
	const char *advice;
	int (*import)(const char *directory, json_t **ret_manifest, struct error *error);
};

static const struct suite suites[] = {
	{ "systemd-tests", "/usr/lib/systemd/tests",
		"`apt-get install systemd-tests` installs them", import_systemd },
	{ "installed-tests", "/usr/share/installed-tests",
		"`apt-get install libglib2.0-tests` installs some", import_installed },
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

static int import(const struct suite *suite, const char *directory)
{
	auto_json manifest = NULL;
	struct error error = { 0 };
	int code = suite->import(directory, &manifest, &error);

	if (code == -ENOENT || code == -ENODATA)
		fail_advice(&error, "%s", suite->advice);
	if (code == 0)
		code = check(manifest, &error);
	if (code == 0)
		code = print(manifest, &error);
	if (code < 0) {
		fprintf(stderr, "axe import: %s\n", error.text);
		return EXIT_CODE_INFRASTRUCTURE;
	}
	fprintf(stderr, "%zu assessments from %s\n",
		json_array_size(json_object_get(manifest, "assessments")), directory);
	return 0;
}

struct import_values {
	const char *directory;
};

static const struct option_row rows[] = {
	{ "directory", 'd', OPTION_TEXT, offsetof(struct import_values, directory), "DIR",
		"where the suite is, if not where Debian installs it", NULL },
};

const struct option_table import_options = OPTION_TABLE(rows);

int verb_import(int argc, char **argv)
{
	struct import_values values = { 0 };
	struct operands operands;
	const struct suite *suite;
	int code = verb_read_options(argc, argv, &values, &operands);

	if (code != VERB_GO_ON)
		return code;
	if (operands.count < 1 || operands.count > 2)
		return verb_refuse(argv[0], "one suite, and at most one directory");
	suite = find_suite(operands.words[0]);
	if (!suite)
		return verb_refuse(argv[0], "no suite of that name");
	if (operands.count == 2)
		values.directory = operands.words[1];
	return import(suite, values.directory ? values.directory : suite->directory);
}
