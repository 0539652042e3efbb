/* Memory that is short for a moment, for those who cannot say what is missing then. */
#include "base/memory.h"

#include <jansson.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"

#define TRIES    25
#define PAUSE_NS NS_PER_MS

static void *allocate(size_t size)
{
	const struct timespec pause = { 0, PAUSE_NS };
	void *memory = malloc(size);

	for (unsigned tries = 1; !memory && tries < TRIES; tries++) {
		nanosleep(&pause, NULL);
		memory = malloc(size);
	}
	return memory;
}

void memory_make_json_patient(void)
{
	json_set_alloc_funcs(allocate, free);
}
