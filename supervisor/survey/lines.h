/* A file of the kernel's, line by line. */
#pragma once

#include <stdio.h>

struct error;
struct survey_host;

/* The most that is read of one file. */
#define LINES_BYTES_MAX (16u << 20)

/* One line, without its end, which may be taken apart in place. Not 0: stop with that. */
typedef int line_handler(char *line, void *data);

/*
 * Read `path` (relative to the host's root) from its line `first` on, counted from 0. -ENOENT:
 * there is no such file, which fits many a kernel; `error` is set then, too.
 */
int lines_read(const struct survey_host *host, const char *path, unsigned first,
	line_handler *handler, void *data, struct error *error);

/* Its bytes as they are, for a stamp; none when there is no such file. */
int lines_copy(const struct survey_host *host, const char *path, FILE *stream);

/* A file of one value, without the white space at its ends; -ENOENT likewise. */
int line_read(const struct survey_host *host, const char *path, char *buffer, unsigned size);

/* In place: \040 and its like, by which the kernel hides white space and the backslash. */
void line_unescape(char *text);

/* Descriptors of files of one value, and what several sources read of one picture, for one thread
 * at a time. */
struct kept_files;
#define KEPT_FILES_MAX 128
struct kept_files *kept_files_create(void); /* NULL: out of memory */
void kept_files_destroy(struct kept_files *kept); /* NULL is fine */

/* A picture begins: what was read of the one before is not true any more. NULL is fine. */
void kept_files_renew(struct kept_files *kept);

/* The lines of proc/self/mounts, read once a picture where the host keeps something. */
int mounts_read(const struct survey_host *host, line_handler *handler, void *data);

/* Like line_read, of the file that has this place among those that the host keeps, if it does. */
int kept_line_read(const struct survey_host *host, unsigned place, const char *path, char *buffer,
	unsigned size);
