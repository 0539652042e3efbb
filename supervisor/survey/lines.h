/* A file of the kernel's, line by line. */
#pragma once

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

/* A file of one value, without the white space at its ends; -ENOENT likewise. */
int line_read(const struct survey_host *host, const char *path, char *buffer, unsigned size);

/* In place: \040 and its like, by which the kernel hides white space and the backslash. */
void line_unescape(char *text);
