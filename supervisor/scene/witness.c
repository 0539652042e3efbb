/* What the kernel half saw assessments write: the evidence tier. */
#include "scene/witness.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/log.h"
#include "confine/group.h"

struct witness {
	uint32_t watch_level;
	struct evidence *evidence; /* NULL: not loaded */
	bool tried;
};

struct collection {
	struct testimony *rows;
	unsigned count, room;
};

int witness_create(uint32_t watch_level, struct witness **ret_witness)
{
	struct witness *witness = calloc(1, sizeof(*witness));

	if (!witness)
		return -ENOMEM;
	witness->watch_level = watch_level;
	*ret_witness = witness;
	return 0;
}

void witness_destroy(struct witness *witness)
{
	if (!witness)
		return;
	evidence_destroy(witness->evidence);
	free(witness);
}

static void load(struct witness *witness)
{
	const struct evidence_config config = { witness->watch_level, EVIDENCE_ROWS_DEFAULT };
	struct error error = { 0 };

	if (witness->tried)
		return;
	witness->tried = true;
	if (evidence_create(&config, &witness->evidence, &error) < 0)
		log_line(LOG_LEVEL_WARNING,
			"who changes settings and devices of the host is not seen: %s", error.text);
}

void witness_watch(
	struct witness *witness, const struct group *group, struct evidence_watch *ret_watch)
{
	struct error error = { 0 };

	load(witness);
	if (witness->evidence &&
		evidence_attach(witness->evidence, group_descriptor(group), ret_watch, &error) < 0)
		log_line(LOG_LEVEL_WARNING, "what `%s` changes is not seen: %s", group_path(group),
			error.text);
}

/* Without memory it stays unattributed. */
static void keep(const struct axe_evidence_key *key, const struct axe_evidence *row, void *data)
{
	struct collection *collection = data;

	if (collection->count == collection->room) {
		unsigned room = collection->room ? 2 * collection->room : 8;
		struct testimony *rows =
			reallocarray(collection->rows, room, sizeof(*collection->rows));

		if (!rows)
			return;
		collection->rows = rows;
		collection->room = room;
	}
	collection->rows[collection->count++] = (struct testimony){ *key, *row };
}

struct testimony *witness_collect(
	const struct witness *witness, uint64_t cgroup_id, unsigned *ret_count)
{
	struct collection collection = { .rows = NULL };

	if (witness->evidence)
		evidence_collect(witness->evidence, cgroup_id, keep, &collection);
	*ret_count = collection.count;
	return collection.rows;
}
