/* What jansson could not read, in the words and with the position of a manifest_error. */
#include "libaxe/json_problem.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "libaxe/manifest_path.h"

#define NEAR     " near "
#define EXPECTED " expected"

/* jansson says "X expected near 'WORD'", "PHRASE near 'WORD'", "... near end of file", "PHRASE". */
struct parts {
	const char *phrase;
	size_t phrase_size;
	const char *word; /* "": none */
	size_t word_size;
	bool quoted; /* a word of the file, not the end of the file */
};

static struct parts split(const char *text)
{
	const char *near = strstr(text, NEAR);
	struct parts parts = { .phrase = text, .phrase_size = strlen(text), .word = "" };

	if (!near)
		return parts;
	parts.phrase_size = (size_t)(near - text);
	parts.word = near + strlen(NEAR);
	parts.word_size = strlen(parts.word);
	parts.quoted = parts.word[0] == '\'' && parts.word_size >= 2;
	if (parts.quoted) {
		parts.word++;
		parts.word_size -= 2;
	}
	return parts;
}

/* jansson stops behind the word: go back to its begin. */
static unsigned column_of(const json_error_t *problem, const struct parts *parts)
{
	unsigned column = problem->column > 0 ? (unsigned)problem->column : 1;
	unsigned back = parts->quoted && parts->word_size ? (unsigned)parts->word_size - 1 : 0;

	return column > back ? column - back : 1;
}

int json_refuse(const json_error_t *problem, struct manifest_error *ret_error)
{
	struct parts parts = split(problem->text);
	char expected[JSON_ERROR_TEXT_LENGTH], word[JSON_ERROR_TEXT_LENGTH], found[256];
	size_t wanted = parts.phrase_size - strlen(EXPECTED);

	if (json_error_code(problem) == json_error_out_of_memory)
		return -ENOMEM;

	snprintf(word, sizeof(word), parts.quoted ? "`%.*s`" : "the %.*s", (int)parts.word_size,
		parts.word);
	if (parts.word_size && parts.phrase_size > strlen(EXPECTED) &&
		memcmp(parts.phrase + wanted, EXPECTED, strlen(EXPECTED)) == 0) {
		snprintf(expected, sizeof(expected), "%.*s", (int)wanted, parts.phrase);
		snprintf(found, sizeof(found), "%s", word);
	} else {
		snprintf(expected, sizeof(expected), "well-formed JSON");
		snprintf(found, sizeof(found), "%.*s%s%s", (int)parts.phrase_size, parts.phrase,
			parts.word_size ? NEAR : "", parts.word_size ? word : "");
	}
	return manifest_refuse(ret_error, NULL, (unsigned)problem->line, column_of(problem, &parts),
		expected, found, "");
}
