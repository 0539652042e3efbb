/* Any JSON object as a manifest: taken over whole, or refused with a place and a reason. */
#include <errno.h>
#include <stdlib.h>

#include "base/json.h"
#include "fuzz/target.h"
#include "model/manifest.h"

static void expect(bool truth)
{
	if (!truth)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_json source = json_loadb(
		(const char *)data, size, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL);
	struct manifest_error wrong = { 0 };
	struct manifest *manifest = NULL;
	char line[2048];
	int code;

	if (!source)
		return 0;
	code = manifest_parse(source, &manifest, &wrong);
	if (code == -EINVAL) {
		expect(wrong.expected[0] && wrong.found[0]);
		manifest_error_format(&wrong, "x.json", line, sizeof(line));
		return 0;
	}
	expect(code == 0 && manifest->assessments_count > 0 && manifest->name);
	manifest_destroy(manifest);
	return 0;
}
