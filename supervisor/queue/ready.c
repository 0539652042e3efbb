/* The jobs that may start, the next one first: by priority, then in the order of submission. */
#include "queue/ready.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "queue/entries.h"

#define ROOM_FIRST 64

struct ready_line {
	uid_t owner;
	struct entry **heap; /* owned; its entries are not */
	size_t count, room;
};

static bool goes_before(struct ready *ready, const struct entry *one, const struct entry *other)
{
	ready->compared++;
	if (one->priority != other->priority)
		return one->priority > other->priority;
	return one->submit_order < other->submit_order;
}

static struct ready_line *find_line(const struct ready *ready, uid_t owner)
{
	for (size_t at = 0; at < ready->count; at++)
		if (ready->lines[at].owner == owner)
			return &ready->lines[at];
	return NULL;
}

/* NULL: out of memory. */
static struct ready_line *make_line(struct ready *ready, uid_t owner)
{
	struct ready_line *more = realloc(ready->lines, (ready->count + 1) * sizeof(*ready->lines));

	if (!more)
		return NULL;
	ready->lines = more;
	more[ready->count] = (struct ready_line){ .owner = owner };
	return &more[ready->count++];
}

static void set(struct ready_line *line, size_t place, struct entry *entry)
{
	line->heap[place] = entry;
	entry->place = (uint32_t)place + 1;
}

static void rise(struct ready *ready, struct ready_line *line, size_t place, struct entry *entry)
{
	for (; place && goes_before(ready, entry, line->heap[(place - 1) / 2]);
		place = (place - 1) / 2)
		set(line, place, line->heap[(place - 1) / 2]);
	set(line, place, entry);
}

static void sink(struct ready *ready, struct ready_line *line, size_t place, struct entry *entry)
{
	for (;;) {
		size_t child = place * 2 + 1;

		if (child + 1 < line->count &&
			goes_before(ready, line->heap[child + 1], line->heap[child]))
			child++;
		if (child >= line->count || !goes_before(ready, line->heap[child], entry))
			break;
		set(line, place, line->heap[child]);
		place = child;
	}
	set(line, place, entry);
}

/* It is at its place, but what it is ordered by has changed. */
static void settle(struct ready *ready, struct ready_line *line, size_t place, struct entry *entry)
{
	sink(ready, line, place, entry);
	rise(ready, line, entry->place - 1, entry);
}

static bool grow(struct ready_line *line)
{
	size_t room = line->room ? line->room * 2 : ROOM_FIRST;
	struct entry **larger = realloc(line->heap, room * sizeof(*larger));

	if (!larger)
		return false;
	line->heap = larger;
	line->room = room;
	return true;
}

void ready_finish(struct ready *ready)
{
	for (size_t at = 0; at < ready->count; at++)
		free(ready->lines[at].heap);
	free(ready->lines);
	*ready = (struct ready){ .lines = NULL };
}

bool ready_put(struct ready *ready, struct entry *entry)
{
	struct ready_line *line = find_line(ready, entry->owner) ?: make_line(ready, entry->owner);

	if (!line)
		return false;
	if (entry->place) {
		settle(ready, line, entry->place - 1, entry);
		return true;
	}
	if (line->count == line->room && !grow(line))
		return false;
	rise(ready, line, line->count++, entry);
	return true;
}

void ready_remove(struct ready *ready, struct entry *entry)
{
	size_t place = entry->place;
	struct ready_line *line;
	struct entry *last;

	if (!place)
		return;
	line = find_line(ready, entry->owner);
	entry->place = 0;
	last = line->heap[--line->count];
	if (last != entry)
		settle(ready, line, place - 1, last);
}

void ready_moved(struct ready *ready, struct entry *entry)
{
	if (entry->place)
		find_line(ready, entry->owner)->heap[entry->place - 1] = entry;
}

struct entry *ready_first(struct ready *ready, ready_passes *passes, void *data)
{
	struct entry *first = NULL;

	for (size_t at = 0; at < ready->count; at++) {
		const struct ready_line *line = &ready->lines[at];

		if (line->count && (!first || goes_before(ready, line->heap[0], first)) &&
			passes(line->owner, data))
			first = line->heap[0];
	}
	return first;
}

/* Entries whose parents have been told, the next one last. */
struct front {
	struct ready *ready;
	struct {
		const struct ready_line *line;
		size_t place;
	} * spots;
	size_t count;
};

static const struct entry *entry_at(const struct front *front, size_t at)
{
	return front->spots[at].line->heap[front->spots[at].place];
}

static void add_spot(struct front *front, const struct ready_line *line, size_t place)
{
	size_t low = 0, high = front->count;

	if (place >= line->count)
		return;
	while (low < high) {
		size_t middle = (low + high) / 2;

		if (goes_before(front->ready, line->heap[place], entry_at(front, middle)))
			low = middle + 1;
		else
			high = middle;
	}
	memmove(&front->spots[low + 1], &front->spots[low],
		(front->count++ - low) * sizeof(*front->spots));
	front->spots[low].line = line;
	front->spots[low].place = place;
}

int ready_best(struct ready *ready, size_t limit, ready_passes *passes, void *data,
	const struct entry **ret_entries, size_t *ret_count)
{
	struct front front = { .ready = ready };
	size_t count = 0;

	/* Each that is told makes room for its two children. */
	front.spots = calloc(ready->count + limit + 1, sizeof(*front.spots));
	if (!front.spots)
		return -ENOMEM;
	for (size_t at = 0; at < ready->count; at++)
		if (passes(ready->lines[at].owner, data))
			add_spot(&front, &ready->lines[at], 0);
	while (front.count && count < limit) {
		const struct ready_line *line = front.spots[front.count - 1].line;
		size_t place = front.spots[--front.count].place;

		ret_entries[count++] = line->heap[place];
		add_spot(&front, line, place * 2 + 1);
		add_spot(&front, line, place * 2 + 2);
	}
	free(front.spots);
	*ret_count = count;
	return 0;
}

size_t ready_rank(struct ready *ready, const struct entry *entry)
{
	size_t before = 0;

	for (size_t at = 0; at < ready->count; at++)
		for (size_t place = 0; place < ready->lines[at].count; place++)
			before += goes_before(ready, ready->lines[at].heap[place], entry);
	return before;
}
