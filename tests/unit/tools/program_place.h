/* A folder with a script in it that stands for axed. */
#pragma once

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"

struct program_place {
	char directory[40];
	char program[60];
};

static inline void program_place_make(struct program_place *place, const char *script)
{
	auto_fd fd = -1;

	strcpy(place->directory, "/tmp/axe-program-XXXXXX");
	assert_non_null(mkdtemp(place->directory));
	snprintf(place->program, sizeof(place->program), "%s/axed", place->directory);
	fd = open(place->program, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
	assert_int_equal(0, file_write_all(fd, script, strlen(script)));
}

static inline void program_place_remove(const struct program_place *place)
{
	unsetenv("AXE_AXED");
	unlink(place->program);
	rmdir(place->directory);
}
