/* What would end the wait of one that outlived its kill, in words. */
#include "cli/cure_text.h"

#include "base/cleanup.h"

void cure_print(const json_t *survivor, const char *prefix, const struct terminal *terminal)
{
	const json_t *remedy = json_object_get(survivor, "remedy");
	auto_free char *command = NULL;

	if (json_array_size(remedy) == 0)
		return;
	command = terminal_safe_argv(remedy, 1000);
	fprintf(terminal->stream, "%sfreed by: %s\n", prefix, command ? command : "?");
}
