/* The text that a person gives with a cancel: its bound is counted in characters, not bytes. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#define MESSAGE_CHARACTERS_MAX 320

enum message_fault {
	MESSAGE_FINE,
	MESSAGE_TOO_LONG,
	MESSAGE_NOT_UTF8,
	MESSAGE_HAS_NUL,
};

/* `text` may be NULL with size 0. *ret_length: its characters, where it is UTF-8 without NUL. */
enum message_fault message_check(const char *text, size_t size, size_t *ret_length);

/* For people: "is not UTF-8". */
const char *message_fault_text(enum message_fault fault);

/* What the event of a CancelTask tells: {"name", "started", "message"}; `message` may be NULL. */
json_t *message_of_task(const char *name, bool started, const char *message);
