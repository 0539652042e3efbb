/* What the imports share: an imported manifest grows by one assessment at a time. */
#include "libaxe/import_manifest.h"

#include <errno.h>

#include "base/error.h"
#include "base/json.h"
#include "model/manifest.h"

json_t *import_begin(const char *name, const char *timeout)
{
	return json_pack("{s:s, s:{s:s, s:s, s:{s:[i], s:[i]}}, s:[]}", "name", name, "defaults",
		"timeout", timeout, "leaks", "warn", "exit_codes", "pass", 0, "skip", 77,
		"assessments");
}

int import_add(json_t *manifest, const char *name, json_t *command, struct error *error)
{
	json_t *assessments = json_object_get(manifest, "assessments");
	auto_json owned = command;

	if (json_array_size(assessments) == MANIFEST_ASSESSMENTS_MAX)
		return fail_plain(
			error, E2BIG, "more than %d tests", (int)MANIFEST_ASSESSMENTS_MAX);
	if (json_array_append_new(
		    assessments, json_pack("{s:s, s:O}", "name", name, "command", owned)) < 0)
		return fail_plain(
			error, EINVAL, "import `%s`: its name or path is not UTF-8", name);
	return 0;
}

int import_end(json_t *manifest, const char *directory, const char *what, struct error *error)
{
	if (json_array_size(json_object_get(manifest, "assessments")) == 0)
		return fail_plain(error, ENODATA, "no %s in `%s`", what, directory);
	return 0;
}
