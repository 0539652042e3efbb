/* Text of unknown origin, made safe to show: checked as UTF-8, escaped, quoted. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"

/* The least character that needs so many bytes: what is below it was encoded overlong. */
static const uint32_t least_of_length[] = { [1] = 0, [2] = 0x80, [3] = 0x800, [4] = 0x10000 };

/* Characters that move the cursor, end a line or turn the direction of what follows. */
static const struct {
	uint32_t first, last;
} unsafe[] = {
	{ 0x00, 0x1f }, /* C0 */
	{ 0x7f, 0x9f }, /* DEL, C1 */
	{ 0x061c, 0x061c }, /* Arabic letter mark */
	{ 0x200e, 0x200f }, /* left-to-right and right-to-left marks */
	{ 0x2028, 0x202e }, /* line and paragraph separators, embeddings and overrides */
	{ 0x2066, 0x2069 }, /* isolates */
};

static size_t length_from_lead(unsigned char lead)
{
	if (lead < 0x80)
		return 1;
	if (lead >= 0xc2 && lead < 0xe0)
		return 2;
	if (lead >= 0xe0 && lead < 0xf0)
		return 3;
	return lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
}

size_t text_character(const char *text, size_t size, uint32_t *ret_character)
{
	const unsigned char *bytes = (const unsigned char *)text;
	size_t length = length_from_lead(bytes[0]);
	uint32_t character;

	if (length == 0 || length > size)
		return 0;
	character = length == 1 ? bytes[0] : bytes[0] & (0x7fu >> length);
	for (size_t at = 1; at < length; at++) {
		if ((bytes[at] & 0xc0) != 0x80)
			return 0;
		character = character << 6 | (bytes[at] & 0x3f);
	}
	if (character < least_of_length[length] || character > 0x10ffff ||
		(character >= 0xd800 && character <= 0xdfff))
		return 0;
	*ret_character = character;
	return length;
}

bool text_is_utf8(const char *text, size_t size)
{
	uint32_t character;

	for (size_t at = 0, length; at < size; at += length) {
		length = text_character(text + at, size - at, &character);
		if (length == 0)
			return false;
	}
	return true;
}

static bool is_safe(uint32_t character)
{
	for (size_t at = 0; at < sizeof(unsafe) / sizeof(*unsafe); at++)
		if (character >= unsafe[at].first && character <= unsafe[at].last)
			return false;
	return true;
}

/* Takes whole pieces until one does not fit; nothing after that. */
struct sink {
	char *at;
	size_t left; /* without the final NUL */
};

static void sink_put(struct sink *sink, const char *piece, size_t size)
{
	if (size > sink->left) {
		sink->left = 0;
		return;
	}
	memcpy(sink->at, piece, size);
	sink->at += size;
	sink->left -= size;
}

static void sink_put_text(struct sink *sink, const char *piece)
{
	sink_put(sink, piece, strlen(piece));
}

/* One character or one broken byte; returns how many bytes of the text it took. */
static size_t put_escaped(struct sink *sink, const char *text, size_t size)
{
	char escaped[4 * 4 + 1];
	uint32_t character = 0;
	size_t length = text_character(text, size, &character);

	if (length && is_safe(character)) {
		sink_put(sink, text, length);
		return length;
	}
	if (length == 0)
		length = 1;
	for (size_t at = 0; at < length; at++)
		snprintf(escaped + 4 * at, 5, "\\x%02x", (unsigned char)text[at]);
	sink_put_text(sink, escaped);
	return length;
}

void text_escape(const char *text, size_t size, char *buffer, size_t room)
{
	struct sink sink = { buffer, room ? room - 1 : 0 };
	for (size_t at = 0; at < size && sink.left;)
		at += put_escaped(&sink, text + at, size - at);
	if (room)
		*sink.at = '\0';
}

/* How a shell must be given a word: as it is, in '...', or in $'...' where something is escaped. */
enum quoting { QUOTE_NOT, QUOTE_PLAIN, QUOTE_ESCAPES };

static enum quoting quoting_of(const char *word, size_t size)
{
	enum quoting quoting = size ? QUOTE_NOT : QUOTE_PLAIN;

	for (size_t at = 0, length; at < size; at += length) {
		uint32_t character;

		length = text_character(word + at, size - at, &character);
		if (length == 0 || !is_safe(character))
			return QUOTE_ESCAPES;
		if (length == 1 && strchr(" !\"#$&'()*;<>?[\\]^`{|}~", word[at]))
			quoting = QUOTE_PLAIN;
	}
	return quoting;
}

static void put_plain(struct sink *sink, const char *word, size_t size)
{
	sink_put_text(sink, "'");
	for (size_t at = 0; at < size && sink->left;) {
		if (word[at] == '\'') {
			sink_put_text(sink, "'\\''");
			at++;
		} else {
			at += put_escaped(sink, word + at, size - at);
		}
	}
	sink_put_text(sink, "'");
}

static void put_with_escapes(struct sink *sink, const char *word, size_t size)
{
	sink_put_text(sink, "$'");
	for (size_t at = 0; at < size && sink->left;) {
		if (word[at] == '\'' || word[at] == '\\') {
			sink_put(sink, (const char[]){ '\\', word[at] }, 2);
			at++;
		} else {
			at += put_escaped(sink, word + at, size - at);
		}
	}
	sink_put_text(sink, "'");
}

static void put_word(struct sink *sink, const char *word, size_t size)
{
	switch (quoting_of(word, size)) {
	case QUOTE_NOT:
		for (size_t at = 0; at < size && sink->left;)
			at += put_escaped(sink, word + at, size - at);
		break;
	case QUOTE_PLAIN:
		put_plain(sink, word, size);
		break;
	case QUOTE_ESCAPES:
		put_with_escapes(sink, word, size);
		break;
	}
}

size_t text_escape_argv(const char *block, size_t size, char *buffer, size_t room)
{
	struct sink sink = { buffer, room ? room - 1 : 0 };
	size_t words = 0;

	for (size_t at = 0; at < size; words++) {
		size_t length = strnlen(block + at, size - at);

		if (words)
			sink_put_text(&sink, " ");
		put_word(&sink, block + at, length);
		at += length + 1;
	}
	if (room)
		*sink.at = '\0';
	return words;
}
