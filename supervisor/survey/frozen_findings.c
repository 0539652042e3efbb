/* What of a frozen picture is a warning once its processes are killed. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "survey/frozen_judge.h"
#include "survey/survey.h"

int frozen_tell(struct frozen_judging *judging, const char *key, const struct finding *finding)
{
	json_t *row;

	if (json_object_get(judging->keys, key))
		return 0;
	if (json_object_set_new(judging->keys, key, json_true()))
		return -ENOMEM;
	if (json_array_size(judging->findings) >= SURVEY_FINDINGS_MAX) {
		judging->more++;
		return 0;
	}
	row = finding_json(finding);
	if (!row || json_object_set_new(row, "source", json_string("frozen")) ||
		json_object_set_new(row, "key", json_string(key))) {
		json_decref(row);
		return -ENOMEM;
	}
	return json_array_append_new(judging->findings, row) ? -ENOMEM : 0;
}

const char *frozen_who(const struct frozen_judging *judging, uint32_t tgid, char *who)
{
	const struct axe_frozen_process *process = frozen_process_of(judging->picture, tgid);

	if (process)
		snprintf(who, FROZEN_WHO_SIZE, "%.16s (pid %u)", process->comm, tgid);
	else
		snprintf(who, FROZEN_WHO_SIZE, "pid %u", tgid);
	return who;
}

/* The kernel lets go of it, as it was at that moment. */
static int judge_traced(struct frozen_judging *judging)
{
	for (size_t i = 0; i < judging->picture->traced.count; i++) {
		const struct axe_frozen_traced *traced = frozen_traced_at(judging->picture, i);
		auto_finding finding = { .kind = "traced", .certainty = CERTAINTY_LIKELY };
		char key[64], who[FROZEN_WHO_SIZE];

		snprintf(key, sizeof(key), "traced %u", traced->head.tgid);
		finding.pid = (pid_t)traced->tracer;
		if (finding_set_object(
			    &finding, "%.16s (pid %u)", traced->comm, traced->head.tgid) < 0 ||
			finding_set_evidence(&finding,
				"it was traced by %s, and is left as it stood: with breakpoints or "
				"changed memory, or dead",
				frozen_who(judging, traced->tracer, who)) < 0 ||
			frozen_tell(judging, key, &finding) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int tell_more(struct frozen_judging *judging)
{
	auto_finding finding = { .kind = "incomplete" };
	json_t *row;

	if (!judging->more)
		return 0;
	if (finding_set_object(&finding, "frozen") < 0 ||
		finding_set_evidence(&finding, "%zu more are not shown", judging->more) < 0)
		return -ENOMEM;
	row = finding_json(&finding);
	if (!row || json_object_set_new(row, "source", json_string("frozen"))) {
		json_decref(row);
		return -ENOMEM;
	}
	return json_array_append_new(judging->findings, row) ? -ENOMEM : 0;
}

/* A partial picture is said with the picture: it is no harm that was done. */
json_t *frozen_picture_findings(const struct frozen_picture *picture,
	const struct survey_host *host, const char *const *ignored)
{
	auto_json findings = json_array();
	auto_json keys = json_object();
	struct frozen_judging judging = { picture, host, ignored, findings, keys, 0 };

	if (!findings || !keys || frozen_judge_devices(&judging) < 0 ||
		frozen_judge_fuse(&judging) < 0 || judge_traced(&judging) < 0 ||
		frozen_judge_files(&judging) < 0 || tell_more(&judging) < 0)
		return NULL;
	return json_incref(findings);
}
