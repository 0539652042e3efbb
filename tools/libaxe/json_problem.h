/* What jansson could not read, in the words and with the position of a manifest_error. */
#pragma once

#include <jansson.h>

struct manifest_error;

/* Returns -EINVAL, or -ENOMEM when that was the trouble. */
int json_refuse(const json_error_t *problem, struct manifest_error *ret_error);
