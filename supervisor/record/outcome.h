/* A result in the words of the servers that collect tests: four kinds, and one sentence why. */
#pragma once

#include <jansson.h>

enum outcome_kind { OUTCOME_PASS, OUTCOME_SKIP, OUTCOME_FAILURE, OUTCOME_ERROR };

/* Of a result object by its verdict; OUTCOME_ERROR for a verdict that is not known. */
enum outcome_kind outcome_kind(const json_t *result);

/* "passed", ...; never NULL. */
const char *outcome_verdict(const json_t *result);

/* "NAME", or "NAME (try 2)". The caller frees; NULL: out of memory. */
char *outcome_name(const json_t *result);

/*
 * One sentence: "failed: exit status 3", "crashed: signal 11 (SEGV), core dumped, by itself", with
 * the error's own text where it says more. The caller frees; NULL: out of memory.
 */
char *outcome_sentence(const json_t *result);

/* How many processes leaked; only some of them are listed. */
size_t outcome_leaked(const json_t *result);

/* One line for a leaked process, a warning: what a person needs to find it. As above. */
char *outcome_leak(const json_t *leak);
char *outcome_warning(const json_t *warning);
