/* What a caller wants of a job besides its manifest: checked, and taken over. */
#include "queue/wishes.h"

#include <string.h>

#include "base/text.h"
#include "model/manifest.h"
#include "queue/queue_parts.h"

static bool in_range(const struct queue_caller *caller, const char *name, int64_t value,
	int64_t minimum, int64_t maximum)
{
	if (value >= minimum && value <= maximum)
		return true;
	caller_fail(caller, AXE_E_INVALID_ARGUMENT, "OutOfRange",
		json_pack("{s:s, s:I, s:I}", "name", name, "minimum", (json_int_t)minimum,
			"maximum", (json_int_t)maximum));
	return false;
}

bool wishes_check(
	const struct job_wishes *wishes, unsigned processors, const struct queue_caller *caller)
{
	int64_t runtime_most = cluster_parameter_row(PARAMETER_JOB_RUNTIME)->maximum;

	if (wishes->name &&
		!in_range(caller, "name", (int64_t)strlen(wishes->name), 1, MANIFEST_NAME_MAX))
		return false;
	if (wishes->priority != -1 &&
		!in_range(caller, "priority", wishes->priority, 0, PRIORITY_MOST))
		return false;
	if (wishes->processors &&
		!in_range(caller, "processors", wishes->processors, 1, processors))
		return false;
	return !wishes->has_runtime ||
	       in_range(caller, "runtime_ns", wishes->runtime_ns, 0, runtime_most);
}

void wishes_apply(struct entry *entry, const struct job_wishes *wishes)
{
	if (wishes->priority != -1)
		entry->priority = (uint8_t)wishes->priority;
	if (wishes->processors)
		entry->processors = (uint16_t)wishes->processors;
	if (wishes->has_runtime) {
		entry->has_runtime = true;
		entry->runtime_ns = (uint64_t)wishes->runtime_ns;
	}
	if (wishes->has_hold)
		entry->held = wishes->hold;
}
