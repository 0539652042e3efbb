/* The bytes of a manifest: which are allowed, and where one of them stands. */
#include "libaxe/manifest_text.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "libaxe/manifest_path.h"

size_t manifest_text_mark(const char *text, size_t size)
{
	return size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

/* A byte order mark, or a NUL beside the ASCII that every manifest begins with. */
static bool looks_like_utf16(const char *text, size_t size)
{
	if (size < 2)
		return false;
	if (memcmp(text, "\xff\xfe", 2) == 0 || memcmp(text, "\xfe\xff", 2) == 0)
		return true;
	return (text[0] == '\0') != (text[1] == '\0');
}

/* Bytes that a character takes by its first one; 1 for one that begins none. */
static size_t character_size(unsigned char first)
{
	if (first >= 0xf0)
		return 4;
	if (first >= 0xe0)
		return 3;
	return first >= 0xc0 ? 2 : 1;
}

/* The offset of the first byte that is not part of well-formed UTF-8; `size` when all are. */
static size_t find_broken(const char *text, size_t size)
{
	size_t offset = 0;

	if (text_is_utf8(text, size))
		return size;
	while (offset < size) {
		size_t length = character_size((unsigned char)text[offset]);

		if (length > size - offset || !text_is_utf8(text + offset, length))
			break;
		offset += length;
	}
	return offset;
}

static size_t find_control(const char *text, size_t size)
{
	for (size_t offset = 0; offset < size; offset++) {
		unsigned char byte = (unsigned char)text[offset];

		if (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r')
			return offset;
	}
	return size;
}

static int refuse_byte(
	const char *text, size_t offset, const char *expected, struct manifest_error *ret_error)
{
	unsigned line, column;
	char found[32];

	manifest_text_locate(text, offset, &line, &column);
	snprintf(found, sizeof(found), "the byte 0x%02x", (unsigned char)text[offset]);
	return manifest_refuse(ret_error, NULL, line, column, expected, found, "");
}

int manifest_text_check(const char *text, size_t size, struct manifest_error *ret_error)
{
	size_t offset;

	if (looks_like_utf16(text, size))
		return manifest_refuse(ret_error, NULL, 1, 1, "UTF-8 text", "UTF-16",
			"convert it: iconv -f UTF-16 -t UTF-8 FILE");

	offset = find_control(text, size);
	if (offset < size)
		return refuse_byte(text, offset, "text without control characters", ret_error);
	offset = find_broken(text, size);
	if (offset < size)
		return refuse_byte(text, offset, "UTF-8 text", ret_error);
	if (strspn(text, " \t\r\n") == size)
		return manifest_refuse(ret_error, NULL, 1, 1, "a manifest", "an empty file", "");
	return 0;
}

void manifest_text_locate(const char *text, size_t offset, unsigned *ret_line, unsigned *ret_column)
{
	unsigned line = 1, column = 1;

	for (size_t i = 0; i < offset; i++) {
		unsigned char byte = (unsigned char)text[i];

		if (byte == '\n') {
			line++;
			column = 1;
		} else if ((byte & 0xc0) != 0x80) {
			column++;
		}
	}
	*ret_line = line;
	*ret_column = column;
}
