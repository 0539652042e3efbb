/* The options of a verb: one table for reading them and for telling what they are. */
#include "cli/options.h"

#include <errno.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"

#define NAMES_MAX 40

const struct option_row option_help = { "help", 'h', OPTION_FLAG, 0, NULL, "this text", NULL };

struct reader {
	const struct option_table *table;
	char *values;
	int argc, next;
	char **argv;
	bool help;
	struct error *error;
};

static int refuse_name(const struct reader *reader, const char *word, size_t length)
{
	const char *names[NAMES_MAX];
	const char *nearest;
	char name[64];
	size_t count = 0;

	for (; count < reader->table->count && count < NAMES_MAX - 1; count++)
		names[count] = reader->table->rows[count].name;
	names[count++] = option_help.name;
	snprintf(name, sizeof(name), "%.*s", (int)length, word);
	nearest = text_nearest(name, names, count);
	if (nearest)
		return fail_plain(reader->error, EINVAL,
			"unknown option `--%s`: did you mean `--%s`?", name, nearest);
	return fail_plain(reader->error, EINVAL, "unknown option `--%s`; --help lists them", name);
}

static const struct option_row *find_name(
	const struct option_table *table, const char *word, size_t length)
{
	for (size_t index = 0; index < table->count; index++)
		if (strlen(table->rows[index].name) == length &&
			strncmp(table->rows[index].name, word, length) == 0)
			return &table->rows[index];
	if (length == strlen(option_help.name) && strncmp(option_help.name, word, length) == 0)
		return &option_help;
	return NULL;
}

static const struct option_row *find_letter(const struct option_table *table, char letter)
{
	for (size_t index = 0; index < table->count; index++)
		if (table->rows[index].letter == letter)
			return &table->rows[index];
	return letter == option_help.letter ? &option_help : NULL;
}

static int store_duration(struct reader *reader, const struct option_row *row, const char *text)
{
	struct option_duration duration = { .set = true };

	if (text_parse_duration(text, &duration.ns) < 0)
		return fail_plain(reader->error, EINVAL,
			"`--%s %s`: expected a duration such as 150ms, 1s, 2m or 1h", row->name,
			text);
	memcpy(reader->values + row->offset, &duration, sizeof(duration));
	return 0;
}

static int store_in_list(struct reader *reader, const struct option_row *row, const char *text)
{
	struct option_list *list = (struct option_list *)(reader->values + row->offset);

	if (list->count == OPTION_LIST_MOST)
		return fail_plain(reader->error, E2BIG, "`--%s` is given more than %d times",
			row->name, OPTION_LIST_MOST);
	list->texts[list->count++] = text;
	return 0;
}

static int store_choice(struct reader *reader, const struct option_row *row, const char *text)
{
	char *place = reader->values + row->offset;
	char list[120] = "";

	for (unsigned index = 0; row->choices[index]; index++) {
		size_t used = strlen(list);

		if (strcmp(row->choices[index], text) == 0) {
			if (row->kind == OPTION_CHOICE)
				memcpy(place, &index, sizeof(index));
			else
				memcpy(place, &row->choices[index], sizeof(row->choices[index]));
			return 0;
		}
		snprintf(list + used, sizeof(list) - used, "%s%s", used ? ", " : "",
			row->choices[index]);
	}
	return fail_plain(
		reader->error, EINVAL, "`--%s %s`: expected one of %s", row->name, text, list);
}

/* What is said here is sent and kept as JSON, where a text that is none would be left out. */
static int check_text(struct reader *reader, const struct option_row *row, const char *text)
{
	if (!text || text_is_utf8(text, strlen(text)))
		return 0;
	return fail_plain(reader->error, EINVAL,
		"the value of `--%s` is not UTF-8, which a job's record cannot hold", row->name);
}

