/* Words with units: durations, sizes, and text that is safe to show. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* "150ms", "1s", "2m", "1h", "1.5s": to nanoseconds. A bare number but 0 is refused: no unit.
 * -EINVAL or -ERANGE. */
int text_parse_duration(const char *text, uint64_t *ret_ns);

/* "512M", "1G", "64K", "4096": to bytes (powers of 1024). -EINVAL or -ERANGE. */
int text_parse_size(const char *text, uint64_t *ret_bytes);

/* A decimal number without sign, within [low, high]. -EINVAL or -ERANGE. */
int text_parse_number(const char *text, uint64_t low, uint64_t high, uint64_t *ret_value);

/* 1234567 ns -> "1.23 ms"; for people. Returns buffer. */
#define TEXT_DURATION_SIZE 24
const char *text_format_duration(uint64_t ns, char buffer[static TEXT_DURATION_SIZE]);

/* Bytes for people: "212 MiB". Returns buffer. */
#define TEXT_BYTES_SIZE 24
const char *text_format_bytes(uint64_t bytes, char buffer[static TEXT_BYTES_SIZE]);

/* Bytes of the first character of a text that is not empty; 0: broken UTF-8. */
size_t text_character(const char *text, size_t size, uint32_t *ret_character);

/* Whether all of it is well-formed UTF-8 (no surrogates, no overlong forms). */
bool text_is_utf8(const char *text, size_t size);

/*
 * Copy for a terminal or a one-line record: control characters, characters that turn the direction
 * of writing, and broken UTF-8 become \xNN, so that a test's argv cannot move the cursor. Always
 * terminates; cuts between characters.
 */
void text_escape(const char *text, size_t size, char *buffer, size_t room);

/*
 * The same for an argv block (words ended by NUL), quoted as a shell would need it: not at all, in
 * '...', or in $'...' where something is escaped. Returns the number of words.
 */
size_t text_escape_argv(const char *block, size_t size, char *buffer, size_t room);

/* The entry of `names` that is nearest to `word`, NULL if none is near. For "did you mean". */
const char *text_nearest(const char *word, const char *const *names, size_t count);
