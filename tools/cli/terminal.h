/* Where output goes: how wide it is, whether it may be coloured, and text made safe for it. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

enum paint { PAINT_GOOD, PAINT_BAD, PAINT_WARNING, PAINT_FAINT, PAINT_STRONG };

struct terminal {
	FILE *stream; /* borrowed */
	bool interactive; /* a person looks at it */
	bool coloured; /* and NO_COLOR is not set */
	unsigned width; /* columns */
};

void terminal_init(struct terminal *terminal, FILE *stream);

/* Ask again: a window can change its size. */
void terminal_measure(struct terminal *terminal);

/* printf in a colour where there may be one. */
void terminal_paint(const struct terminal *terminal, enum paint paint, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Foreign text with everything that could steer a terminal escaped. The caller frees; NULL `text`:
 * "-". */
char *terminal_safe(const char *text);

/* An argv array as a shell would need it, at most `most` bytes of it. The caller frees. */
char *terminal_safe_argv(const json_t *argv, size_t most);

/* Columns that a text takes: a picture takes two, a mark on a letter none. */
unsigned terminal_columns(const char *text);

/* The bytes of as much of a text as fits into so many columns. */
size_t terminal_cut(const char *text, unsigned columns);
