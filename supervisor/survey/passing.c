/* What has appeared and is gone when it is looked for again: others passed by, and left nothing. */
#include <errno.h>
#include <string.h>

#include "base/error.h"
#include "base/json.h"
#include "survey/picture.h"
#include "survey/source.h"
#include "survey/survey.h"

static bool is(const json_t *finding, const char *member, const char *word)
{
	const char *text = json_string_value(json_object_get(finding, member));

	return text && strcmp(text, word) == 0;
}

/* What is held against somebody is told for good. */
static bool may_have_passed(const json_t *finding, const struct survey_source *source)
{
	return is(finding, "source", source->name) &&
	       is(finding, "certainty", certainty_name(CERTAINTY_UNATTRIBUTED)) &&
	       json_is_null(json_object_get(finding, "before")) &&
	       json_is_object(json_object_get(finding, "after"));
}

/* Only what is not there for sure goes. */
static void drop_gone(json_t *findings, const struct survey_source *source, const json_t *objects)
{
	for (size_t index = json_array_size(findings); index-- > 0;) {
		const json_t *finding = json_array_get(findings, index);
		const char *key = json_string_value(json_object_get(finding, "key"));

		if (may_have_passed(finding, source) && key && !json_object_get(objects, key))
			json_array_remove(findings, index);
	}
}

static int look_again(
	const struct survey_host *host, const struct survey_source *source, json_t *findings)
{
	auto_json objects = NULL;
	struct error error = { 0 };
	const json_t *finding;
	size_t index;
	bool wanted = false;

	json_array_foreach (findings, index, finding)
		wanted |= may_have_passed(finding, source);
	if (!wanted)
		return 0;
	objects = json_object();
	if (!objects)
		return -ENOMEM;
	if (source->take(host, objects, &error) >= 0)
		drop_gone(findings, source, objects);
	return 0;
}

int survey_look_again(const struct survey_host *host, json_t *findings)
{
	for (size_t index = 0; index < survey_sources_count; index++)
		if (look_again(host, survey_sources[index], findings) < 0)
			return -ENOMEM;
	return 0;
}
