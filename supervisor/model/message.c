/* The text that a person gives with a cancel: its bound is counted in characters, not bytes. */
#include "model/message.h"

#include <stdint.h>
#include <string.h>

#include "base/text.h"

static const char *const texts[] = {
	[MESSAGE_FINE] = "is fine",
	[MESSAGE_TOO_LONG] = "has more than 320 characters",
	[MESSAGE_NOT_UTF8] = "is not UTF-8",
	[MESSAGE_HAS_NUL] = "has a NUL in it",
};

enum message_fault message_check(const char *text, size_t size, size_t *ret_length)
{
	size_t length = 0;

	if (size && memchr(text, 0, size))
		return MESSAGE_HAS_NUL;
	for (size_t at = 0; at < size; length++) {
		uint32_t character;
		size_t bytes = text_character(text + at, size - at, &character);

		if (!bytes)
			return MESSAGE_NOT_UTF8;
		at += bytes;
	}
	*ret_length = length;
	return length > MESSAGE_CHARACTERS_MAX ? MESSAGE_TOO_LONG : MESSAGE_FINE;
}

const char *message_fault_text(enum message_fault fault)
{
	return texts[fault];
}

json_t *message_of_task(const char *name, bool started, const char *message)
{
	return json_pack("{s:s, s:b, s:s}", "name", name, "started", started, "message",
		message ? message : "");
}
