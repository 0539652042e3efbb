/* Text that XML 1.0 can carry. */
#include "record/xml.h"

#include <string.h>

/* Line ends are references, too: a parser turns bare ones in an attribute into blanks. */
static const char *const references[] = {
	['\t'] = "&#9;",
	['\n'] = "&#10;",
	['\r'] = "&#13;",
	['"'] = "&quot;",
	['&'] = "&amp;",
	['\''] = "&#39;",
	['<'] = "&lt;",
	['>'] = "&gt;",
};

/*
 * How many bytes a character has that XML does not know: control characters, and the only ones
 * beyond that well-formed UTF-8 may have, U+FFFE and U+FFFF.
 */
static size_t unknown_size(const char *text)
{
	if (strncmp(text, "\xef\xbf\xbe", 3) == 0 || strncmp(text, "\xef\xbf\xbf", 3) == 0)
		return 3;
	return (unsigned char)*text < ' ' ? 1 : 0;
}

void xml_write(FILE *file, const char *text)
{
	while (text && *text) {
		unsigned char byte = (unsigned char)*text;
		const char *reference =
			byte < sizeof(references) / sizeof(*references) ? references[byte] : NULL;
		size_t size = reference ? 0 : unknown_size(text);

		if (reference)
			fputs(reference, file);
		else if (!size)
			fputc(byte, file);
		for (size_t i = 0; i < size; i++)
			fprintf(file, "\\x%02x", (unsigned char)text[i]);
		text += size ? size : 1;
	}
}

void xml_write_attribute(FILE *file, const char *name, const char *text)
{
	fprintf(file, " %s=\"", name);
	xml_write(file, text);
	fputc('"', file);
}
