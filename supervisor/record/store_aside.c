/* A damaged store moved out of the way, whole: it may still be worth something to a person. */
#include "record/store_aside.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "record/store_file.h"

#define ASIDE_MOST 100 /* damaged files of one second */
#define NAME_ROOM  128

/* The log and its index go first: a log that is found beside a fresh file is played into it. */
static const char *const parts[] = { "-wal", "-shm", "" };

#define PARTS (sizeof(parts) / sizeof(parts[0]))

static bool is_free(int directory, const char *aside)
{
	char name[NAME_MAX];

	for (size_t i = 0; i < PARTS; i++) {
		snprintf(name, sizeof(name), "%.*s%s", NAME_ROOM, aside, parts[i]);
		if (faccessat(directory, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
			return false;
	}
	return true;
}

static int rename_parts(int directory, const char *aside, struct error *error)
{
	char from[NAME_MAX], to[NAME_MAX];

	for (size_t i = 0; i < PARTS; i++) {
		snprintf(from, sizeof(from), STORE_FILE_NAME "%s", parts[i]);
		snprintf(to, sizeof(to), "%.*s%s", NAME_ROOM, aside, parts[i]);
		if (renameat2(directory, from, directory, to, RENAME_NOREPLACE) < 0 &&
			errno != ENOENT)
			return fail(error, errno, "put `%s` aside as `%s`", from, to);
	}
	return fsync(directory) < 0 ? fail(error, errno, "put `" STORE_FILE_NAME "` aside") : 0;
}

int store_put_aside(int directory, char ret_name[static NAME_MAX], struct error *error)
{
	time_t now = time(NULL);
	char second[24], name[NAME_ROOM];
	struct tm utc;

	gmtime_r(&now, &utc);
	strftime(second, sizeof(second), "%Y%m%dT%H%M%SZ", &utc);
	snprintf(name, sizeof(name), STORE_FILE_NAME ".damaged-%s", second);
	for (unsigned i = 2; !is_free(directory, name); i++) {
		if (i > ASIDE_MOST)
			return fail(error, EEXIST, "put `" STORE_FILE_NAME "` aside as `%s`", name);
		snprintf(name, sizeof(name), STORE_FILE_NAME ".damaged-%s.%u", second, i);
	}
	snprintf(ret_name, NAME_MAX, "%s", name);
	return rename_parts(directory, name, error);
}
