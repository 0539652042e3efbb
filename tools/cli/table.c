/* Rows and columns that fit the terminal. */
#include "cli/table.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS_MAX    16
#define GAP            2 /* columns between two cells */
#define FLEXIBLE_LEAST 8

struct cell {
	char *text;
	bool painted;
	enum paint paint;
};

struct table {
	const struct table_column *columns;
	unsigned columns_count;
	struct cell *cells;
	size_t count, room;
};

struct table *table_create(const struct table_column *columns, unsigned count)
{
	struct table *table = calloc(1, sizeof(*table));

	if (!table)
		return NULL;
	table->columns = columns;
	table->columns_count = count;
	return table;
}

void table_destroy(struct table *table)
{
	if (!table)
		return;
	for (size_t index = 0; index < table->count; index++)
		free(table->cells[index].text);
	free(table->cells);
	free(table);
}

/* Takes the text. */
static struct cell *add_cell(struct table *table, char *text)
{
	if (table->count == table->room) {
		size_t room = table->room ? 2 * table->room : 64;
		struct cell *larger = realloc(table->cells, room * sizeof(*larger));

		if (!larger) {
			free(text);
			return NULL;
		}
		table->cells = larger;
		table->room = room;
	}
	table->cells[table->count] = (struct cell){ .text = text };
	return &table->cells[table->count++];
}

void table_add(struct table *table, const char *format, ...)
{
	va_list arguments;
	char *text;
	int size;

	if (!table)
		return;
	va_start(arguments, format);
	size = vasprintf(&text, format, arguments);
	va_end(arguments);
	if (size >= 0)
		add_cell(table, text);
}

void table_add_painted(struct table *table, enum paint paint, const char *text)
{
	struct cell *cell = table ? add_cell(table, strdup(text)) : NULL;

	if (cell) {
		cell->painted = true;
		cell->paint = paint;
	}
}

static const char *cell_text(const struct cell *cell)
{
	return cell->text ? cell->text : "";
}

static void measure(const struct table *table, unsigned widths[COLUMNS_MAX])
{
	for (unsigned column = 0; column < table->columns_count; column++)
		widths[column] = terminal_columns(table->columns[column].title);
	for (size_t index = 0; index < table->count; index++) {
		unsigned columns = terminal_columns(cell_text(&table->cells[index]));
		unsigned *width = &widths[index % table->columns_count];

		if (columns > *width)
			*width = columns;
	}
}

/* The widest of the flexible columns gives up first. */
static void shrink(const struct table *table, unsigned room, unsigned widths[COLUMNS_MAX])
{
	for (;;) {
		unsigned total = GAP * (table->columns_count - 1), widest = COLUMNS_MAX;

		for (unsigned column = 0; column < table->columns_count; column++) {
			total += widths[column];
			if (table->columns[column].flexible && widths[column] > FLEXIBLE_LEAST &&
				(widest == COLUMNS_MAX || widths[column] > widths[widest]))
				widest = column;
		}
		if (total <= room || widest == COLUMNS_MAX)
			return;
		widths[widest]--;
	}
}

static void print_padding(FILE *stream, unsigned count)
{
	fprintf(stream, "%*s", (int)count, "");
}

static void print_cell(const struct table *table, const struct terminal *terminal,
	const struct cell *cell, unsigned column, unsigned width)
{
	const char *text = cell_text(cell);
	bool fits = terminal_columns(text) <= width, last = column + 1 == table->columns_count;
	size_t bytes = fits ? strlen(text) : terminal_cut(text, width - 1);
	auto_free char *shown = strndup(text, bytes);
	/* Where half a picture would have fitted, a column is left. */
	unsigned columns = (shown ? terminal_columns(shown) : 0) + !fits;
	unsigned padding = columns < width ? width - columns : 0;

	if (column)
		print_padding(terminal->stream, GAP);
	if (table->columns[column].right)
		print_padding(terminal->stream, padding);
	if (cell->painted)
		terminal_paint(terminal, cell->paint, "%.*s%s", (int)bytes, text, fits ? "" : "…");
	else
		fprintf(terminal->stream, "%.*s%s", (int)bytes, text, fits ? "" : "…");
	if (!table->columns[column].right && !last)
		print_padding(terminal->stream, padding);
	if (last)
		putc('\n', terminal->stream);
}

static void print_titles(const struct table *table, const struct terminal *terminal,
	const unsigned widths[COLUMNS_MAX])
{
	for (unsigned column = 0; column < table->columns_count; column++) {
		struct cell title = {
			.text = (char *)table->columns[column].title,
			.painted = true,
			.paint = PAINT_FAINT,
		};

		print_cell(table, terminal, &title, column, widths[column]);
	}
}

void table_print(const struct table *table, const struct terminal *terminal)
{
	unsigned widths[COLUMNS_MAX];

	if (!table || !table->count || !table->columns_count || table->columns_count > COLUMNS_MAX)
		return;
	measure(table, widths);
	/* Into a pipe nothing is cut: a reader there wants all of it. */
	if (terminal->interactive)
		shrink(table, terminal->width, widths);
	print_titles(table, terminal, widths);
	for (size_t index = 0; index < table->count; index++) {
		unsigned column = (unsigned)(index % table->columns_count);

		print_cell(table, terminal, &table->cells[index], column, widths[column]);
	}
}
