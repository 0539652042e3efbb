/* The kill receipt: what was there, what was done, what was seen to end. */
#include "ending/receipt.h"

#include <string.h>

#include "base/json.h"
#include "ending/killing.h"
#include "observe/ledger.h"
#include "observe/process_json.h"
#include "scene/still.h"
#include "survey/frozen.h"

void receipt_init(struct receipt *receipt)
{
	memset(receipt, 0, sizeof(*receipt));
	receipt->picture = json_array();
}

void receipt_finish(struct receipt *receipt)
{
	json_decref(receipt->picture);
	still_drop(receipt->still);
	receipt->picture = NULL;
	receipt->still = NULL;
}

void receipt_count_living(struct receipt *receipt, const struct ledger *ledger)
{
	receipt->seen += ledger_living(ledger) + ledger_overflow(ledger);
}

void receipt_add_living(struct receipt *receipt, const struct ledger *ledger, uint64_t origin_ns)
{
	size_t have = json_array_size(receipt->picture);

	if (!receipt->counted)
		receipt_count_living(receipt, ledger);
	if (have < RECEIPT_PICTURE_MOST) {
		auto_json more =
			process_json_all_living(ledger, origin_ns, RECEIPT_PICTURE_MOST - have);

		json_array_extend(receipt->picture, more);
	}
}

static json_t *phase_json(uint64_t from_ns, uint64_t to_ns)
{
	return from_ns && to_ns >= from_ns ? json_ms(to_ns - from_ns) : json_null();
}

static json_t *phases_json(const struct killing_report *report)
{
	json_t *phases = json_object();

	json_object_set_new(phases, "freeze_ms", phase_json(report->started_ns, report->frozen_ns));
	json_object_set_new(phases, "picture_ms", phase_json(report->frozen_ns, report->struck_ns));
	json_object_set_new(phases, "kill_ms", phase_json(report->struck_ns, report->emptied_ns));
	json_object_set_new(phases, "total_ms", phase_json(report->started_ns, report->emptied_ns));
	return phases;
}

/* In the shape of frozen_picture_json; null: nobody looked. */
static json_t *frozen_json(const struct receipt *receipt)
{
	if (receipt->still)
		return frozen_picture_json(still_picture(receipt->still), RECEIPT_FROZEN_MOST);
	if (receipt->unlooked)
		return json_pack("{s:b, s:s}", "partial", 1, "reason", receipt->unlooked);
	return json_null();
}

static uint64_t unseen(const struct receipt *receipt)
{
	return receipt->members > receipt->seen ? receipt->members - receipt->seen : 0;
}

json_t *receipt_json(
	const struct receipt *receipt, const struct killing_report *report, const json_t *survivors)
{
	json_t *json = json_object();

	json_object_set_new(json, "seen", json_integer((json_int_t)receipt->seen));
	json_object_set_new(json, "killed", json_integer((json_int_t)receipt->killed));
	json_object_set_new(json, "exits_observed", json_integer((json_int_t)receipt->observed));
	json_object_set_new(json, "unseen", json_integer((json_int_t)unseen(receipt)));
	json_object_set_new(json, "unrecorded", json_integer((json_int_t)receipt->unrecorded));
	json_object_set_new(
		json, "survivors", survivors ? json_deep_copy(survivors) : json_array());
	json_object_set_new(json, "passes", json_integer(report->passes));
	json_object_set_new(json, "froze", json_boolean(report->froze));
	json_object_set_new(json, "phases", phases_json(report));
	json_object_set_new(json, "frozen", frozen_json(receipt));
	json_object_set(json, "picture", receipt->picture);
	json_object_set_new(json, "picture_cut",
		json_boolean(receipt->seen > json_array_size(receipt->picture)));
	return json;
}
