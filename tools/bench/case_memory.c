/* (e) The resident memory of a supervisor: idle, and after many assessments. */
#include <stdio.h>

#include "base/error.h"
#include "bench/cases.h"
#include "bench/report.h"
#include "bench/supervised.h"

#define ASSESSMENTS       10000
#define ASSESSMENTS_QUICK 500
#define MOST_MIB          12

static const char *const command[] = { "/bin/true", NULL };

int case_memory(struct bench *bench, struct error *error)
{
	unsigned count = bench->quick ? ASSESSMENTS_QUICK : ASSESSMENTS;
	double idle, after;
	char name[64];
	int code;

	supervised_clear(bench->supervised);
	code = supervised_start(bench->supervised, error);
	/* What is loaded for a first job stays. */
	if (code == 0)
		code = supervised_warm(bench->supervised, error);
	idle = code == 0 ? supervised_resident_mib(bench->supervised) : 0;
	if (code == 0)
		code = supervised_run(
			bench->supervised, manifest_of(count, 2, command), NULL, NULL, error);
	if (code == 0)
		code = supervised_settle(bench->supervised, error);
	if (code < 0)
		return code;
	after = supervised_resident_mib(bench->supervised);
	report_add(bench->report, &(struct measurement){ .name = "e  axed resident, idle",
					  .unit = "MiB",
					  .ours = idle,
					  .reference = -1,
					  .goal_kind = GOAL_MOST,
					  .goal = MOST_MIB });
	snprintf(name, sizeof(name), "e  axed resident after %u assessments", count);
	report_add(bench->report, &(struct measurement){ .name = name,
					  .unit = "MiB",
					  .ours = after,
					  .reference = idle,
					  .reference_name = "idle",
					  .goal_kind = GOAL_MOST,
					  .goal = MOST_MIB });
	return 0;
}
