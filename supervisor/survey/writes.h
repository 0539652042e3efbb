/* What the evidence tier saw being written: proof of who changed a setting, and opened devices. */
#pragma once

#include <jansson.h>

#include "bpf/evidence.h"

struct survey_host;

/*
 * Judge one row of the evidence tier. A setting that is still as it was written becomes a row of
 * `evidence` (of the form that survey_suspects::evidence has), so that `knobs` can prove the change
 * and knows the value to put back; so does a loop device, for `blocks`. What no other source tells
 * of, devices above all, becomes a row of `findings` as survey_compare writes them, of source
 * "writes". Nothing is told of a setting whose old value is back, or that was another namespace's.
 * 0 or -ENOMEM.
 */
int writes_judge(const struct survey_host *host, const struct axe_evidence_key *key,
	const struct axe_evidence *row, json_t *evidence, json_t *findings);
