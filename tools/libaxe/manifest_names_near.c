/* What a manifest has, for somebody who asked for a name that it has not. */
#include "libaxe/manifest_names_near.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"

#define NAMES_MOST 3
#define SHOWN_SIZE 56 /* of each name */
#define WORD_SIZE  (MANIFEST_NAME_MAX + 1)

static void without_wildcards(const char *pattern, char word[WORD_SIZE])
{
	size_t used = 0;

	for (; *pattern && used + 1 < WORD_SIZE; pattern++)
		if (!strchr("*?[]", *pattern))
			word[used++] = *pattern;
	word[used] = '\0';
}

static size_t append_name(char *text, size_t used, const char *before, const char *name)
{
	char shown[SHOWN_SIZE];
	int added;

	text_escape(name, strlen(name), shown, sizeof(shown));
	added = snprintf(text + used, MANIFEST_NEAR_SIZE - used, "%s`%s`", before, shown);
	return used + (size_t)added;
}

/* The nearest ones, each found once: what was told is taken out of the names. */
static bool tell_nearest(const char **names, size_t count, const char *word, char *text)
{
	size_t used = 0;

	for (unsigned told = 0; told < NAMES_MOST; told++) {
		const char *nearest = text_nearest(word, names, count);

		if (!nearest)
			break;
		used = append_name(text, used, told ? ", " : "did you mean ", nearest);
		for (size_t at = 0; at < count; at++)
			if (names[at] == nearest)
				names[at] = "";
	}
	if (used > 0)
		snprintf(text + used, MANIFEST_NEAR_SIZE - used, "?");
	return used > 0;
}

static void tell_first(const struct manifest *manifest, char *text)
{
	size_t count = manifest->assessments_count, shown = count, used = 0;

	if (shown > NAMES_MOST)
		shown = NAMES_MOST;
	for (size_t at = 0; at < shown; at++)
		used = append_name(
			text, used, at ? ", " : "there are ", manifest->assessments[at]->name);
	if (shown < count)
		snprintf(text + used, MANIFEST_NEAR_SIZE - used, " and %zu more", count - shown);
}

void manifest_names_near(
	const struct manifest *manifest, const char *pattern, char text[static MANIFEST_NEAR_SIZE])
{
	auto_free const char **names = calloc(manifest->assessments_count, sizeof(*names));
	char word[WORD_SIZE];

	without_wildcards(pattern, word);
	for (size_t at = 0; names && at < manifest->assessments_count; at++)
		names[at] = manifest->assessments[at]->name;
	if (!names || *word == '\0' ||
		!tell_nearest(names, manifest->assessments_count, word, text))
		tell_first(manifest, text);
}
