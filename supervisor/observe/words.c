/* An argv as it was captured at an exec, shared by the process and the children that inherit it. */
#include "observe/words.h"

#include <stdlib.h>
#include <string.h>

#include "bpf/event.h"

struct words *words_create(const struct axe_event_exec *exec)
{
	struct words *words;

	if (!exec->argv_captured)
		return NULL;

	words = malloc(sizeof(*words) + exec->argv_captured);
	if (!words)
		return NULL;

	words->holders = 1;
	words->size = exec->argv_size;
	words->captured = exec->argv_captured;
	memcpy(words->bytes, exec->argv, exec->argv_captured);
	return words;
}

struct words *words_hold(struct words *words)
{
	if (words)
		words->holders++;
	return words;
}

void words_release(struct words *words)
{
	if (words && --words->holders == 0)
		free(words);
}
