/* The change sets of one transaction. */
#include "record/store_batch.h"

#include "base/error.h"
#include "record/store_set.h"

int store_batch_init(struct store_batch *batch, sqlite3 *db, struct error *error)
{
	list_init(&batch->sets);
	return store_applier_init(&batch->applier, db, error);
}

void store_batch_finish(struct store_batch *batch)
{
	store_applier_finish(&batch->applier);
}

/* *ret_refused: one contradicts the store; without it the others may go. */
static int write_sets(struct store_batch *batch, bool *ret_refused, struct error *error)
{
	struct store_set *set;

	list_for_each (set, &batch->sets, link) {
		int code = set->refusal ? 0 : store_apply_set(&batch->applier, set, error);

		if (code == -EINVAL) {
			set->refusal = code;
			*ret_refused = true;
		}
		if (code < 0)
			return code;
	}
	return 0;
}

static int try_once(struct store_batch *batch, bool *ret_refused, struct error *error)
{
	int code = store_apply_begin(&batch->applier, error);

	*ret_refused = false;
	if (code == 0)
		code = write_sets(batch, ret_refused, error);
	if (code == 0)
		code = store_apply_commit(&batch->applier, error);
	if (code < 0)
		store_apply_rollback(&batch->applier);
	return code;
}

int store_batch_write(struct store_batch *batch, struct error *error)
{
	bool refused;
	int code;

	do
		code = try_once(batch, &refused, error);
	while (refused);
	return code;
}

void store_batch_delay(struct store_batch *batch, int code, struct list_link *delayed)
{
	struct store_set *set;

	list_for_each (set, &batch->sets, link) {
		/* Once only: then the loop may be reading it. */
		if (set->delay)
			continue;
		set->delay = code;
		list_append(delayed, &set->delayed);
	}
}
