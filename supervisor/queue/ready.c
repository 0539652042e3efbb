/* The jobs that may start, the next one first: by priority, then in the order of submission. */
#include "queue/ready.h"

#include <stdlib.h>
#include <string.h>

#include "queue/entries.h"

#define ROOM_FIRST 64

static bool goes_before(const struct entry *one, const struct entry *other)
{
	if (one->priority != other->priority)
		return one->priority > other->priority;
	return one->submit_order < other->submit_order;
}

static void set(struct ready *ready, size_t place, struct entry *entry)
{
	ready->heap[place] = entry;
	entry->place = (uint32_t)place + 1;
}

static void rise(struct ready *ready, size_t place, struct entry *entry)
{
	for (; place && goes_before(entry, ready->heap[(place - 1) / 2]); place = (place - 1) / 2)
		set(ready, place, ready->heap[(place - 1) / 2]);
	set(ready, place, entry);
}

static void sink(struct ready *ready, size_t place, struct entry *entry)
{
	for (;;) {
		size_t child = place * 2 + 1;

		if (child + 1 < ready->count &&
			goes_before(ready->heap[child + 1], ready->heap[child]))
			child++;
		if (child >= ready->count || !goes_before(ready->heap[child], entry))
			break;
		set(ready, place, ready->heap[child]);
		place = child;
	}
	set(ready, place, entry);
}

/* It is at its place, but what it is ordered by has changed. */
static void settle(struct ready *ready, size_t place, struct entry *entry)
{
	sink(ready, place, entry);
	rise(ready, entry->place - 1, entry);
}

static bool grow(struct ready *ready)
{
	size_t room = ready->room ? ready->room * 2 : ROOM_FIRST;
	struct entry **larger = realloc(ready->heap, room * sizeof(*larger));

	if (!larger)
		return false;
	ready->heap = larger;
	ready->room = room;
	return true;
}

void ready_finish(struct ready *ready)
{
	free(ready->heap);
	*ready = (struct ready){ .heap = NULL };
}

bool ready_put(struct ready *ready, struct entry *entry)
{
	if (entry->place) {
		settle(ready, entry->place - 1, entry);
		return true;
	}
	if (ready->count == ready->room && !grow(ready))
		return false;
	rise(ready, ready->count++, entry);
	return true;
}

void ready_remove(struct ready *ready, struct entry *entry)
{
	size_t place = entry->place;
	struct entry *last;

	if (!place)
		return;
	entry->place = 0;
	last = ready->heap[--ready->count];
	if (last != entry)
		settle(ready, place - 1, last);
}

void ready_moved(struct ready *ready, struct entry *entry)
{
	if (entry->place)
		ready->heap[entry->place - 1] = entry;
}

struct entry *ready_first(const struct ready *ready)
{
	return ready->count ? ready->heap[0] : NULL;
}

struct entry *ready_first_of(const struct ready *ready,
	bool (*passes)(const struct entry *entry, void *data), void *data)
{
	struct entry *first = NULL;

	for (size_t at = 0; at < ready->count; at++)
		if ((!first || goes_before(ready->heap[at], first)) &&
			passes(ready->heap[at], data))
			first = ready->heap[at];
	return first;
}

/* Where it belongs among those that are the best so far. */
static size_t place_of(const struct entry **best, size_t count, const struct entry *entry)
{
	while (count && goes_before(entry, best[count - 1]))
		count--;
	return count;
}

size_t ready_best(const struct ready *ready, size_t limit,
	bool (*passes)(const struct entry *entry, void *data), void *data,
	const struct entry **ret_entries)
{
	size_t count = 0;

	for (size_t at = 0; at < ready->count; at++) {
		const struct entry *entry = ready->heap[at];
		size_t place;

		if (!passes(entry, data))
			continue;
		place = place_of(ret_entries, count, entry);
		if (place == limit)
			continue;
		count += count < limit;
		memmove(&ret_entries[place + 1], &ret_entries[place],
			(count - place - 1) * sizeof(struct entry *));
		ret_entries[place] = entry;
	}
	return count;
}

size_t ready_rank(const struct ready *ready, const struct entry *entry)
{
	size_t before = 0;

	for (size_t at = 0; at < ready->count; at++)
		before += goes_before(ready->heap[at], entry);
	return before;
}
