/* What an assessment's environment says about it: the AXE_ variables, as they were at one moment.
 */
#include "libaxe/support_environment.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

#define PREFIX "AXE_"

static bool is_ours(const char *entry)
{
	return strncmp(entry, PREFIX, strlen(PREFIX)) == 0;
}

int support_environment_read(struct support_environment *ret_environment)
{
	struct support_environment copy;
	size_t count = 0, taken = 0;

	for (char **entry = environ; entry && *entry; entry++)
		count += is_ours(*entry);
	copy.entries = calloc(count + 1, sizeof(*copy.entries));
	if (!copy.entries)
		return -ENOMEM;
	for (char **entry = environ; taken < count; entry++) {
		if (!is_ours(*entry))
			continue;
		copy.entries[taken] = strdup(*entry);
		if (!copy.entries[taken++]) {
			support_environment_finish(&copy);
			return -ENOMEM;
		}
	}
	*ret_environment = copy;
	return 0;
}

void support_environment_finish(struct support_environment *environment)
{
	for (char **entry = environment->entries; entry && *entry; entry++)
		free(*entry);
	free(environment->entries);
}

const char *support_environment_get(
	const struct support_environment *environment, const char *prefix, const char *name)
{
	size_t first = strlen(prefix), second = strlen(name);

	for (char **entry = environment->entries; *entry; entry++) {
		const char *rest = *entry + first;

		if (strncmp(*entry, prefix, first) != 0 || strncmp(rest, name, second) != 0 ||
			rest[second] != '=')
			continue;
		return rest[second + 1] ? rest + second + 1 : NULL;
	}
	return NULL;
}

bool support_environment_number(const struct support_environment *environment, const char *name,
	uint64_t high, uint64_t *ret_number)
{
	const char *text = support_environment_get(environment, PREFIX, name);

	return text && text_parse_number(text, 0, high, ret_number) == 0;
}
