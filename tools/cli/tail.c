/* The last lines of a file, for a person who wants to know what went wrong. */
#include "cli/tail.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

#define BYTES_MAX      32768 /* looked at, from the end */
#define LINE_MAX_SHOWN 400 /* bytes of a line, escaped */

/* What follows the last but `lines` line ends; a line end at the very end begins no line. */
static const char *find_start(const char *text, size_t size, unsigned lines)
{
	size_t at = size;

	if (at && text[at - 1] == '\n')
		at--;
	while (at > 0) {
		if (text[at - 1] == '\n' && --lines == 0)
			break;
		at--;
	}
	return text + at;
}

static void print_line(char *line, size_t size, const char *prefix, const struct terminal *terminal)
{
	char safe[LINE_MAX_SHOWN];

	/* The only control character that is of use in a line. */
	for (size_t at = 0; at < size; at++)
		if (line[at] == '\t')
			line[at] = ' ';
	text_escape(line, size, safe, sizeof(safe));
	fprintf(terminal->stream, "%s%s\n", prefix, safe);
}

unsigned tail_print(int fd, unsigned lines, const char *prefix, const struct terminal *terminal)
{

	char text[BYTES_MAX];
	struct stat status;
	ssize_t size;
	unsigned printed = 0;

	if (fstat(fd, &status) < 0)
		return 0;
	size = pread(fd, text, sizeof(text),
		status.st_size > BYTES_MAX ? status.st_size - BYTES_MAX : 0);
	if (size <= 0)
		return 0;
	for (char *at = (char *)find_start(text, (size_t)size, lines); at < text + size;
		printed++) {
		char *end = memchr(at, '\n', (size_t)(text + size - at));

		if (!end)
			end = text + size;
		print_line(at, (size_t)(end - at), prefix, terminal);
		at = end + 1;
	}
	return printed;
}
