/* The readers of choices: leaks, residue, restarts, stops, system calls, and when to try again. */
#include <errno.h>
#include <string.h>

#include "model/manifest_value.h"
#include "model/verdict.h"

#define BIT(verdict) (1u << (verdict))

#define RETRY_EXPECTED "a number of further tries, or {times: 2, on: [failed, timeout]}"

/* What another try may mend. */
static const unsigned retry_on_default =
	BIT(VERDICT_FAILED) | BIT(VERDICT_BROKEN) | BIT(VERDICT_CRASHED) | BIT(VERDICT_TIMEOUT) |
	BIT(VERDICT_OOM) | BIT(VERDICT_LEAKED) | BIT(VERDICT_ERROR);

/* The others say that somebody stopped it, that it cannot be stopped, or that there was no try. */
static const unsigned retry_on_allowed =
	retry_on_default | BIT(VERDICT_PASSED) | BIT(VERDICT_SKIPPED);

int value_read_leaks(
	struct manifest_reader *reader, const struct manifest_row *row, json_t *value, void *target)
{
	const char *const names[] = { leak_policy_name(LEAKS_FAIL), leak_policy_name(LEAKS_WARN),
		leak_policy_name(LEAKS_ALLOW) };
	struct assessment *assessment = target;
	const char *text = value_text(value);

	if (text && leak_policy_from_name(text, &assessment->leaks))
		return 0;
	return reader_refuse_choice(reader, value, names, 3, "");
}

int value_read_residue(
	struct manifest_reader *reader, const struct manifest_row *row, json_t *value, void *target)
{
	const char *const names[] = { residue_policy_name(RESIDUE_WARN),
		residue_policy_name(RESIDUE_FAIL), residue_policy_name(RESIDUE_IGNORE) };
	struct assessment *assessment = target;
	const char *text = value_text(value);

	if (text && residue_policy_from_name(text, &assessment->residue))
		return 0;
	return reader_refuse_choice(reader, value, names, 3, "");
}

/* Which of the names it is; -1: none. */
static int find_choice(const json_t *value, const char *const *names, size_t count)
{
	const char *text = value_text(value);

	for (size_t at = 0; text && at < count; at++)
		if (strcmp(text, names[at]) == 0)
			return (int)at;
	return -1;
}

int value_read_on_reboot(
	struct manifest_reader *reader, const struct manifest_row *row, json_t *value, void *target)
{
	static const char *const names[] = { [REBOOT_FAIL] = "fail", [REBOOT_REQUEUE] = "requeue" };
	struct manifest *manifest = target;
	int choice = find_choice(value, names, 2);

	if (choice < 0)
		return reader_refuse_choice(reader, value, names, 2, "");
	manifest->on_reboot = (enum reboot_policy)choice;
	return 0;
}

int manifest_check_unqueued(const struct manifest *manifest, struct manifest_error *ret_error)
{
	if (manifest->on_reboot != REBOOT_REQUEUE)
		return 0;
	*ret_error = (struct manifest_error){
		.path = "on_reboot",
		.expected = "`fail`, since only a job of the queue is queued again after a restart "
			    "of the host",
		.found = "`requeue`",
		.advice = "submit it with `axe submit`",
	};
	return -EINVAL;
}

int value_read_on_supervisor_stop(
	struct manifest_reader *reader, const struct manifest_row *row, json_t *value, void *target)
{
	static const char *const names[] = { "keep", "terminate" };
	static const enum stop_policy policies[] = { STOP_KEEP, STOP_TERMINATE };
	struct manifest *manifest = target;
	int choice = find_choice(value, names, 2);

	if (choice < 0)
		return reader_refuse_choice(reader, value, names, 2, "");
	manifest->on_supervisor_stop = policies[choice];
	return 0;
}

bool stop_policy_keeps(enum stop_policy policy, bool supervisor_keeps)
{
	switch (policy) {
	case STOP_AS_SUPERVISOR:
		return supervisor_keeps;
	case STOP_KEEP:
		return true;
	case STOP_TERMINATE:
		return false;
	}
	return supervisor_keeps;
}

int manifest_check_private(const struct manifest *manifest, struct manifest_error *ret_error)
{
	if (manifest->on_supervisor_stop != STOP_KEEP)
		return 0;
	*ret_error = (struct manifest_error){
		.path = "on_supervisor_stop",
		.expected = "`terminate`, since a private supervisor ends with its client, and its "
			    "job with it",
		.found = "`keep`",
		.advice = "run it on a daemon, with `axe run --socket PATH` or `axe submit`",
	};
	return -EINVAL;
}

int value_read_seccomp(
	struct manifest_reader *reader, const struct manifest_row *row, json_t *value, void *target)
{
	static const char *const names[] = { [SECCOMP_NONE] = "none", [SECCOMP_SAFE] = "safe" };
	struct assessment *assessment = target;
	const char *text = value_text(value);
	int choice;

	if (json_is_object(value) || (text && strcmp(text, "strict") == 0))
		return reader_refuse_as(reader, "one that this version does not build yet",
			"one of `none`, `safe`");
	choice = find_choice(value, names, 2);
	if (choice < 0)
		return reader_refuse_choice(reader, value, names, 2, "");
	assessment->seccomp = (enum seccomp_profile)choice;
	return 0;
}

static int read_verdict(struct manifest_reader *reader, const json_t *value, uint32_t *mask)
{
	const char *names[VERDICT_COUNT];
	const char *text = value_text(value);
	enum verdict verdict;
	size_t count = 0;

	if (text && verdict_from_name(text, &verdict) && retry_on_allowed & BIT(verdict)) {
		*mask |= BIT(verdict);
		return 0;
	}
	for (unsigned at = 0; at < VERDICT_COUNT; at++)
		if (retry_on_allowed & BIT(at))
			names[count++] = verdict_name((enum verdict)at);
	return reader_refuse_choice(reader, value, names, count, "");
}

int value_read_verdicts(
	struct manifest_reader *reader, const struct manifest_row *row, json_t *value, void *target)
{
	struct assessment *assessment = target;
	uint32_t mask = 0;

	if (json_array_size(value) == 0)
		return reader_refuse(reader, value, "a list of verdicts such as [failed, timeout]");
	for (size_t at = 0; at < json_array_size(value); at++) {
		size_t outside = reader_enter_item(reader, at);
		int code = read_verdict(reader, json_array_get(value, at), &mask);

		if (code < 0)
			return code;
		reader_leave(reader, outside);
	}
	assessment->retry_on = mask;
	return 0;
}

int value_read_retry(
	struct manifest_reader *reader, const struct manifest_row *row, json_t *value, void *target)
{
	struct assessment *assessment = target;

	assessment->retry_on = retry_on_default;
	if (json_is_integer(value))
		return value_read_count(reader, row, value, target);
	if (!json_is_object(value))
		return reader_refuse(reader, value, RETRY_EXPECTED);
	if (!json_object_get(value, "times")) {
		reader_enter_key(reader, "times");
		return reader_refuse(reader, NULL, "how many further tries");
	}
	return schema_read(reader, PLACE_RETRY, value, target);
}
