/* How the supervisor was started: one table parses the options and prints the help. */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"

#define RUN_DIR_DEFAULT "/run/axe/run"
#define DESCRIPTOR_MAX  (1 << 20)
#define RING_BYTES_MIN  4096u
#define RING_BYTES_MAX  (256u << 20)
#define RECORDS_MAX     (4u << 20)
#define TRACE_MIN       4096u
#define TRACE_MAX       (UINT64_C(1) << 40)
#define SLOTS_MAX       64u
#define NAME_BYTES_MAX  32u

/* What an option's value is, and so where it goes. */
enum value_kind {
	VALUE_FLAG,
	VALUE_PATH,
	VALUE_NAME,
	VALUE_STOP,
	VALUE_SLOTS,
	VALUE_DESCRIPTOR,
	VALUE_RING,
	VALUE_RECORDS,
	VALUE_TRACE,
};

static const struct option_row {
	const char *name;
	const char *argument; /* as the help shows it; NULL: none */
	enum value_kind kind;
	size_t offset; /* in struct options */
	const char *help;
} option_rows[] = {
#define ROW(name, argument, kind, field, help)                                                     \
	{                                                                                          \
		name, argument, kind, offsetof(struct options, field), help                        \
	}
	ROW("socket", "PATH", VALUE_PATH, socket,
		"serve clients at this socket (/run/axe/axed.sock)"),
	ROW("state-dir", "DIR", VALUE_PATH, state_dir, "keep jobs here (/var/lib/axe)"),
	ROW("instance", "NAME", VALUE_NAME, instance,
		"be one of several: at /run/axe/NAME.sock, in /var/lib/axe-NAME"),
	ROW("slots", "N", VALUE_SLOTS, slots, "run up to N jobs at once (1)"),
	ROW("on-stop", "WHAT", VALUE_STOP, on_stop,
		"what becomes of running jobs when axed is stopped: keep, for the next"
		" axed to go on with, or terminate (keep)"),
	ROW("cgroup-root", "PATH", VALUE_PATH, cgroup_root,
		"make groups below this cgroup v2 directory"),
	ROW("foreground", NULL, VALUE_FLAG, foreground, "do not become a daemon"),
	ROW("private", "FD", VALUE_DESCRIPTOR, private_fd,
		"serve the one client at this connected socket, and end with it"),
	ROW("stdin-fd", "FD", VALUE_DESCRIPTOR, stdin_fd,
		"what an assessment with inherited input reads; -1: nothing"),
	ROW("run-dir", "DIR", VALUE_PATH, run_dir,
		"keep what only lives with the host here (" RUN_DIR_DEFAULT ")"),
	ROW("ring-bytes", "N", VALUE_RING, ring_bytes,
		"size of the kernel's event ring, a power of two"),
	ROW("records", "N", VALUE_RECORDS, records,
		"processes that the kernel half remembers at once"),
	ROW("trace-limit", "N", VALUE_TRACE, trace_limit,
		"bytes of a job's trace about its processes; of the rest it has the number"),
	ROW("check-residue", NULL, VALUE_FLAG, check_residue,
		"say whether what is told on standard input is still as it was left"),
	ROW("version", NULL, VALUE_FLAG, version, "print the version"),
	ROW("help", NULL, VALUE_FLAG, help, "print this"),
#undef ROW
};

#define ROWS (sizeof(option_rows) / sizeof(*option_rows))

void options_print_help(void)
{
	printf("axed - run jobs of assessments, each in its own control group\n\n"
	       "usage: axed [--foreground] [--instance NAME] [--socket PATH] [--state-dir DIR]\n"
	       "            [--slots N] [--cgroup-root PATH]\n"
	       "       axed --private FD [--stdin-fd FD] [--state-dir DIR] [--cgroup-root "
	       "PATH]\n\n");
	for (size_t index = 0; index < ROWS; index++) {
		const struct option_row *row = &option_rows[index];

		printf("  --%-13s %-5s %s\n", row->name, row->argument ? row->argument : "",
			row->help);
	}
}

static int bad_value(
	const struct option_row *row, const char *value, const char *wanted, struct error *error)
{
	return fail_plain(error, EINVAL, "--%s wants %s, not `%s`", row->name, wanted, value);
}

static int read_number(const struct option_row *row, const char *text, uint64_t low, uint64_t high,
	uint64_t *ret_number, struct error *error)
{
	char wanted[80];

	if (text_parse_number(text, low, high, ret_number) == 0)
		return 0;
	snprintf(wanted, sizeof(wanted), "a number from %llu to %llu", (unsigned long long)low,
		(unsigned long long)high);
	return bad_value(row, text, wanted, error);
}

static int read_descriptor(
	const struct option_row *row, const char *text, int *ret_fd, struct error *error)
{
	uint64_t number;
	int code;

	if (strcmp(text, "-1") == 0) {
		*ret_fd = -1;
		return 0;
	}
	code = read_number(row, text, 0, DESCRIPTOR_MAX, &number, error);
	if (code == 0)
		*ret_fd = (int)number;
	return code;
}

