/* What is held against a picture once it is there: what changed, who did it, what was in hand. */
#include "scene/comparison.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "scene/culprits.h"
#include "scene/pid_set.h"
#include "scene/still.h"
#include "scene/view.h"
#include "scene/witness.h"
#include "survey/finding.h"
#include "survey/frozen.h"
#include "survey/source.h"
#include "survey/survey.h"
#include "survey/writes.h"

void comparison_order_finish(struct comparison_order *order)
{
	view_drop(order->before);
	pid_set_destroy(order->suspects);
	free(order->seen);
	still_drop(order->still);
	for (unsigned number = 0; number < COMPARISON_IGNORED_MAX; number++)
		free(order->ignored[number]);
	free(order->group);
	free(order->places);
	free(order->folder);
	json_decref(order->findings);
}

static bool include(pid_t pid, void *data)
{
	return data && pid_set_has(data, pid);
}

/* A socket that somebody outside holds now: who of ours held it, too, when they were stopped? */
static void attribute_sockets(struct comparison_order *order)
{
	json_t *finding;
	size_t index;

	json_array_foreach (order->findings, index, finding) {
		const char *source = json_string_value(json_object_get(finding, "source"));
		const char *key = json_string_value(json_object_get(finding, "key"));
		const char *inode = key ? strrchr(key, ' ') : NULL;
		pid_t pid;

		if (!inode || !source || strcmp(source, survey_sockets.name) != 0)
			continue;
		pid = frozen_picture_listener(
			still_picture(order->still), strtoull(inode, NULL, 10));
		if (!include(pid, order->suspects))
			continue;
		json_object_set_new(finding, "pid", json_integer(pid));
		json_object_set_new(
			finding, "certainty", json_string(certainty_name(CERTAINTY_LIKELY)));
	}
}

/* The picture may be of more than this assessment. */
static void add_interrupted(struct comparison_order *order, const struct survey_host *host)
{
	auto_json found = NULL;
	json_t *finding;
	size_t index;

	if (!order->still)
		return;
	attribute_sockets(order);
	found = frozen_picture_findings(
		still_picture(order->still), host, (const char *const *)order->ignored);
	json_array_foreach (found, index, finding) {
		const json_t *pid = json_object_get(finding, "pid");

		if (!json_is_integer(pid) ||
			include((pid_t)json_integer_value(pid), order->suspects))
			json_array_append(order->findings, finding);
	}
}

void comparison_carry_out(
	struct comparison_order *order, const struct survey_host *host, const struct view *after)
{
	auto_json evidence = json_array();
	auto_json further = json_array();
	const struct survey_suspects suspects = {
		.include = include,
		.data = order->suspects,
		.complete = order->complete,
		.evidence = evidence,
		.group = order->group,
		.places = order->places,
	};

	if (!order->before)
		return;
	for (unsigned number = 0; number < order->seen_count; number++)
		writes_judge(host, &order->seen[number].key, &order->seen[number].row, evidence,
			further);
	order->findings =
		survey_compare(view_picture(order->before), view_picture(after), &suspects);
	if (!order->findings)
		return;
	survey_look_again(host, order->findings);
	add_interrupted(order, host);
	/* What was open when it was stopped had been opened before. */
	findings_add_unknown(order->findings, further);
	if (order->folder)
		culprits_name(order->findings, order->folder, order->index, order->try_number);
}
