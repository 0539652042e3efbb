/* How the supervisor was started. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct error;

/* Texts are borrowed from the arguments. */
struct options {
	bool help, version;
	bool check_residue; /* answer `axe repair`, and no more */
	bool foreground;
	int private_fd; /* -1: a daemon */
	int stdin_fd; /* -1: none */
	const char *instance; /* NULL: the unnamed one */
	const char *socket; /* NULL: the instance's, or one that was passed */
	const char *state_dir; /* NULL: the instance's */
	const char *on_stop; /* NULL: the default, and so on */
	const char *cgroup_root;
	const char *run_dir;
	uint64_t slots; /* jobs at once */
	uint64_t ring_bytes; /* 0: the default, and so on */
	uint64_t records;
	uint64_t trace_limit;
};

/* -EINVAL with one line that says what is wrong with the arguments and what would be right. */
int options_parse(int argc, char **argv, struct options *ret_options, struct error *error);

/* The text of --help. */
void options_print_help(void);
