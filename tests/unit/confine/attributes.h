/* A directory that stands in for a control group: its attributes are plain files. */
#pragma once

#include "support/unit.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/file.h"

struct attributes {
	char path[64];
	int fd;
};

static inline int attributes_setup(void **state)
{
	struct attributes *attributes = calloc(1, sizeof(*attributes));

	assert_non_null(attributes);
	strcpy(attributes->path, "/var/tmp/axe-confine-XXXXXX");
	assert_non_null(mkdtemp(attributes->path));
	attributes->fd = open(attributes->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(attributes->fd >= 0);
	*state = attributes;
	return 0;
}

static inline int attributes_remove_one(
	const char *path, const struct stat *status, int type, struct FTW *position)
{
	return remove(path);
}

static inline int attributes_teardown(void **state)
{
	struct attributes *attributes = *state;

	cleanup_fd(&attributes->fd);
	assert_int_equal(
		nftw(attributes->path, attributes_remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
	free(attributes);
	return 0;
}

static inline void attributes_put(
	const struct attributes *attributes, const char *name, const char *text)
{
	auto_fd fd = openat(attributes->fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(file_write_all(fd, text, strlen(text)), 0);
}

static inline void attributes_are(
	const struct attributes *attributes, const char *name, const char *expected)
{
	char text[512];

	assert_true(file_read_text_at(attributes->fd, name, text, sizeof(text)) >= 0);
	assert_string_equal(text, expected);
}
