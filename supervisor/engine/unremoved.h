/* Files with secrets that could not be removed when they were to go: tried again, and named. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* More than one bad hour of a disk leaves; what comes beyond is named, and not tried again. */
#define UNREMOVED_MAX 64

struct unremoved {
	char *paths[UNREMOVED_MAX]; /* owned */
	size_t count;
};

/* Remove it now (missing is fine), or say why not, and do it later. Whether it is gone. */
bool unremoved_try(struct unremoved *unremoved, const char *path);

/* Once more for each: when the disk may be well again. */
void unremoved_retry(struct unremoved *unremoved);

/* For the last time; what stays is named once more. */
void unremoved_finish(struct unremoved *unremoved);
