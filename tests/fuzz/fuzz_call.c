/* Any JSON object as the parameters of each method, with and without `more`. */
#include "fuzz/session.h"
#include "fuzz/target.h"

#include "control/methods.h"

/* The first byte chooses the method, and how it is called. */
static json_t *make_call(const uint8_t *data, size_t size)
{
	json_t *parameters =
		json_loadb((const char *)data + 1, size - 1, JSON_REJECT_DUPLICATES, NULL);
	size_t count;
	const struct method *methods = method_table(&count);
	bool streams = data[0] & 0x80;

	if (!json_is_object(parameters)) {
		json_decref(parameters);
		return NULL;
	}
	return json_pack("{s:s, s:o, s:b}", "method", methods[(data[0] & 0x7f) % count].name,
		"parameters", parameters, "more", streams);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct client client, runner;
	auto_json call = size > 1 ? make_call(data, size) : NULL;
	auto_free char *text = call ? json_dumps(call, JSON_COMPACT) : NULL;

	if (!text)
		return 0;
	fuzz_open(&client, &runner);
	fuzz_send(&client, text, strlen(text) + 1);
	fuzz_close(&client, &runner);
	return 0;
}
