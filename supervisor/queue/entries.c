/* The jobs of the queue that have not ended, and those that are just being changed, by number. */
#include "queue/entries.h"

#include <stdlib.h>
#include <string.h>

#define ROOM_FIRST 64

/* Numbers follow each other: spread them, or runs of them would pile up. */
static size_t home_of(const struct entries *entries, uint64_t id)
{
	return (size_t)(id * UINT64_C(0x9E3779B97F4A7C15) >> 20) & (entries->room - 1);
}

static size_t slot_of(const struct entries *entries, uint64_t id)
{
	size_t at = home_of(entries, id);

	while (entries->slots[at] && entries->slots[at]->id != id)
		at = (at + 1) & (entries->room - 1);
	return at;
}

static bool grow(struct entries *entries)
{
	struct entries larger = { .room = entries->room ? entries->room * 2 : ROOM_FIRST };
	struct entry *entry;

	larger.slots = calloc(larger.room, sizeof(*larger.slots));
	if (!larger.slots)
		return false;
	entries_each(entry, entries)
	{
		larger.slots[slot_of(&larger, entry->id)] = entry;
	}
	larger.count = entries->count;
	free(entries->slots);
	*entries = larger;
	return true;
}

void entries_finish(struct entries *entries)
{
	struct entry *entry;

	entries_each(entry, entries)
	{
		free(entry);
	}
	free(entries->slots);
	*entries = (struct entries){ .slots = NULL };
}

struct entry *entries_add(struct entries *entries, uint64_t id, const char *name)
{
	size_t size = strlen(name) + 1;
	struct entry *entry;

	if (entries->count * 4 >= entries->room * 3 && !grow(entries))
		return NULL;
	entry = calloc(1, sizeof(*entry) + size);
	if (!entry)
		return NULL;
	entry->id = id;
	memcpy(entry->name, name, size);
	entries->slots[slot_of(entries, id)] = entry;
	entries->count++;
	return entry;
}

struct entry *entries_find(const struct entries *entries, uint64_t id)
{
	return entries->room ? entries->slots[slot_of(entries, id)] : NULL;
}

/* Whoever stands behind a hole, and would have been put there, moves up. */
static void close_hole(struct entries *entries, size_t hole)
{
	size_t mask = entries->room - 1;

	for (size_t at = (hole + 1) & mask; entries->slots[at]; at = (at + 1) & mask) {
		size_t home = home_of(entries, entries->slots[at]->id);

		if (((at - home) & mask) < ((at - hole) & mask))
			continue;
		entries->slots[hole] = entries->slots[at];
		entries->slots[at] = NULL;
		hole = at;
	}
}

void entries_remove(struct entries *entries, struct entry *entry)
{
	size_t at = slot_of(entries, entry->id);

	entries->slots[at] = NULL;
	entries->count--;
	close_hole(entries, at);
	free(entry);
}

struct entry *entries_rename(struct entries *entries, struct entry *entry, const char *name)
{
	size_t size = strlen(name) + 1, at = slot_of(entries, entry->id);
	struct entry *renamed = malloc(sizeof(*renamed) + size);

	if (!renamed)
		return NULL;
	memcpy(renamed, entry, sizeof(*renamed));
	memcpy(renamed->name, name, size);
	entries->slots[at] = renamed;
	free(entry);
	return renamed;
}
