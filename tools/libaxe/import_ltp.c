/* A runtest file of the Linux Test Project as a manifest. */
#include <errno.h>
#include <libgen.h>
#include <stdbool.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/json.h"
#include "libaxe/import.h"
#include "libaxe/import_list.h"
#include "libaxe/import_manifest.h"
#include "model/manifest.h"

#define BLANKS          " \t"
#define TIMEOUT         "300s"
#define SYSTEM_PROGRAMS "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/* What a shell takes for more than itself, wherever it stands in a command. */
static const char shell_characters[] = "|&;<>()$`\\\"'*?[]#~{}!";

/* First words that name no program. */
static const char *const shell_words[] = { ".", "cd", "eval", "exec", "exit", "export", "set",
	"trap", "ulimit", "umask" };

static bool needs_shell(const char *command)
{
	size_t first = strcspn(command, BLANKS);

	if (strpbrk(command, shell_characters) || memchr(command, '=', first))
		return true;
	for (size_t i = 0; i < sizeof(shell_words) / sizeof(*shell_words); i++)
		if (strlen(shell_words[i]) == first && strncmp(shell_words[i], command, first) == 0)
			return true;
	return false;
}

static json_t *words_of(const char *command)
{
	json_t *words = json_array();

	while (*command) {
		size_t size = strcspn(command, BLANKS);

		json_array_append_new(words, json_stringn(command, size));
		command += size;
		command += strspn(command, BLANKS);
	}
	return words;
}

static int add_line(void *data, char *line, struct error *error)
{
	json_t *manifest = data;
	size_t size = strcspn(line, BLANKS);
	char *command = line + size;
	auto_json words = NULL;

	command += strspn(command, BLANKS);
	line[size] = '\0';
	if (size > MANIFEST_NAME_MAX)
		return fail_plain(error, EINVAL, "a tag of more than %d bytes", MANIFEST_NAME_MAX);
	if (!*command)
		return fail_plain(error, EINVAL, "no command behind the tag `%s`", line);
	if (needs_shell(command))
		return import_add(manifest, line, json_string(command), error);

	words = words_of(command);
	if (json_array_size(words) > MANIFEST_ARGUMENTS_MAX)
		return fail_plain(
			error, EINVAL, "a command of more than %d words", MANIFEST_ARGUMENTS_MAX);
	return import_add(manifest, line, json_incref(words), error);
}

/*
 * The surroundings that LTP's own runner gives: its programs behind the system's, and commands that
 * use $TMPDIR without asking whether there is one.
 */
static int set_surroundings(json_t *manifest, const char *root, struct error *error)
{
	json_t *environment = json_pack("{s:s, s:s, s:s++++}", "LTPROOT", root, "TMPDIR", "/tmp",
		"PATH", SYSTEM_PROGRAMS ":", root, "/testcases/bin:", root, "/bin");
	int code;

	if (root[0] != '/' || strchr(root, ':')) {
		json_decref(environment);
		return fail_plain(error, EINVAL,
			"LTP cannot be used from `%s`: no absolute path without `:`", root);
	}
	code = import_set_default(manifest, "exit_codes", json_string("ltp"), error);
	if (code == 0)
		code = import_set_default(manifest, "environment", environment, error);
	if (code == 0)
		code = import_set_default(
			manifest, "workdir", json_pack("s+", root, "/testcases/bin"), error);
	return code;
}

int import_ltp(const struct import_request *request, json_t **ret_manifest, struct error *error)
{
	auto_free char *path = strdup(request->path);
	auto_json manifest = path ? import_begin(basename(path), TIMEOUT) : NULL;
	int code;

	if (!manifest)
		return fail_plain(
			error, EINVAL, "import `%s`: its name is not UTF-8", request->path);
	code = set_surroundings(manifest, request->ltp_root, error);
	if (code == 0)
		code = import_list_read(request->path, add_line, manifest, error);
	if (code == 0)
		code = import_end(manifest, request->path, "test", error);
	if (code == 0)
		code = import_number_names(manifest, request->notes, error);
	if (code < 0)
		return code;

	*ret_manifest = take_pointer(manifest);
	return 0;
}
