/* One value of a key file ([Group], Key=value), the format of .desktop and .test files. */
#include "libaxe/key_file.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"

#define BLANKS " \t\r"

struct span {
	const char *text;
	size_t size;
};

static struct span trim(const char *text, size_t size)
{
	while (size && strchr(BLANKS, text[size - 1]))
		size--;
	while (size && strchr(BLANKS, *text)) {
		text++;
		size--;
	}
	return (struct span){ text, size };
}

static bool is(struct span span, const char *word)
{
	return span.size == strlen(word) && memcmp(span.text, word, span.size) == 0;
}

/* NUL: no such escape. */
static char unescaped(char escape)
{
	static const char escapes[][2] = { { 's', ' ' }, { 'n', '\n' }, { 't', '\t' },
		{ 'r', '\r' }, { '\\', '\\' } };

	for (size_t i = 0; i < sizeof(escapes) / sizeof(escapes[0]); i++)
		if (escapes[i][0] == escape)
			return escapes[i][1];
	return '\0';
}

static int unescape(const char *key, struct span value, char **ret_value, struct error *error)
{
	auto_free char *plain = malloc(value.size + 1);
	size_t used = 0;

	if (!plain)
		return fail(error, ENOMEM, "copy a value");
	for (size_t i = 0; i < value.size; i++) {
		plain[used] = value.text[i];
		if (value.text[i] == '\\') {
			plain[used] = ++i < value.size ? unescaped(value.text[i]) : '\0';
			if (!plain[used])
				return fail_plain(error, EINVAL, "an unknown escape in `%s`", key);
		}
		used++;
	}
	plain[used] = '\0';
	*ret_value = take_pointer(plain);
	return 0;
}

struct search {
	const char *group, *key;
	bool inside;
	struct span value; /* text NULL: not found */
};

static int read_line(struct search *search, struct span line)
{
	const char *equals = line.size ? memchr(line.text, '=', line.size) : NULL;
	size_t name_size = equals ? (size_t)(equals - line.text) : 0;

	if (line.size == 0 || line.text[0] == '#')
		return 0;
	if (line.text[0] == '[' && line.text[line.size - 1] == ']') {
		search->inside = is((struct span){ line.text + 1, line.size - 2 }, search->group);
		return 0;
	}
	if (name_size == 0)
		return -EINVAL;
	if (search->inside && is(trim(line.text, name_size), search->key))
		search->value = trim(equals + 1, line.size - name_size - 1);
	return 0;
}

int key_file_get(
	const char *text, const char *group, const char *key, char **ret_value, struct error *error)
{
	struct search search = { .group = group, .key = key };

	for (unsigned line = 1; *text; line++) {
		size_t size = strcspn(text, "\n");

		if (read_line(&search, trim(text, size)) < 0)
			return fail_plain(
				error, EINVAL, "line %u is no group, key or comment", line);
		text += size + (text[size] == '\n');
	}
	if (!search.value.text)
		return fail_plain(error, ENOENT, "no key `%s` in a group [%s]", key, group);
	return unescape(key, search.value, ret_value, error);
}
