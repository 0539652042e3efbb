/* The options of a verb: one table for reading them and for telling what they are. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct error;

/* What is stored at the row's offset in the verb's own struct. */
enum option_kind {
	OPTION_FLAG, /* bool */
	OPTION_TEXT, /* const char *, borrowed from argv; never "" */
	OPTION_ANY, /* the same, which may be "" */
	OPTION_DURATION, /* struct option_duration */
	OPTION_CHOICE, /* unsigned: the index in `choices` */
	OPTION_WORD, /* const char *: the entry of `choices` */
	OPTION_LIST, /* struct option_list: may be given several times */
};

struct option_duration {
	bool set;
	uint64_t ns;
};

#define OPTION_LIST_MOST 64
struct option_list {
	const char *texts[OPTION_LIST_MOST]; /* borrowed from argv */
	size_t count;
};

struct option_row {
	const char *name; /* without the dashes */
	char letter; /* 0: none */
	enum option_kind kind;
	size_t offset;
	const char *value; /* what stands for the value in the help: "DIR" */
	const char *help;
	const char *const *choices; /* ends with NULL */
};

struct option_table {
	const struct option_row *rows;
	size_t count;
};

/* --help: every verb has it, so no table does. */
extern const struct option_row option_help;

#define OPTION_TABLE(rows_)                                                                        \
	{                                                                                          \
		.rows = (rows_), .count = sizeof(rows_) / sizeof(*(rows_))                         \
	}

/* What is no option. The words point into argv, which is reordered. */
struct operands {
	char **words;
	int count;
	bool dashes; /* a `--` stood before the last `after_dashes` words */
	int after_dashes;
};

enum options_answer { OPTIONS_READ, OPTIONS_HELP, OPTIONS_WRONG };

/*
 * Read `--name value`, `--name=value`, `-x value`, `-xvalue`, in any order with the operands, up
 * to `--`. argv[0] is the verb. OPTIONS_HELP: --help or -h was among them. OPTIONS_WRONG: `error`
 * says what and names the nearest known option.
 */
enum options_answer options_read(const struct option_table *table, int argc, char **argv,
	void *values, struct operands *ret_operands, struct error *error);

/* A line for each option, --help included. `table` NULL: only that. */
void options_describe(const struct option_table *table, FILE *stream);
