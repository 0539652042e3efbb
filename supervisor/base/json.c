/* Ownership for jansson's values, and the three setters that it lacks. */
#include "base/json.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"

#define ESCAPED_SIZE 4 /* "\xNN" */

/* Bytes that need no escape. A NUL does: JSON could carry it, but its readers refuse it. */
static size_t clean_length(const char *text, size_t size)
{
	size_t clean = 0;

	while (clean < size && text[clean]) {
		uint32_t character;
		size_t length = text_character(text + clean, size - clean, &character);

		if (length == 0)
			break;
		clean += length;
	}
	return clean;
}

static void put_hexadecimal(char *escaped, unsigned char byte)
{
	static const char digits[] = "0123456789abcdef";

	escaped[0] = '\\';
	escaped[1] = 'x';
	escaped[2] = digits[byte >> 4];
	escaped[3] = digits[byte & 0xf];
}

json_t *json_text(const char *text, size_t size)
{
	auto_free char *escaped = NULL;
	size_t used = 0;

	if (clean_length(text, size) == size)
		return json_stringn(text, size);
	escaped = malloc(size * ESCAPED_SIZE);
	if (!escaped)
		return NULL;

	for (size_t at = 0; at < size;) {
		size_t clean = clean_length(text + at, size - at);

		memcpy(escaped + used, text + at, clean);
		used += clean;
		at += clean;
		if (at == size)
			break;
		put_hexadecimal(escaped + used, (unsigned char)text[at++]);
		used += ESCAPED_SIZE;
	}
	return json_stringn(escaped, used);
}

json_t *json_argv(const char *block, size_t size)
{
	auto_json words = json_array();

	for (size_t at = 0; at < size;) {
		size_t length = strnlen(block + at, size - at);

		if (json_array_append_new(words, json_text(block + at, length)) < 0)
			return NULL;
		at += length + 1;
	}
	return take_pointer(words);
}

json_t *json_ms(uint64_t ns)
{
	return json_real((double)(ns / 1000) / 1000.0);
}
