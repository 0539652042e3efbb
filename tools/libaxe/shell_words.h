/* A command line as the words that a shell would make of it, without running one. */
#pragma once

#include <jansson.h>

struct error;

/*
 * Quotes ('..', ".."), backslashes and comments as in sh; nothing is expanded. An array of
 * strings, a new reference. -EINVAL: a quote without its end, a lone backslash, no word at all.
 */
int shell_split(const char *text, json_t **ret_words, struct error *error);
