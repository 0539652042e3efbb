/* A finding of the survey in one line for a person. */
#include "scene/finding_text.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/text.h"

#define COMMAND_SIZE 2048

static const char *word_of(const json_t *finding, const char *name)
{
	const char *word = json_string_value(json_object_get(finding, name));

	return word ? word : "";
}

/* As a shell would need it. False: there is none, or it is too long to be shown. */
static bool write_command(const json_t *remedy, char command[static COMMAND_SIZE])
{
	char block[COMMAND_SIZE];
	size_t used = 0, index;
	json_t *word;

	json_array_foreach ((json_t *)remedy, index, word) {
		size_t size = json_string_length(word) + 1;

		if (size > sizeof(block) - used)
			return false;
		memcpy(block + used, json_string_value(word), size);
		used += size;
	}
	return used && text_escape_argv(block, used, command, COMMAND_SIZE) > 0;
}

json_t *finding_text(const json_t *finding)
{
	char command[COMMAND_SIZE];
	bool has_remedy = write_command(json_object_get(finding, "remedy"), command);

	return json_sprintf("%s: %s; %s%s%s", word_of(finding, "object"),
		word_of(finding, "evidence"), word_of(finding, "certainty"),
		has_remedy ? "; repair: " : "", has_remedy ? command : "");
}
