/* A command line as the words that a shell would make of it, without running one. */
#include "libaxe/shell_words.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/json.h"

struct splitter {
	const char *at;
	char *word; /* room for the whole text: words only become shorter */
	size_t used;
};

static int take_single_quoted(struct splitter *splitter)
{
	const char *end = strchr(++splitter->at, '\'');

	if (!end)
		return -EINVAL;
	memcpy(splitter->word + splitter->used, splitter->at, (size_t)(end - splitter->at));
	splitter->used += (size_t)(end - splitter->at);
	splitter->at = end + 1;
	return 0;
}

static int take_double_quoted(struct splitter *splitter)
{
	for (splitter->at++; *splitter->at != '"'; splitter->at++) {
		if (!*splitter->at)
			return -EINVAL;
		/* Before any other character a backslash in double quotes is itself. */
		if (*splitter->at == '\\' && splitter->at[1] && strchr("$`\"\\\n", splitter->at[1]))
			splitter->at++;
		splitter->word[splitter->used++] = *splitter->at;
	}
	splitter->at++;
	return 0;
}

static int take_escaped(struct splitter *splitter)
{
	char escaped = splitter->at[1];

	if (!escaped)
		return -EINVAL;
	if (escaped != '\n')
		splitter->word[splitter->used++] = escaped;
	splitter->at += 2;
	return 0;
}

static int take_word(struct splitter *splitter)
{
	int code = 0;

	splitter->used = 0;
	while (code == 0 && *splitter->at && !strchr(" \t\n", *splitter->at)) {
		if (*splitter->at == '\'')
			code = take_single_quoted(splitter);
		else if (*splitter->at == '"')
			code = take_double_quoted(splitter);
		else if (*splitter->at == '\\')
			code = take_escaped(splitter);
		else
			splitter->word[splitter->used++] = *splitter->at++;
	}
	return code;
}

/* To the next word, over blanks and comments. */
static void skip_between(struct splitter *splitter)
{
	for (;;) {
		splitter->at += strspn(splitter->at, " \t\n");
		if (*splitter->at != '#')
			return;
		splitter->at += strcspn(splitter->at, "\n");
	}
}

int shell_split(const char *text, json_t **ret_words, struct error *error)
{
	auto_free char *word = malloc(strlen(text) + 1);
	auto_json words = json_array();
	struct splitter splitter = { .at = text, .word = word };

	if (!word || !words)
		return fail(error, ENOMEM, "split a command line");

	for (skip_between(&splitter); *splitter.at; skip_between(&splitter)) {
		if (take_word(&splitter) < 0)
			return fail_plain(error, EINVAL, "a quote or backslash without its end");
		if (json_array_append_new(words, json_stringn(word, splitter.used)) < 0)
			return fail_plain(error, EINVAL, "a word that is not UTF-8");
	}
	if (json_array_size(words) == 0)
		return fail_plain(error, EINVAL, "the command line is empty");

	*ret_words = take_pointer(words);
	return 0;
}
