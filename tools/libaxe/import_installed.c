/* GNOME's installed-tests, described by *.test files, as a manifest. */
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "libaxe/import.h"
#include "libaxe/import_manifest.h"
#include "libaxe/key_file.h"
#include "libaxe/shell_words.h"

#define SUFFIX          ".test"
#define DESCRIPTION_MAX 65536 /* bytes of one *.test file */
#define LEVELS_MAX      16 /* directories below each other */

static void cleanup_fts(FTS **fts)
{
	if (*fts)
		fts_close(*fts);
}

#define auto_fts __attribute__((cleanup(cleanup_fts))) FTS *

/* By bytes, so that no locale changes the order. */
static int by_name(const FTSENT **one, const FTSENT **other)
{
	return strcmp((*one)->fts_name, (*other)->fts_name);
}

/* The path below the directory without suffix: "glib/markup". */
static char *name_of(const char *directory, const char *path)
{
	const char *below = path + strlen(directory);

	below += strspn(below, "/");
	return strndup(below, strlen(below) - strlen(SUFFIX));
}

static int read_command(const char *path, json_t **ret_command, struct error *error)
{
	auto_free char *text = NULL, *line = NULL;
	size_t size;
	int code = file_read_whole_at(AT_FDCWD, path, DESCRIPTION_MAX, &text, &size, error);

	if (code < 0)
		return code;
	code = key_file_get(text, "Test", "Exec", &line, error);
	if (code == 0)
		code = shell_split(line, ret_command, error);
	if (code < 0) {
		fail_context(error, "import `%s`", path);
		return -EINVAL;
	}
	return 0;
}

static int add_description(
	json_t *manifest, const char *directory, const char *path, struct error *error)
{
	auto_free char *name = name_of(directory, path);
	json_t *command = NULL;
	int code;

	if (!name)
		return fail(error, ENOMEM, "import `%s`", path);
	code = read_command(path, &command, error);
	return code < 0 ? code : import_add(manifest, name, command, error);
}

static bool is_description(const FTSENT *entry)
{
	return entry->fts_info == FTS_F && entry->fts_level > 0 &&
	       entry->fts_namelen > strlen(SUFFIX) &&
	       strcmp(entry->fts_name + entry->fts_namelen - strlen(SUFFIX), SUFFIX) == 0;
}

static int add_below(json_t *manifest, char *directory, struct error *error)
{
	char *roots[] = { directory, NULL };
	/* Links are followed, as the suites' own runner does; fts stops at cycles. */
	auto_fts fts = fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, by_name);
	FTSENT *entry;
	int code = 0;

	if (!fts)
		return fail(error, errno, "list `%s`", directory);
	for (errno = 0; code == 0 && (entry = fts_read(fts)); errno = 0) {
		if (entry->fts_info == FTS_DNR || entry->fts_info == FTS_NS)
			return fail(error, entry->fts_errno, "read `%s`", entry->fts_path);
		if (entry->fts_level == LEVELS_MAX)
			fts_set(fts, entry, FTS_SKIP);
		if (is_description(entry))
			code = add_description(manifest, directory, entry->fts_path, error);
	}
	if (code == 0 && errno)
		return fail(error, errno, "list `%s`", directory);
	return code;
}

int import_installed(
	const struct import_request *request, json_t **ret_manifest, struct error *error)
{
	const char *directory = request->path;
	auto_free char *absolute = realpath(directory, NULL);
	auto_json manifest = NULL;
	int code;

	if (!absolute)
		return fail(error, errno, "open `%s`", directory);
	manifest = import_begin(basename(absolute), "300s");
	if (!manifest)
		return fail(error, ENOMEM, "import `%s`", directory);

	/* The suites' own runner gives them a directory to write to. */
	code = import_set_default(manifest, "workdir", json_string("/tmp"), error);
	if (code == 0)
		code = add_below(manifest, absolute, error);
	if (code == 0)
		code = import_end(manifest, absolute, "*.test file", error);
	if (code < 0)
		return code;

	*ret_manifest = take_pointer(manifest);
	return 0;
}
