/* One assessment's result in words: its verdict, why, and what it left behind. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "cli/terminal.h"

/* How a verdict is coloured. */
enum paint result_paint(const char *verdict);

/* Why it ended as it did, in a few words ("exit status 3", "SIGSEGV from itself"); "" when there is
 * nothing to say. Safe to show. Returns buffer. */
#define RESULT_REASON_SIZE 600
const char *result_reason(const json_t *result, char buffer[static RESULT_REASON_SIZE]);

/*
 * "passed, but 1 process leaked: `sleep 999` (pid 12, forked by `sh` at +2 ms); killed"; with more
 * than one leak a line for each. Prefixed by `prefix`. Nothing without leaks.
 */
void result_print_leaks(const json_t *result, const char *prefix, const struct terminal *terminal);

/* Who outlived their kill, why, and what would free them. */
void result_print_survivors(
	const json_t *survivors, const char *prefix, const struct terminal *terminal);

/* A change of the host that is told because it happened meanwhile, and is held against nobody: it
 * is no warning to a person, who finds it by `axe repair`. */
bool result_names_nobody(const json_t *warning);

/* What else is to be known: survivors, warnings, a record with gaps. */
void result_print_warnings(
	const json_t *result, const char *prefix, const struct terminal *terminal);

/* "index.try name" in the way of people: "3 cpu-stress", "3.2 cpu-stress". The caller frees. */
char *result_title(const json_t *result);
