/* What went wrong with a job or an assessment: a bounded list whose last entry is the verdict. */
#include "engine/error_list.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "model/result.h"

static const char *const kind_names[] = {
	[ERROR_KIND_INFO] = "info",
	[ERROR_KIND_WARNING] = "warning",
	[ERROR_KIND_ERROR] = "error",
};

static json_t *entry_json(const struct error_entry *entry)
{
	const struct result_row *row = result_find(entry->code);
	const char *text = entry->text ? entry->text : row ? row->text : "unknown code";
	json_t *json = json_pack("{s:s, s:I, s:s, s:o}", "kind", kind_names[entry->kind], "code",
		(json_int_t)entry->code, "name", result_name(entry->code), "text",
		json_text(text, strlen(text)));

	if (entry->assessment != ERROR_LIST_NO_ASSESSMENT)
		json_object_set_new(json, "assessment", json_integer(entry->assessment));
	return json;
}

void error_list_finish(struct error_list *list)
{
	json_decref(list->entries);
	*list = (struct error_list){ .entries = NULL };
}

static bool has_room(struct error_list *list)
{
	if (!list->entries)
		list->entries = json_array();
	if (json_array_size(list->entries) < ERROR_LIST_MOST)
		return true;
	list->more++;
	return false;
}

void error_list_add(struct error_list *list, const struct error_entry *entry)
{
	if (has_room(list))
		json_array_append_new(list->entries, entry_json(entry));
}

void error_list_extend(struct error_list *list, const json_t *entries)
{
	json_t *entry;
	size_t at;

	json_array_foreach ((json_t *)entries, at, entry)
		if (has_room(list))
			json_array_append(list->entries, entry);
}

static json_t *more_json(uint64_t more)
{
	char text[64];
	const struct error_entry entry = {
		.kind = ERROR_KIND_INFO,
		.code = S_OK,
		.text = text,
		.assessment = ERROR_LIST_NO_ASSESSMENT,
	};

	snprintf(text, sizeof(text), "and %" PRIu64 " more", more);
	return entry_json(&entry);
}

json_t *error_list_json(const struct error_list *list, const struct error_entry *last)
{
	json_t *all = list->entries ? json_copy(list->entries) : json_array();

	if (list->more)
		json_array_append_new(all, more_json(list->more));
	if (last)
		json_array_append_new(all, entry_json(last));
	return all;
}
