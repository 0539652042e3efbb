/* Kernel modules and the taint of the kernel. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/json.h"
#include "survey/lines.h"
#include "survey/source.h"

#define TAINT "taint"

/* "loop 40960 0 - Live 0x0000000000000000": how many use it changes by itself. */
static int take_module(char *line, void *data)
{
	return json_object_set_new(data, strsep(&line, " "), json_object()) ? -ENOMEM : 0;
}

static int take(const struct survey_host *host, json_t *objects, struct error *error)
{
	struct error missing = { 0 };
	char taint[32];
	int code = lines_read(host, "proc/modules", 0, take_module, objects, &missing);

	if (code < 0 && code != -ENOENT) { /* a kernel that has all built in */
		*error = missing;
		return code;
	}
	code = line_read(host, "proc/sys/kernel/tainted", taint, sizeof(taint));
	if (code < 0)
		return fail(error, -code, "read `/proc/sys/kernel/tainted`");
	/* No module is called like that: a name has no blank. */
	if (json_object_set_new(objects, "the " TAINT, json_pack("{s:s}", "flags", taint)))
		return fail(error, ENOMEM, "list the modules");
	return 0;
}

static int stamp(const struct survey_host *host, FILE *stream)
{
	int code = lines_copy(host, "proc/modules", stream);

	return code < 0 ? code : lines_copy(host, "proc/sys/kernel/tainted", stream);
}

static int explain_taint(const struct survey_change *change, struct finding *finding)
{
	finding->kind = TAINT;
	if (finding_set_object(finding, "the kernel") < 0 ||
		finding_set_evidence(finding,
			"is tainted (%s), before: %s; only a restart clears it",
			json_string_value(json_object_get(change->after, "flags")),
			json_string_value(json_object_get(change->before, "flags"))) < 0)
		return -ENOMEM;
	return 1;
}

static int explain(const struct survey_change *change, const struct survey_suspects *suspects,
	struct finding *ret_finding)
{
	if (change->before && change->after)
		return explain_taint(change, ret_finding);
	ret_finding->kind = "module";
	if (finding_set_object(ret_finding, "%s", change->key) < 0 ||
		finding_set_evidence(ret_finding,
			change->after ? "was loaded and still is" : "is no longer loaded") < 0)
		return -ENOMEM;
	/* What needs it now may not be ours: loading one often is nobody's fault but of a device.
	 */
	if (finding_set_remedy(ret_finding, false, "modprobe", change->after ? "-r" : "--",
		    change->key, NULL) < 0)
		return -ENOMEM;
	return 1;
}

const struct survey_source survey_modules = {
	.name = "modules",
	.take = take,
	.explain = explain,
	.stamp = stamp,
};
