/* What the evidence tier saw being written, as findings: who did it, and how it is put back. */
#pragma once

#include "bpf/evidence.h"
#include "survey/finding.h"

struct survey_host;

/*
 * 1: a finding; 0: nobody needs to be told (the old value is back, or it was another namespace's);
 * -ENOMEM. Its object is as the source `knobs` calls it: of two findings with one kind and object
 * the more certain is the truth. The remedy of a setting restores exactly, and is safe while the
 * present value is still the one that was written.
 */
int writes_explain(const struct survey_host *host, const struct axe_evidence_key *key,
	const struct axe_evidence *row, struct finding *ret_finding);
