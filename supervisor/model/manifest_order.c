/* The order of the assessments: which of them waits for which, without cycles. */
#include "model/manifest_order.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define NAME_SHOWN_SIZE 48 /* of each name in a cycle */
#define ARROW           " -> "
#define LEFT_OUT        "..."

enum visit { VISIT_NEW, VISIT_OPEN, VISIT_DONE };

/* One of the manifest's list, with its repetitions. */
struct entry {
	size_t first; /* index of its first repetition */
	size_t *depends; /* entries that end before it starts */
	size_t depends_count;
	size_t expanded; /* the same in assessments, with their repetitions */
	size_t next; /* of `depends`, while the search for cycles is here */
	enum visit visit;
};

struct order {
	struct manifest_reader *reader;
	struct manifest *manifest;
	json_t *names; /* -> entry */
	struct entry *entries;
	size_t entries_count;
	size_t *marks; /* for each entry, 1 + the last that named it */
	size_t *stack; /* of open entries; room for all */
	size_t predecessors; /* of all assessments together */
};

static struct assessment *first_of(const struct order *order, size_t entry)
{
	return order->manifest->assessments[order->entries[entry].first];
}

static void enter_depends(struct order *order, size_t entry)
{
	reader_enter_key(order->reader, "assessments");
	reader_enter_item(order->reader, entry);
	reader_enter_key(order->reader, "depends");
}

static int refuse_unknown(struct order *order, const json_t *name)
{
	const char **known = calloc(order->entries_count, sizeof(*known));

	if (!known)
		return -ENOMEM;
	for (size_t at = 0; at < order->entries_count; at++)
		known[at] = first_of(order, at)->name;
	reader_refuse(order->reader, name, "the name of an assessment");
	reader_advise_nearest(order->reader, json_string_value(name), known, order->entries_count);
	free(known);
	return -EINVAL;
}

static int find_entry(struct order *order, size_t entry, const json_t *name, size_t *ret_other)
{
	const json_t *found = json_object_get(order->names, json_string_value(name));
	size_t other = (size_t)json_integer_value(found);

	if (!found)
		return refuse_unknown(order, name);
	if (strcmp(first_of(order, other)->name, json_string_value(name)) != 0) {
		reader_refuse(order->reader, name, "the name of an assessment");
		return reader_advise(order->reader, "`%s` means all of its repetitions",
			first_of(order, other)->name);
	}
	if (other == entry)
		return reader_refuse(order->reader, name, "the name of another assessment");
	if (order->marks[other] == entry + 1)
		return reader_refuse(order->reader, name, "a name that was not listed before");
	order->marks[other] = entry + 1;
	*ret_other = other;
	return 0;
}

static int count_predecessors(struct order *order, struct entry *entry)
{
	size_t repeat = order->manifest->assessments[entry->first]->repeat;

	for (size_t at = 0; at < entry->depends_count; at++)
		entry->expanded += first_of(order, entry->depends[at])->repeat;
	/* Neither factor can be more than the bound of the assessments: no overflow. */
	order->predecessors += entry->expanded * repeat;
	if (order->predecessors > MANIFEST_DEPENDS_MAX)
		return reader_refuse_as(order->reader, "more, with all repetitions",
			"at most %u predecessors of all assessments together",
			MANIFEST_DEPENDS_MAX);
	return 0;
}

static int read_depends(struct order *order, size_t at, const json_t *list)
{
	struct entry *entry = &order->entries[at];
	size_t count = json_array_size(list);

	if (count == 0)
		return 0;
	enter_depends(order, at);
	entry->depends = calloc(count, sizeof(*entry->depends));
	if (!entry->depends)
		return -ENOMEM;
	for (size_t item = 0; item < count; item++) {
		size_t outside = reader_enter_item(order->reader, item);
		int code = find_entry(order, at, json_array_get(list, item), &entry->depends[item]);

		if (code < 0)
			return code;
		reader_leave(order->reader, outside);
	}
	entry->depends_count = count;
	return count_predecessors(order, entry);
}

struct cycle_text {
	char text[sizeof(((struct manifest_error *)NULL)->found)];
	size_t used;
};

static void append_text(struct cycle_text *cycle, const char *text)
{
	const char *arrow = cycle->used ? ARROW : "";

	cycle->used += (size_t)snprintf(
		cycle->text + cycle->used, sizeof(cycle->text) - cycle->used, "%s%s", arrow, text);
}

static void append_name(struct cycle_text *cycle, const struct order *order, size_t entry)
{
	const char *text = first_of(order, entry)->name;
	char name[NAME_SHOWN_SIZE];

	text_escape(text, strlen(text), name, sizeof(name));
	append_text(cycle, name);
}