static int read_ring(
	const struct option_row *row, const char *text, uint64_t *ret_bytes, struct error *error)
{
	uint64_t bytes;
	int code = read_number(row, text, RING_BYTES_MIN, RING_BYTES_MAX, &bytes, error);

	if (code < 0)
		return code;
	if (bytes & (bytes - 1))
		return bad_value(row, text, "a power of two", error);
	*ret_bytes = bytes;
	return 0;
}

/* A name that is part of paths and is read by people. */
static int read_name(
	const struct option_row *row, const char *text, const char **ret_name, struct error *error)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789-_.";
	size_t length = strlen(text);

	if (length == 0 || length > NAME_BYTES_MAX || text[0] == '.' || text[0] == '-' ||
		strspn(text, allowed) != length)
		return bad_value(row, text,
			"1 to 32 letters, digits, `-`, `_` or `.`, not `-` or `.` first", error);
	if (strcmp(text, "axed") == 0)
		return bad_value(row, text,
			"another name than that of the unnamed instance's socket", error);
	*ret_name = text;
	return 0;
}

static int read_stop(
	const struct option_row *row, const char *text, const char **ret_stop, struct error *error)
{
	if (strcmp(text, "keep") != 0 && strcmp(text, "terminate") != 0)
		return bad_value(row, text, "`keep` or `terminate`", error);
	*ret_stop = text;
	return 0;
}

static int apply(struct options *options, const struct option_row *row, const char *value,
	struct error *error)
{
	void *field = (char *)options + row->offset;

	switch (row->kind) {
	case VALUE_FLAG:
		*(bool *)field = true;
		return 0;
	case VALUE_PATH:
		if (value[0] != '/')
			return bad_value(row, value, "an absolute path", error);
		*(const char **)field = value;
		return 0;
	case VALUE_NAME:
		return read_name(row, value, field, error);
	case VALUE_STOP:
		return read_stop(row, value, field, error);
	case VALUE_SLOTS:
		return read_number(row, value, 1, SLOTS_MAX, field, error);
	case VALUE_DESCRIPTOR:
		return read_descriptor(row, value, field, error);
	case VALUE_RING:
		return read_ring(row, value, field, error);
	case VALUE_RECORDS:
		return read_number(row, value, 1, RECORDS_MAX, field, error);
	case VALUE_TRACE:
		return read_number(row, value, TRACE_MIN, TRACE_MAX, field, error);
	}
	return -EINVAL;
}

static int refuse_name(const char *name, struct error *error)
{
	const char *names[ROWS], *nearest;

	for (size_t index = 0; index < ROWS; index++) {
		names[index] = option_rows[index].name;
		if (strcmp(names[index], name) == 0)
			return fail_plain(error, EINVAL, "--%s takes no value", name);
	}
	fail_plain(error, EINVAL, "unknown option `--%s`", name);
	nearest = text_nearest(name, names, ROWS);
	return nearest ? fail_advice(error, "did you mean --%s?", nearest)
		       : fail_advice(error, "see axed --help");
}

/* What getopt_long did not like: a letter, or "--name" with or without "=value". */
static int refuse_option(char letter, const char *word, struct error *error)
{
	char name[64];

	if (letter)
		return fail_plain(error, EINVAL, "unknown option `-%c`; see axed --help", letter);
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(word + 2, "="), word + 2);
	return refuse_name(name, error);
}

static void make_table(struct option *table)
{
	for (size_t index = 0; index < ROWS; index++)
		table[index] = (struct option){
			.name = option_rows[index].name,
			.has_arg = option_rows[index].argument ? required_argument : no_argument,
		};
	table[ROWS] = (struct option){ 0 };
}

static int check(const struct options *options, struct error *error)
{
	if (options->help || options->version)
		return 0;
	if (options->private_fd >= 0 && (options->socket || options->foreground))
		return fail_plain(
			error, EINVAL, "--private goes without --socket and --foreground");
	if (options->private_fd >= 0 && (options->instance || options->slots || options->on_stop))
		return fail_plain(
			error, EINVAL, "--private goes without --instance, --slots and --on-stop");
	if (options->private_fd < 0 && options->stdin_fd >= 0)
		return fail_plain(error, EINVAL, "--stdin-fd goes with --private only");
	return 0;
}

int options_parse(int argc, char **argv, struct options *ret_options, struct error *error)
{
	struct options options = { .private_fd = -1, .stdin_fd = -1, .run_dir = RUN_DIR_DEFAULT };
	struct option table[ROWS + 1];
	int found, row = 0, code;

	make_table(table);
	opterr = 0;
	optind = 0; /* from the start, also of an earlier call's middle */
	while ((found = getopt_long(argc, argv, ":", table, &row)) != -1) {
		if (found == ':')
			return fail_plain(error, EINVAL, "`%s` wants a value", argv[optind - 1]);
		if (found != 0)
			return refuse_option((char)optopt, argv[optind - 1], error);
		code = apply(&options, &option_rows[row], optarg, error);
		if (code < 0)
			return code;
	}
	if (optind < argc)
		return fail_plain(
			error, EINVAL, "`%s` is no option; see axed --help", argv[optind]);
	code = check(&options, error);
	if (code < 0)
		return code;
	*ret_options = options;
	return 0;
}
