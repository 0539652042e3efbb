/* How one installed selftest of the kernel is run: for how long, and by which program. */
#include "libaxe/kselftest.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "libaxe/import_list.h"
#include "model/manifest.h"
#include "model/manifest_value.h"

#define TIMEOUT_FIELD   "timeout="
#define TIMEOUT_MAX_NS  (MANIFEST_DURATION_MAX_HOURS * 3600 * NS_PER_SEC)
#define INTERPRETER_MAX 256 /* bytes of a first line, as the kernel reads it */

/* Seconds, or with the units of timeout(1), which the suite's own runner hands it to. */
static int set_timeout(char *timeout, const char *value, struct error *error)
{
	size_t digits = strspn(value, "0123456789.");
	const char *unit = value + digits;
	uint64_t ns;

	if (digits == 0 || (*unit && (!strchr("smhd", *unit) || unit[1])) ||
		strlen(value) + 2 > KSELFTEST_TIMEOUT_SIZE)
		return fail_plain(error, EINVAL, "`timeout=%s` is no number of seconds", value);
	snprintf(timeout, KSELFTEST_TIMEOUT_SIZE, "%s%s", value, *unit ? "" : "s");
	if (text_parse_duration(timeout, &ns) < 0 || ns > TIMEOUT_MAX_NS)
		return fail_plain(
			error, EINVAL, "`timeout=%s` is no number of seconds up to a year", value);
	if (ns == 0)
		strcpy(timeout, "0");
	return 0;
}

/* The last one holds; other fields are the runner's business. */
static int read_setting(void *data, char *line, struct error *error)
{
	if (strncmp(line, TIMEOUT_FIELD, strlen(TIMEOUT_FIELD)) != 0)
		return 0;
	return set_timeout(data, line + strlen(TIMEOUT_FIELD), error);
}

int kselftest_timeout(const char *collection, char ret_timeout[static KSELFTEST_TIMEOUT_SIZE],
	struct error *error)
{
	char timeout[KSELFTEST_TIMEOUT_SIZE] = "";
	auto_free char *path = NULL;
	int code;

	if (asprintf(&path, "%s/settings", collection) < 0)
		return fail(error, ENOMEM, "read the settings of `%s`", collection);
	if (access(path, R_OK) == 0) {
		code = import_list_read(path, read_setting, timeout, error);
		if (code < 0)
			return code;
	}
	strcpy(ret_timeout, timeout);
	return 0;
}

static bool is_program(const char *directory, const char *name)
{
	auto_free char *path = NULL;

	return asprintf(&path, "%s/%s", directory, name) >= 0 && access(path, X_OK) == 0;
}

/* Nothing where the first line names no interpreter. */
static void add_interpreter(json_t *command, const char *test)
{
	char text[INTERPRETER_MAX + 1], *rest = text + strlen("#!"), *word;
	auto_fd fd = open(test, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t size = fd < 0 ? -1 : read(fd, text, INTERPRETER_MAX);

	if (size < 0)
		return;
	text[size] = '\0';
	text[strcspn(text, "\r\n")] = '\0';
	if (strncmp(text, "#!", strlen("#!")) != 0)
		return;
	for (word = strtok_r(rest, " \t", &rest); word; word = strtok_r(NULL, " \t", &rest))
		json_array_append_new(command, json_string(word));
}

int kselftest_command(
	const char *collection, const char *test, json_t **ret_command, struct error *error)
{
	auto_json command = json_array();
	auto_free char *path = strdup(test);
	json_t *program;

	if (!command || !path)
		return fail(error, ENOMEM, "import `%s`", test);
	if (!is_program("", test)) {
		if (is_program(collection, "ksft_runner.sh"))
			json_array_append_new(
				command, json_pack("s+", collection, "/ksft_runner.sh"));
		else
			add_interpreter(command, test);
	}
	program = json_pack("s+", "./", basename(path));
	if (json_array_append_new(command, program) < 0)
		return fail_plain(error, EINVAL, "`%s` is not UTF-8", test);

	*ret_command = take_pointer(command);
	return 0;
}