/* "a -> b -> a", from the open entry to which the last one leads back; of a long one its begin. */
static int refuse_cycle(struct order *order, size_t from, size_t depth)
{
	/* Behind a name: what was left out, and the first name once more. */
	const size_t room = sizeof(((struct cycle_text *)NULL)->text) - 2 * sizeof(ARROW) -
			    sizeof(LEFT_OUT) - 2 * NAME_SHOWN_SIZE;
	const size_t last = order->stack[depth - 1];
	struct cycle_text cycle = { .used = 0 };
	size_t at = from;

	while (at < depth && cycle.used <= room)
		append_name(&cycle, order, order->stack[at++]);
	if (at < depth)
		append_text(&cycle, LEFT_OUT);
	append_name(&cycle, order, order->stack[from]);
	enter_depends(order, last);
	reader_enter_item(order->reader, order->entries[last].next - 1);
	return reader_refuse_as(order->reader, cycle.text, "an order without a cycle");
}

static int refuse_cycle_to(struct order *order, size_t entry, size_t depth)
{
	size_t from = depth - 1;

	while (order->stack[from] != entry)
		from--;
	return refuse_cycle(order, from, depth);
}

/* Depth first, each entry and each name once. The stack is our own: a chain may be long. */
static int search_cycle(struct order *order, size_t start)
{
	size_t depth = 0;

	order->stack[depth++] = start;
	while (depth > 0) {
		struct entry *entry = &order->entries[order->stack[depth - 1]];

		entry->visit = VISIT_OPEN;
		if (entry->next == entry->depends_count) {
			entry->visit = VISIT_DONE;
			depth--;
			continue;
		}
		size_t other = entry->depends[entry->next++];

		if (order->entries[other].visit == VISIT_OPEN)
			return refuse_cycle_to(order, other, depth);
		if (order->entries[other].visit == VISIT_NEW)
			order->stack[depth++] = other;
	}
	return 0;
}

static int expand(const struct order *order, const struct entry *entry, struct assessment *each)
{
	each->depends = calloc(entry->expanded, sizeof(*each->depends));
	if (!each->depends)
		return -ENOMEM;
	for (size_t at = 0; at < entry->depends_count; at++) {
		const struct entry *other = &order->entries[entry->depends[at]];
		size_t repeat = order->manifest->assessments[other->first]->repeat;

		for (size_t repetition = 0; repetition < repeat; repetition++)
			each->depends[each->depends_count++] = other->first + repetition;
	}
	return 0;
}

static int expand_all(const struct order *order)
{
	for (size_t at = 0; at < order->entries_count; at++) {
		const struct entry *entry = &order->entries[at];
		struct assessment **first = &order->manifest->assessments[entry->first];
		int code = 0;

		for (size_t each = 0; code == 0 && entry->expanded && each < first[0]->repeat;
			each++)
			code = expand(order, entry, first[each]);
		if (code < 0)
			return code;
	}
	return 0;
}

static int resolve(struct order *order)
{
	const json_t *list = json_object_get(order->reader->source, "assessments");
	struct assessment *const *assessments = order->manifest->assessments;
	size_t first = 0;
	int code = 0;

	for (size_t at = 0; at < order->entries_count; at++) {
		order->entries[at].first = first;
		first += assessments[first]->repeat;
	}
	for (size_t at = 0; code == 0 && at < order->entries_count; at++) {
		size_t outside = order->reader->length;

		code = read_depends(
			order, at, json_object_get(json_array_get(list, at), "depends"));
		if (code == 0)
			reader_leave(order->reader, outside);
	}
	for (size_t at = 0; code == 0 && at < order->entries_count; at++)
		if (order->entries[at].visit == VISIT_NEW)
			code = search_cycle(order, at);
	return code < 0 ? code : expand_all(order);
}

int order_resolve(struct manifest_reader *reader, struct manifest *manifest, json_t *entries)
{
	size_t count = json_array_size(json_object_get(reader->source, "assessments"));
	struct order order = {
		.reader = reader,
		.manifest = manifest,
		.names = entries,
		.entries = calloc(count, sizeof(*order.entries)),
		.entries_count = count,
		.marks = calloc(count, sizeof(*order.marks)),
		.stack = calloc(count, sizeof(*order.stack)),
	};
	int code = order.entries && order.marks && order.stack ? resolve(&order) : -ENOMEM;

	for (size_t at = 0; order.entries && at < count; at++)
		free(order.entries[at].depends);
	free(order.entries);
	free(order.marks);
	free(order.stack);
	return code;
}
