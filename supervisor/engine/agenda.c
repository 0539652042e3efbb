/* Which assessment of a job may start next: the manifest's order, held back by `depends`. */
#include "engine/agenda.h"

#include <errno.h>
#include <stdlib.h>

#include "model/manifest.h"

/* The dependents of i are dependents[first[i]] to dependents[first[i + 1]]. */
struct agenda {
	size_t count;
	size_t left;
	size_t lowest; /* every index below it was taken */
	size_t *first;
	size_t *dependents;
	size_t *unmet; /* predecessors that have not ended */
	bool *taken;
	size_t *ready; /* a binary heap of indices: the lowest is at its root */
	size_t ready_count;
};

static void swap(size_t *left, size_t *right)
{
	size_t kept = *left;

	*left = *right;
	*right = kept;
}

static void ready_put(struct agenda *agenda, size_t index)
{
	size_t *heap = agenda->ready;
	size_t place = agenda->ready_count++;

	heap[place] = index;
	for (; place && heap[place] < heap[(place - 1) / 2]; place = (place - 1) / 2)
		swap(&heap[place], &heap[(place - 1) / 2]);
}

static size_t ready_take(struct agenda *agenda)
{
	size_t *heap = agenda->ready;
	size_t taken = heap[0], place = 0;

	heap[0] = heap[--agenda->ready_count];
	for (;;) {
		size_t child = place * 2 + 1;

		if (child + 1 < agenda->ready_count && heap[child + 1] < heap[child])
			child++;
		if (child >= agenda->ready_count || heap[place] <= heap[child])
			return taken;
		swap(&heap[place], &heap[child]);
		place = child;
	}
}

static size_t count_edges(const struct manifest *manifest)
{
	size_t edges = 0;

	for (size_t i = 0; i < manifest->assessments_count; i++)
		edges += manifest->assessments[i]->depends_count;
	return edges;
}

/*
 * A counting sort of the edges by predecessor. The counts stand two places further on, so that
 * after the sums first[d + 1] is where the dependents of d begin, and after the filling where they
 * end.
 */
static void link_dependents(struct agenda *agenda, const struct manifest *manifest)
{
	size_t *first = agenda->first;

	for (size_t i = 0; i < agenda->count; i++) {
		const struct assessment *assessment = manifest->assessments[i];

		agenda->unmet[i] = assessment->depends_count;
		for (size_t k = 0; k < assessment->depends_count; k++)
			first[assessment->depends[k] + 2]++;
	}
	for (size_t i = 2; i < agenda->count + 2; i++)
		first[i] += first[i - 1];
	for (size_t i = 0; i < agenda->count; i++) {
		const struct assessment *assessment = manifest->assessments[i];

		for (size_t k = 0; k < assessment->depends_count; k++)
			agenda->dependents[first[assessment->depends[k] + 1]++] = i;
	}
}

int agenda_create(const struct manifest *manifest, struct agenda **ret_agenda)
{
	auto_of(agenda) struct agenda *agenda = calloc(1, sizeof(*agenda));
	size_t count = manifest->assessments_count;

	if (!agenda)
		return -ENOMEM;
	agenda->count = count;
	agenda->left = count;
	agenda->first = calloc(count + 2, sizeof(size_t));
	agenda->dependents = calloc(count_edges(manifest) + 1, sizeof(size_t));
	agenda->unmet = calloc(count + 1, sizeof(size_t));
	agenda->taken = calloc(count + 1, sizeof(bool));
	agenda->ready = calloc(count + 1, sizeof(size_t));
	if (!agenda->first || !agenda->dependents || !agenda->unmet || !agenda->taken ||
		!agenda->ready)
		return -ENOMEM;
	link_dependents(agenda, manifest);
	for (size_t i = 0; i < count; i++) {
		if (!agenda->unmet[i])
			ready_put(agenda, i);
	}
	*ret_agenda = take_pointer(agenda);
	return 0;
}

void agenda_destroy(struct agenda *agenda)
{
	if (!agenda)
		return;
	free(agenda->first);
	free(agenda->dependents);
	free(agenda->unmet);
	free(agenda->taken);
	free(agenda->ready);
	free(agenda);
}

static void note_taken(struct agenda *agenda, size_t index)
{
	agenda->taken[index] = true;
	agenda->left--;
	while (agenda->lowest < agenda->count && agenda->taken[agenda->lowest])
		agenda->lowest++;
}

bool agenda_next(struct agenda *agenda, size_t *ret_index)
{
	/* Dropped before their turn came. */
	while (agenda->ready_count && agenda->taken[agenda->ready[0]])
		ready_take(agenda);
	if (!agenda->ready_count)
		return false;
	*ret_index = agenda->ready[0];
	return true;
}

bool agenda_take(struct agenda *agenda, size_t *ret_index)
{
	if (!agenda_next(agenda, ret_index))
		return false;
	note_taken(agenda, ready_take(agenda));
	return true;
}

void agenda_done(struct agenda *agenda, size_t index)
{
	for (size_t k = agenda->first[index]; k < agenda->first[index + 1]; k++) {
		size_t dependent = agenda->dependents[k];

		if (--agenda->unmet[dependent] == 0)
			ready_put(agenda, dependent);
	}
}

bool agenda_drop(struct agenda *agenda, size_t *ret_index)
{
	if (!agenda->left)
		return false;
	*ret_index = agenda->lowest;
	note_taken(agenda, agenda->lowest);
	return true;
}

bool agenda_drop_one(struct agenda *agenda, size_t index)
{
	if (agenda->taken[index])
		return false;
	note_taken(agenda, index);
	return true;
}

size_t agenda_left(const struct agenda *agenda)
{
	return agenda->left;
}
