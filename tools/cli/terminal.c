/* Where output goes: how wide it is, whether it may be coloured, and text made safe for it. */
#include "cli/terminal.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "cli/character.h"

#define WIDTH_DEFAULT 100
#define WIDTH_LEAST   40
#define ESCAPED_SIZE  4 /* "\xNN" for a byte */

static const char *const paint_codes[] = {
	[PAINT_GOOD] = "\033[32m",
	[PAINT_BAD] = "\033[31m",
	[PAINT_WARNING] = "\033[33m",
	[PAINT_FAINT] = "\033[2m",
	[PAINT_STRONG] = "\033[1m",
};

void terminal_measure(struct terminal *terminal)
{
	struct winsize size;

	terminal->width = WIDTH_DEFAULT;
	if (terminal->interactive && ioctl(fileno(terminal->stream), TIOCGWINSZ, &size) == 0 &&
		size.ws_col)
		terminal->width = size.ws_col;
	if (terminal->width < WIDTH_LEAST)
		terminal->width = WIDTH_LEAST;
}

void terminal_init(struct terminal *terminal, FILE *stream)
{
	const char *refused = getenv("NO_COLOR"), *kind = getenv("TERM");

	terminal->stream = stream;
	terminal->interactive = isatty(fileno(stream)) && !(kind && strcmp(kind, "dumb") == 0);
	terminal->coloured = terminal->interactive && !(refused && *refused);
	terminal_measure(terminal);
}

void terminal_paint(const struct terminal *terminal, enum paint paint, const char *format, ...)
{
	va_list arguments;

	if (terminal->coloured)
		fputs(paint_codes[paint], terminal->stream);
	va_start(arguments, format);
	vfprintf(terminal->stream, format, arguments);
	va_end(arguments);
	if (terminal->coloured)
		fputs("\033[0m", terminal->stream);
}

char *terminal_safe(const char *text)
{
	size_t size = text ? strlen(text) : 0, room = ESCAPED_SIZE * size + 1;
	char *safe;

	if (!text)
		return strdup("-");
	safe = malloc(room);
	if (safe)
		text_escape(text, size, safe, room);
	return safe;
}

/* The words as one block, each with its NUL. */
static char *argv_block(const json_t *argv, size_t *ret_size)
{
	size_t size = 0, index;
	char *block, *at;
	json_t *word;

	json_array_foreach ((json_t *)argv, index, word)
		size += json_string_length(word) + 1;
	block = at = malloc(size + 1);
	if (!block)
		return NULL;
	json_array_foreach ((json_t *)argv, index, word) {
		size_t length = json_string_length(word);

		if (length)
			memcpy(at, json_string_value(word), length);
		at[length] = '\0';
		at += length + 1;
	}
	*ret_size = size;
	return block;
}

char *terminal_safe_argv(const json_t *argv, size_t most)
{
	size_t size = 0;
	auto_free char *block = argv_block(argv, &size);
	char *safe = malloc(most + 1);

	if (!block || !safe) {
		free(safe);
		return NULL;
	}
	text_escape_argv(block, size, safe, most + 1);
	return safe;
}

unsigned terminal_columns(const char *text)
{
	unsigned columns = 0;
	size_t bytes;

	for (; *text; text += bytes)
		columns += character_first(text, &bytes);
	return columns;
}

size_t terminal_cut(const char *text, unsigned columns)
{
	size_t at = 0, bytes;

	for (; text[at]; at += bytes) {
		unsigned taken = character_first(text + at, &bytes);

		if (taken > columns)
			break;
		columns -= taken;
	}
	return at;
}
