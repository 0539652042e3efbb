/* The installed programs of Debian's systemd-tests as a manifest. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/json.h"
#include "libaxe/import.h"
#include "libaxe/import_manifest.h"

static int is_test(const struct dirent *entry)
{
	return strncmp(entry->d_name, "test-", strlen("test-")) == 0;
}

/* By bytes, so that no locale changes the order. */
static int by_name(const struct dirent **one, const struct dirent **other)
{
	return strcmp((*one)->d_name, (*other)->d_name);
}

static bool is_program(int directory, const char *name)
{
	struct stat status;

	return fstatat(directory, name, &status, 0) == 0 && S_ISREG(status.st_mode) &&
	       faccessat(directory, name, X_OK, 0) == 0;
}

static int add_program(
	json_t *manifest, int fd, const char *directory, const char *name, struct error *error)
{
	if (!is_program(fd, name))
		return 0;
	return import_add(manifest, name, json_pack("[s++]", directory, "/", name), error);
}

/* scandir gives the names and their array to the caller. */
static void free_entries(struct dirent **entries, int count)
{
	for (int i = 0; i < count; i++)
		free(entries[i]);
	free(entries);
}

int import_systemd(const struct import_request *request, json_t **ret_manifest, struct error *error)
{
	const char *directory = request->path;
	auto_json manifest = import_begin("systemd-tests", "180s");
	auto_free char *absolute = realpath(directory, NULL);
	auto_fd fd = absolute ? open(absolute, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	struct dirent **entries;
	int count, code = 0;

	if (!manifest)
		return fail(error, ENOMEM, "import `%s`", directory);
	if (fd < 0)
		return fail(error, errno, "open `%s`", directory);
	count = scandirat(fd, ".", &entries, is_test, by_name);
	if (count < 0)
		return fail(error, errno, "list `%s`", directory);

	for (int i = 0; i < count && code == 0; i++)
		code = add_program(manifest, fd, absolute, entries[i]->d_name, error);
	free_entries(entries, count);
	if (code == 0)
		code = import_end(manifest, absolute, "program test-*", error);
	if (code < 0)
		return code;

	*ret_manifest = take_pointer(manifest);
	return 0;
}
