/* Several files of one folder, replaced side by side. */
#pragma once

#include <stddef.h>

struct error;

struct replacement {
	const char *name;
	char *text; /* the caller's; NULL: there was no memory for it */
};

/*
 * Each is written aside, synced and renamed, in a thread of its own as far as there are any: a disk
 * that is told to keep one keeps all that came until then, and one wait is as long as four. All are
 * tried; the first that failed is told. Blocks.
 */
int replacement_make(
	int directory, const struct replacement *files, size_t count, struct error *error);

/* The same without the syncs, and without waiting for the disk. */
int replacement_put(
	int directory, const struct replacement *files, size_t count, struct error *error);
