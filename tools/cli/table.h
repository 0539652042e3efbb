/* Rows and columns that fit the terminal. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/cleanup.h"
#include "cli/terminal.h"

struct table;

struct table_column {
	const char *title;
	bool right; /* numbers stand at the right */
	bool flexible; /* gives columns up when the terminal is narrow */
};

/* The columns are borrowed. */
struct table *table_create(const struct table_column *columns, unsigned count);
void table_destroy(struct table *table);
DEFINE_CLEANUP(table)

/* The next cell, row by row; printf. The text must be safe already. */
void table_add(struct table *table, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same in a colour. */
void table_add_painted(struct table *table, enum paint paint, const char *text);

/* A table without rows prints nothing. */
void table_print(const struct table *table, const struct terminal *terminal);
