/* Installed selftests of the kernel, by their kselftest-list.txt, as a manifest. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/json.h"
#include "libaxe/import.h"

#include "libaxe/import_list.h"
#include "libaxe/import_manifest.h"
#include "libaxe/kselftest.h"
#include "model/manifest.h"

#define LIST    "kselftest-list.txt"
#define TIMEOUT "45s" /* what the suite's own runner gives where no settings say otherwise */

struct tree {
	json_t *manifest;
	const char *root; /* absolute */
};

/* "COLLECTION:TEST": both may have slashes, neither blanks. */
static char *split_line(char *line)
{
	char *colon = strchr(line, ':');

	if (!colon || colon == line || !colon[1] || strchr(colon + 1, ':') ||
		strpbrk(line, " \t") || colon[-1] == '/' || colon[strlen(colon) - 1] == '/')
		return NULL;
	return colon;
}

static int add_line(void *data, char *line, struct error *error)
{
	const struct tree *tree = data;
	char timeout[KSELFTEST_TIMEOUT_SIZE], *colon = split_line(line);
	auto_free char *collection = NULL, *test = NULL;
	json_t *command;
	int code;

	if (!colon)
		return fail_plain(error, EINVAL, "`%s` is not COLLECTION:TEST", line);
	if (strlen(line) > MANIFEST_NAME_MAX)
		return fail_plain(
			error, EINVAL, "a test's name of more than %d bytes", MANIFEST_NAME_MAX);
	if (asprintf(&collection, "%s/%.*s", tree->root, (int)(colon - line), line) < 0 ||
		asprintf(&test, "%s/%s", collection, colon + 1) < 0)
		return fail(error, ENOMEM, "import `%s`", line);

	code = kselftest_timeout(collection, timeout, error);
	if (code == 0)
		code = kselftest_command(collection, test, &command, error);
	if (code < 0)
		return code;
	/* Tests below a collection run where they are, as under the suite's own runner. */
	return import_add_in(
		tree->manifest, line, command, dirname(test), *timeout ? timeout : NULL, error);
}

static bool is_directory(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* The list and the tree that it lists; a link to a list leads to no tree, so it is not followed. */
static int find_tree(const char *path, char **ret_list, char **ret_root, struct error *error)
{
	auto_free char *list = NULL, *copy = NULL, *root = NULL;
	int length = is_directory(path) ? asprintf(&list, "%s/" LIST, path)
					: asprintf(&list, "%s", path);

	if (length < 0)
		return fail(error, ENOMEM, "import `%s`", path);
	copy = strdup(list);
	root = copy ? realpath(dirname(copy), NULL) : NULL;
	if (!root)
		return fail(error, errno, "open `%s`", list);
	*ret_list = take_pointer(list);
	*ret_root = take_pointer(root);
	return 0;
}

int import_kselftest(
	const struct import_request *request, json_t **ret_manifest, struct error *error)
{
	auto_json manifest = import_begin("kselftest", TIMEOUT);
	auto_free char *list = NULL, *root = NULL;
	int code;

	if (!manifest)
		return fail(error, ENOMEM, "import `%s`", request->path);
	code = find_tree(request->path, &list, &root, error);
	if (code == 0)
		code = import_set_default(manifest, "exit_codes", json_string("kselftest"), error);
	if (code == 0)
		code = import_list_read(list, add_line, &(struct tree){ manifest, root }, error);
	if (code == 0)
		code = import_end(manifest, list, "test", error);
	if (code == 0)
		code = import_number_names(manifest, request->notes, error);
	if (code < 0)
		return code;

	*ret_manifest = take_pointer(manifest);
	return 0;
}
