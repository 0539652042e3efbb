/* One thing that is not as it was: what, how sure, and the command that puts it right. */
#include "survey/finding.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

static const char *const certainty_names[] = {
	[CERTAINTY_UNATTRIBUTED] = "unattributed",
	[CERTAINTY_POSSIBLE] = "possible",
	[CERTAINTY_LIKELY] = "likely",
	[CERTAINTY_PROVED] = "proved",
};

const char *certainty_name(enum certainty certainty)
{
	return certainty_names[certainty];
}

static __attribute__((format(printf, 2, 0))) int set_text(
	json_t **ret_text, const char *format, va_list arguments)
{
	auto_free char *text = NULL;
	json_t *value;

	if (vasprintf(&text, format, arguments) < 0) {
		text = NULL;
		return -ENOMEM;
	}
	value = json_text(text, strlen(text));
	if (!value)
		return -ENOMEM;
	json_decref(*ret_text);
	*ret_text = value;
	return 0;
}

int finding_set_object(struct finding *finding, const char *format, ...)
{
	va_list arguments;
	int code;

	va_start(arguments, format);
	code = set_text(&finding->object, format, arguments);
	va_end(arguments);
	return code;
}

int finding_set_evidence(struct finding *finding, const char *format, ...)
{
	va_list arguments;
	int code;

	va_start(arguments, format);
	code = set_text(&finding->evidence, format, arguments);
	va_end(arguments);
	return code;
}

int finding_set_remedy(struct finding *finding, int safe, ...)
{
	auto_json words = json_array();
	const char *word;
	int code = words ? 0 : -ENOMEM;
	va_list arguments;

	va_start(arguments, safe);
	while (code == 0 && (word = va_arg(arguments, const char *)))
		code = json_array_append_new(words, json_text(word, strlen(word))) ? -ENOMEM : 0;
	va_end(arguments);
	if (code < 0)
		return code;
	json_decref(finding->remedy);
	finding->remedy = json_incref(words);
	finding->safe = safe != 0;
	return 0;
}

void finding_finish(struct finding *finding)
{
	json_decref(finding->object);
	json_decref(finding->evidence);
	json_decref(finding->remedy);
	*finding = (struct finding){ 0 };
}

json_t *finding_json(const struct finding *finding)
{
	json_t *pid = finding->pid ? json_integer(finding->pid) : json_null();

	return json_pack("{s:s, s:O?, s:s, s:o, s:O?, s:O?, s:b}", "kind", finding->kind, "object",
		finding->object, "certainty", certainty_name(finding->certainty), "pid", pid,
		"evidence", finding->evidence, "remedy", finding->remedy, "safe", finding->safe);
}

static bool is_told(const json_t *findings, const json_t *finding)
{
	const json_t *told;
	size_t index;

	json_array_foreach (findings, index, told) {
		if (json_equal(json_object_get(told, "kind"), json_object_get(finding, "kind")) &&
			json_equal(json_object_get(told, "object"),
				json_object_get(finding, "object")))
			return true;
	}
	return false;
}

void findings_add_unknown(json_t *findings, json_t *more)
{
	json_t *finding;
	size_t index;

	json_array_foreach (more, index, finding) {
		if (!is_told(findings, finding))
			json_array_append(findings, finding);
	}
}
