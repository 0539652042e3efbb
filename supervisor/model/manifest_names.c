/* The names of the assessments: given or made from their commands, each only once. */
#include "model/manifest_names.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/text.h"

#define NAME_UNKNOWN    "assessment"
#define NAME_SHOWN_SIZE (MANIFEST_NAME_MAX - 16) /* leaves room for "-10000#10000" */
#define REPETITION_SIZE 6 /* "#10000" */

typedef char name_buffer[MANIFEST_NAME_MAX + REPETITION_SIZE + 1];

struct naming {
	struct manifest_reader *reader;
	json_t *entries; /* name -> number of its entry; the caller's */
	json_t *prefixes; /* what stands before the last `#` of a name: such a base is not made */
	json_t *next; /* base of made names -> the number to try: many equal ones cost linear time
		       */
};

static const char *repetition_name(const char *base, unsigned repetition, name_buffer buffer)
{
	if (repetition == 1)
		snprintf(buffer, sizeof(name_buffer), "%s", base);
	else
		snprintf(buffer, sizeof(name_buffer), "%s#%u", base, repetition);
	return buffer;
}

static int set_name(struct manifest_reader *reader, const char *name, char **field)
{
	char *copy = NULL;
	int code = reader_copy(reader, name, &copy);

	if (code < 0)
		return code;
	free(*field);
	*field = copy;
	return 0;
}

static int note_prefix(struct naming *naming, const char *base)
{
	const char *sign = strrchr(base, '#');
	name_buffer prefix;

	if (!sign)
		return 0;
	snprintf(prefix, sizeof(prefix), "%.*s", (int)(sign - base), base);
	return json_object_set_new(naming->prefixes, prefix, json_true()) < 0 ? -ENOMEM : 0;
}

static int claim(
	struct naming *naming, size_t entry, struct assessment *const *first, const char *base)
{
	int code = note_prefix(naming, base);
	unsigned repeat = first[0]->repeat;
	name_buffer name;

	for (unsigned at = 0; code == 0 && at < repeat; at++) {
		repetition_name(base, at + 1, name);
		if (json_object_set_new(naming->entries, name, json_integer((json_int_t)entry)) < 0)
			return -ENOMEM;
		/* A given name is read by every repetition. */
		if (!first[at]->name || at > 0)
			code = set_name(naming->reader, name, &first[at]->name);
	}
	return code;
}

static void enter_name(struct manifest_reader *reader, size_t entry)
{
	reader_enter_key(reader, "assessments");
	reader_enter_item(reader, entry);
	reader_enter_key(reader, "name");
}

static int refuse_taken(struct naming *naming, size_t entry, const char *taken)
{
	json_int_t holder = json_integer_value(json_object_get(naming->entries, taken));
	char found[sizeof(name_buffer) + 2];

	snprintf(found, sizeof(found), "`%s`", taken);
	enter_name(naming->reader, entry);
	reader_refuse_as(naming->reader, found, "a name that no other assessment has");
	return reader_advise(
		naming->reader, "assessments[%" JSON_INTEGER_FORMAT "] has it, too", holder);
}

static int claim_given(struct naming *naming, size_t entry, struct assessment *const *first)
{
	const struct assessment *assessment = first[0];
	name_buffer name;

	if (assessment->repeat > 1 &&
		strlen(assessment->name) > MANIFEST_NAME_MAX - REPETITION_SIZE) {
		enter_name(naming->reader, entry);
		return reader_refuse_as(naming->reader, "a longer one",
			"a name of at most %d bytes, for one that is repeated",
			MANIFEST_NAME_MAX - REPETITION_SIZE);
	}
	for (unsigned repetition = 1; repetition <= assessment->repeat; repetition++) {
		repetition_name(assessment->name, repetition, name);
		if (json_object_get(naming->entries, name))
			return refuse_taken(naming, entry, name);
	}
	return claim(naming, entry, first, assessment->name);
}

/* The program's name, or the first word of a shell's command, without its directory. */
static void name_from_command(const struct assessment *assessment, char name[NAME_SHOWN_SIZE])
{
	bool shell = assessment->argv[1] && strcmp(assessment->argv[0], "/bin/sh") == 0 &&
		     strcmp(assessment->argv[1], "-c") == 0 && assessment->argv[2];
	const char *word = shell ? assessment->argv[2] : assessment->argv[0];
	size_t size;

	if (shell)
		word += strspn(word, " \t\n");
	size = shell ? strcspn(word, " \t\n;&|()<>") : strlen(word);
	for (size_t at = size; at > 0; at--) {
		if (word[at - 1] == '/') {
			word += at;
			size -= at;
			break;
		}
	}
	text_escape(word, size, name, NAME_SHOWN_SIZE);
	if (size == 0)
		snprintf(name, NAME_SHOWN_SIZE, NAME_UNKNOWN);
}

static int claim_made(struct naming *naming, size_t entry, struct assessment *const *first)
{
	char base[NAME_SHOWN_SIZE], name[MANIFEST_NAME_MAX + 1];
	json_int_t number;

	name_from_command(first[0], base);
	snprintf(name, sizeof(name), "%s", base);
	number = json_integer_value(json_object_get(naming->next, base));
	if (number == 0)
		number = 2;
	while (json_object_get(naming->entries, name) || json_object_get(naming->prefixes, name))
		snprintf(name, sizeof(name), "%s-%" JSON_INTEGER_FORMAT, base, number++);
	if (json_object_set_new(naming->next, base, json_integer(number)) < 0)
		return -ENOMEM;
	return claim(naming, entry, first, name);
}

/* Those that were given come first, so that none is taken by one that is made. */
static int name_all(struct naming *naming, struct manifest *manifest, bool given)
{
	size_t entry = 0;
	int code = 0;

	for (size_t at = 0; code == 0 && at < manifest->assessments_count; entry++) {
		struct assessment **first = &manifest->assessments[at];
		bool has_name = (*first)->name;

		at += (*first)->repeat;
		if (given && has_name)
			code = claim_given(naming, entry, first);
		else if (!given && !has_name)
			code = claim_made(naming, entry, first);
	}
	return code;
}

int names_assign(struct manifest_reader *reader, struct manifest *manifest, json_t *entries)
{
	auto_json prefixes = json_object();
	auto_json next = json_object();
	struct naming naming = { reader, entries, prefixes, next };
	int code = prefixes && next ? name_all(&naming, manifest, true) : -ENOMEM;

	return code < 0 ? code : name_all(&naming, manifest, false);
}
