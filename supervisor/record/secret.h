/* Values that nobody but the program may see, told by the names that they are given to. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* What is shown instead. */
#define SECRET_MASK "***"

/* Whether a name says that its value is a secret: API_TOKEN, password, SSH_KEY. */
bool secret_is_name(const char *name, size_t size);

/* Mask such values in an object of NAME: value. Anything but an object stays as it is. */
void secret_mask_object(json_t *object);

/*
 * A copy of a line of words separated by blanks (a kernel command line, or one NAME=value) with
 * such values masked; a value may be quoted by "". The caller frees; NULL: out of memory.
 */
char *secret_mask_words(const char *words);
