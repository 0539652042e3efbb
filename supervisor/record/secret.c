/* Values that nobody but the program may see, told by the names that they are given to. */
#include "record/secret.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Anywhere in a name. A value masked in vain costs less than one shown. */
static const char *const secret_words[] = { "token", "secret", "password", "passwd", "passphrase",
	"key" };

bool secret_is_name(const char *name, size_t size)
{
	for (size_t i = 0; i < sizeof(secret_words) / sizeof(*secret_words); i++) {
		size_t length = strlen(secret_words[i]);

		for (size_t at = 0; at + length <= size; at++) {
			if (strncasecmp(name + at, secret_words[i], length) == 0)
				return true;
		}
	}
	return false;
}

void secret_mask_object(json_t *object)
{
	const char *name;
	json_t *value;
	void *next;

	json_object_foreach_safe(object, next, name, value)
	{
		if (secret_is_name(name, strlen(name)))
			json_object_set_new(object, name, json_string(SECRET_MASK));
	}
}

/* To the blank behind the word, or to the end; blanks between quotes belong to it. */
static const char *word_end(const char *word)
{
	bool quoted = false;

	for (; *word && (quoted || !strchr(" \t\n", *word)); word++) {
		if (*word == '"')
			quoted = !quoted;
	}
	return word;
}

static void write_word(FILE *file, const char *word, const char *end)
{
	const char *equals = memchr(word, '=', (size_t)(end - word));

	if (!equals || !secret_is_name(word, (size_t)(equals - word))) {
		fwrite(word, 1, (size_t)(end - word), file);
		return;
	}
	fwrite(word, 1, (size_t)(equals + 1 - word), file);
	fputs(SECRET_MASK, file);
}

char *secret_mask_words(const char *words)
{
	char *masked = NULL;
	size_t size;
	FILE *file = open_memstream(&masked, &size);

	if (!file)
		return NULL;
	while (*words) {
		const char *end = word_end(words);

		write_word(file, words, end);
		words = end;
		if (*words)
			fputc(*words++, file);
	}
	if (fclose(file) != 0) {
		free(masked);
		return NULL;
	}
	return masked;
}
