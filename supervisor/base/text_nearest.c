/* The known word that a misspelt one was probably meant to be. */
#include <ctype.h>
#include <string.h>

#include "base/text.h"

#define WORD_MAX     48 /* longer words are not compared */
#define DISTANCE_MAX 2u
#define TOO_FAR      (DISTANCE_MAX + 1)
#define SHORT_WORD   3u
#define PREFIX_MIN   3u /* letters that are taken for an abbreviation */

static unsigned least(unsigned one, unsigned two)
{
	return one < two ? one : two;
}

static bool same(char one, char two)
{
	return tolower((unsigned char)one) == tolower((unsigned char)two);
}

/* Letters to insert, drop, change or swap with a neighbour (optimal string alignment). */
static unsigned distance(const char *word, size_t word_size, const char *name, size_t name_size)
{
	unsigned cost[WORD_MAX + 1][WORD_MAX + 1];

	for (unsigned i = 0; i <= word_size; i++)
		cost[i][0] = i;
	for (unsigned j = 0; j <= name_size; j++)
		cost[0][j] = j;
	for (unsigned i = 1; i <= word_size; i++) {
		for (unsigned j = 1; j <= name_size; j++) {
			unsigned change = !same(word[i - 1], name[j - 1]);

			cost[i][j] = least(least(cost[i - 1][j], cost[i][j - 1]) + 1,
				cost[i - 1][j - 1] + change);
			if (i > 1 && j > 1 && same(word[i - 1], name[j - 2]) &&
				same(word[i - 2], name[j - 1]))
				cost[i][j] = least(cost[i][j], cost[i - 2][j - 2] + 1);
		}
	}
	return cost[word_size][name_size];
}

static unsigned rate(const char *word, size_t word_size, const char *name)
{
	size_t name_size = strlen(name);
	unsigned rated;

	if (name_size > WORD_MAX)
		return TOO_FAR;
	rated = distance(word, word_size, name, name_size);
	/* Two changes make any word of three letters into any other. */
	if (rated >= word_size || (rated > 1 && word_size <= SHORT_WORD))
		rated = TOO_FAR;
	if (word_size >= PREFIX_MIN && strncasecmp(word, name, word_size) == 0)
		rated = least(rated, DISTANCE_MAX);
	return rated;
}

const char *text_nearest(const char *word, const char *const *names, size_t count)
{
	size_t word_size = strlen(word);
	const char *nearest = NULL;
	unsigned best = DISTANCE_MAX + 1;

	if (word_size > WORD_MAX)
		return NULL;
	for (size_t at = 0; at < count; at++) {
		unsigned rated = rate(word, word_size, names[at]);

		if (rated >= best)
			continue;
		nearest = names[at];
		best = rated;
	}
	return nearest;
}
