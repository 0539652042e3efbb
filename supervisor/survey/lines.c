/* A file of the kernel's, line by line. */
#include "survey/lines.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "survey/source.h"

static int hand_out(char *text, unsigned first, line_handler *handler, void *data)
{
	char *line;
	int code = 0;

	for (unsigned number = 0; code == 0 && (line = strsep(&text, "\n")); number++)
		if (number >= first && *line)
			code = handler(line, data);
	return code;
}

int lines_read(const struct survey_host *host, const char *path, unsigned first,
	line_handler *handler, void *data, struct error *error)
{
	auto_free char *text = NULL;
	size_t size;
	int code = file_read_whole_at(host->root, path, LINES_BYTES_MAX, &text, &size, error);

	if (code < 0)
		return code;
	code = hand_out(text, first, handler, data);
	return code < 0 ? fail(error, -code, "read `%s`", path) : 0;
}

int lines_copy(const struct survey_host *host, const char *path, FILE *stream)
{
	auto_free char *text = NULL;
	size_t size;
	int code = file_read_whole_at(host->root, path, LINES_BYTES_MAX, &text, &size, NULL);

	if (code < 0)
		return code == -ENOENT ? 0 : code;
	return fwrite(text, 1, size, stream) == size ? 0 : -ENOMEM;
}

int line_read(const struct survey_host *host, const char *path, char *buffer, unsigned size)
{
	ssize_t length = file_read_text_at(host->root, path, buffer, size);

	return length < 0 ? (int)length : 0;
}

static int digit(char character)
{
	return character >= '0' && character <= '7' ? character - '0' : -1;
}

void line_unescape(char *text)
{
	char *to = text;

	for (const char *from = text; *from;) {
		if (from[0] == '\\' && digit(from[1]) >= 0 && digit(from[2]) >= 0 &&
			digit(from[3]) >= 0) {
			*to++ = (char)(digit(from[1]) << 6 | digit(from[2]) << 3 | digit(from[3]));
			from += 4;
		} else {
			*to++ = *from++;
		}
	}
	*to = '\0';
}

struct kept_files {
	int descriptors[KEPT_FILES_MAX]; /* -1: not open */
	char *mounts; /* NULL: not read yet for this picture */
};

struct kept_files *kept_files_create(void)
{
	struct kept_files *kept = calloc(1, sizeof(*kept));

	for (unsigned place = 0; kept && place < KEPT_FILES_MAX; place++)
		kept->descriptors[place] = -1;
	return kept;
}

void kept_files_destroy(struct kept_files *kept)
{
	for (unsigned place = 0; kept && place < KEPT_FILES_MAX; place++)
		cleanup_fd(&kept->descriptors[place]);
	if (kept)
		free(kept->mounts);
	free(kept);
}

void kept_files_renew(struct kept_files *kept)
{
	if (kept)
		free(take_pointer(kept->mounts));
}

int mounts_read(const struct survey_host *host, line_handler *handler, void *data)
{
	static const char path[] = "proc/self/mounts";
	auto_free char *text = NULL; /* the handler takes it apart */
	size_t size;
	int code = 0;

	if (!host->kept)
		return lines_read(host, path, 0, handler, data, NULL);
	if (!host->kept->mounts)
		code = file_read_whole_at(
			host->root, path, LINES_BYTES_MAX, &host->kept->mounts, &size, NULL);
	if (code < 0)
		return code;
	text = strdup(host->kept->mounts);
	return text ? hand_out(text, 0, handler, data) : -ENOMEM;
}

/* What is one value comes in one piece: no second read has to say that nothing follows. */
static ssize_t read_value(int fd, char *buffer, size_t size)
{
	ssize_t got;

	do
		got = pread(fd, buffer, size, 0);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return -errno;
	if ((size_t)got == size)
		return -E2BIG;
	if (got && buffer[got - 1] == '\n')
		got--;
	buffer[got] = '\0';
	return got;
}

int kept_line_read(const struct survey_host *host, unsigned place, const char *path, char *buffer,
	unsigned size)
{
	int *descriptor;
	ssize_t length;

	if (!host->kept || place >= KEPT_FILES_MAX)
		return line_read(host, path, buffer, size);
	descriptor = &host->kept->descriptors[place];
	if (*descriptor < 0)
		*descriptor = openat(host->root, path, O_RDONLY | O_CLOEXEC);
	if (*descriptor < 0)
		return -errno;
	length = read_value(*descriptor, buffer, size);
	/* Of what has gone, with its module say, another may have come. */
	if (length < 0)
		cleanup_fd(descriptor);
	return length < 0 ? (int)length : 0;
}
