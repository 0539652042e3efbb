/* A fresh folder for a test, and what lies in it afterwards. */
#pragma once

/* Before cmocka, which makes a macro of `fail`. */
#include "base/error.h"

#include "support/unit.h"

#include <fcntl.h>
#include <ftw.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/file.h"

struct folder {
	char path[64];
	int fd;
};

static inline int folder_setup(void **state)
{
	struct folder *folder = calloc(1, sizeof(*folder));

	assert_non_null(folder);
	strcpy(folder->path, "/var/tmp/axe-record-XXXXXX");
	assert_non_null(mkdtemp(folder->path));
	folder->fd = open(folder->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(folder->fd >= 0);
	*state = folder;
	return 0;
}

static inline int folder_remove_one(
	const char *path, const struct stat *status, int type, struct FTW *position)
{
	return remove(path);
}

static inline int folder_teardown(void **state)
{
	struct folder *folder = *state;

	cleanup_fd(&folder->fd);
	assert_int_equal(0, nftw(folder->path, folder_remove_one, 16, FTW_DEPTH | FTW_PHYS));
	free(folder);
	return 0;
}

/* The whole file, NUL-terminated; the caller frees. */
static inline char *folder_read(const struct folder *folder, const char *name, size_t *ret_size)
{
	char *text = NULL;
	size_t size;

	assert_int_equal(
		0, file_read_whole_at(folder->fd, name, (size_t)1 << 30, &text, &size, NULL));
	if (ret_size)
		*ret_size = size;
	return text;
}

/* Every line of an NDJSON file as an array; a line that is torn or no JSON fails the test. */
static inline json_t *folder_read_lines(const struct folder *folder, const char *name)
{
	auto_free char *text = folder_read(folder, name, NULL);
	json_t *lines = json_array();

	for (char *line = text, *end; *line; line = end + 1) {
		json_t *parsed;

		end = strchr(line, '\n');
		assert_non_null(end);
		*end = '\0';
		parsed = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
		assert_non_null(parsed);
		json_array_append_new(lines, parsed);
	}
	return lines;
}

static inline const char *folder_text(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	assert_non_null(text);
	return text;
}

static inline json_int_t folder_number(const json_t *object, const char *key)
{
	const json_t *number = json_object_get(object, key);

	assert_true(json_is_integer(number));
	return json_integer_value(number);
}

/* From here on files end at `bytes`: the nearest to a full disk that needs no privilege. Ended by
 * RLIM_INFINITY. The caller ignores SIGXFSZ. */
static inline void folder_limit_files(rlim_t bytes)
{
	struct rlimit limit;

	assert_int_equal(0, getrlimit(RLIMIT_FSIZE, &limit));
	limit.rlim_cur = bytes;
	assert_int_equal(0, setrlimit(RLIMIT_FSIZE, &limit));
}
