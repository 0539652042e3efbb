/* What a person calls a job, an assessment or a try of it: 12, 12/3, 12/3.2. */
#include "cli/job_name.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"

#define PART_SIZE 24

/* The digits up to one of `ends`; *text moves behind them. */
static int take_part(
	const char **text, const char *ends, uint64_t low, uint64_t high, uint64_t *ret_value)
{
	size_t length = strcspn(*text, ends);
	char part[PART_SIZE];

	if (length >= sizeof(part))
		return -EINVAL;
	memcpy(part, *text, length);
	part[length] = '\0';
	*text += length;
	return text_parse_number(part, low, high, ret_value);
}

static int parse(const char *text, struct job_name *name)
{
	uint64_t value;
	int code = take_part(&text, "/", 1, INT64_MAX, &name->job);

	if (code < 0 || !*text)
		return code;
	text++;
	code = take_part(&text, ".", 0, UINT_MAX, &value);
	if (code < 0)
		return code;
	name->has_index = true;
	name->index = (unsigned)value;
	if (!*text)
		return 0;
	text++;
	code = take_part(&text, "", 1, UINT_MAX, &value);
	if (code < 0)
		return code;
	name->has_try = true;
	name->try_number = (unsigned)value;
	return 0;
}

int job_name_parse(const char *text, struct job_name *ret_name, struct error *error)
{
	struct job_name name = { .try_number = 1 };

	if (parse(text, &name) < 0)
		return fail_plain(error, EINVAL,
			"`%s` names no job: expected JOB, JOB/INDEX or JOB/INDEX.TRY, such as 12, "
			"12/3 or 12/3.2",
			text);
	*ret_name = name;
	return 0;
}
