/* The typed readers: what a value of a manifest must look like. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "model/exit_codes.h"
#include "model/manifest_schema.h"

#define MANIFEST_PATH_MAX           4095 /* bytes of a path, as the kernel takes it */
#define MANIFEST_USER_MAX           256
#define MANIFEST_DURATION_MAX_HOURS 8784 /* a leap year */
#define MANIFEST_ENVIRONMENT_MAX    256 /* variables of one object */

/* Own lists of exit codes while they are read: a code may stand in one list only. */
struct manifest_exit_codes {
	struct exit_codes codes;
	bool listed[256];
};

/* The text of a string; NULL: no string, or one that goes on behind a NUL. */
const char *value_text(const json_t *value);

/*
 * Held to well-formed UTF-8 without NUL and to a length; anything but a string is refused with
 * `expected`.
 */
int value_check_text(
	struct manifest_reader *reader, const json_t *value, size_t size_max, const char *expected);

/* Letters, digits and `_`, no digit first. */
bool value_is_variable_name(const char *name, size_t size_max);

/* One reader for each type; `value_read_ignored` is a text that only editors care about. */
manifest_read value_read_ignored, value_read_name, value_read_user, value_read_text,
	value_read_path, value_read_boolean, value_read_count, value_read_duration,
	value_read_signal;
manifest_read value_read_command, value_read_environment, value_read_exit_codes,
	value_read_exit_list;
manifest_read value_read_limits, value_read_limit, value_read_cpus, value_read_io, value_read_rate;
manifest_read value_read_leaks, value_read_residue, value_read_on_reboot,
	value_read_on_supervisor_stop, value_read_seccomp, value_read_retry, value_read_verdicts;