static int store(struct reader *reader, const struct option_row *row, const char *text)
{
	int code = check_text(reader, row, text);

	if (code < 0)
		return code;
	switch (row->kind) {
	case OPTION_FLAG:
		if (row == &option_help)
			reader->help = true;
		else
			*(bool *)(reader->values + row->offset) = true;
		return 0;
	case OPTION_TEXT:
		if (!text[0])
			return fail_plain(reader->error, EINVAL,
				"`--%s` needs a value: %s, not an empty word", row->name,
				row->value);
		memcpy(reader->values + row->offset, &text, sizeof(text));
		return 0;
	case OPTION_ANY:
		memcpy(reader->values + row->offset, &text, sizeof(text));
		return 0;
	case OPTION_DURATION:
		return store_duration(reader, row, text);
	case OPTION_LIST:
		return store_in_list(reader, row, text);
	case OPTION_CHOICE:
	case OPTION_WORD:
		return store_choice(reader, row, text);
	}
	return -EINVAL;
}

/* `attached` is what follows the name in the same word, NULL if nothing does. */
static int take_value(struct reader *reader, const struct option_row *row, const char *attached)
{
	if (row->kind == OPTION_FLAG && attached)
		return fail_plain(reader->error, EINVAL, "`--%s` takes no value", row->name);
	if (row->kind == OPTION_FLAG || attached)
		return store(reader, row, attached);
	if (reader->next == reader->argc)
		return fail_plain(
			reader->error, EINVAL, "`--%s` needs a value: %s", row->name, row->value);
	return store(reader, row, reader->argv[reader->next++]);
}

static int read_long(struct reader *reader, const char *word)
{
	size_t length = strcspn(word, "=");
	const struct option_row *row = find_name(reader->table, word, length);

	if (!row)
		return refuse_name(reader, word, length);
	return take_value(reader, row, word[length] ? word + length + 1 : NULL);
}

/* Flags may stand together: `-qv`. */
static int read_letters(struct reader *reader, const char *word)
{
	for (; *word; word++) {
		const struct option_row *row = find_letter(reader->table, *word);
		int code;

		if (!row)
			return fail_plain(reader->error, EINVAL,
				"unknown option `-%c`; --help lists them", *word);
		if (row->kind != OPTION_FLAG)
			return take_value(reader, row, word[1] ? word + 1 : NULL);
		code = take_value(reader, row, NULL);
		if (code < 0)
			return code;
	}
	return 0;
}

static int read_word(struct reader *reader, struct operands *operands, char *word)
{
	if (word[0] != '-' || !word[1]) {
		operands->words[operands->count++] = word;
		return 0;
	}
	if (word[1] == '-')
		return read_long(reader, word + 2);
	return read_letters(reader, word + 1);
}

static void take_rest(struct reader *reader, struct operands *operands)
{
	operands->dashes = true;
	operands->after_dashes = reader->argc - reader->next;
	while (reader->next < reader->argc)
		operands->words[operands->count++] = reader->argv[reader->next++];
}

enum options_answer options_read(const struct option_table *table, int argc, char **argv,
	void *values, struct operands *ret_operands, struct error *error)
{
	struct reader reader = {
		.table = table,
		.values = values,
		.argc = argc,
		.argv = argv,
		.next = 1,
		.error = error,
	};
	/* Operands move to the front of argv; never past what was read. */
	struct operands operands = { .words = argv + 1 };

	while (reader.next < argc && !operands.dashes) {
		char *word = argv[reader.next++];

		if (strcmp(word, "--") == 0)
			take_rest(&reader, &operands);
		else if (read_word(&reader, &operands, word) < 0)
			return OPTIONS_WRONG;
	}
	if (reader.help)
		return OPTIONS_HELP;
	if (operands.count + 1 < argc)
		operands.words[operands.count] = NULL;
	*ret_operands = operands;
	return OPTIONS_READ;
}

static void describe_row(const struct option_row *row, FILE *stream)
{
	char name[64], letter[8] = "    ";

	if (row->letter)
		snprintf(letter, sizeof(letter), "-%c, ", row->letter);
	snprintf(name, sizeof(name), "%s--%s%s%s", letter, row->name, row->value ? " " : "",
		row->value ? row->value : "");
	fprintf(stream, "  %-28s %s\n", name, row->help);
}

void options_describe(const struct option_table *table, FILE *stream)
{
	for (size_t index = 0; table && index < table->count; index++)
		describe_row(&table->rows[index], stream);
	describe_row(&option_help, stream);
}
