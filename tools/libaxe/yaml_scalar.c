/* What a YAML scalar means: the schema decides, never the look of the text. */
#include "libaxe/yaml_scalar.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/manifest.h"

static json_t *integer_from(const char *text)
{
	char *end;
	long long value;

	/* strtoll would also take blanks and a plus. */
	if (text[strspn(text, "-0123456789")] != '\0')
		return NULL;
	errno = 0;
	value = strtoll(text, &end, 10);
	return errno || end == text || *end ? NULL : json_integer(value);
}

static json_t *boolean_from(const char *text)
{
	if (strcmp(text, "true") == 0)
		return json_true();
	return strcmp(text, "false") == 0 ? json_false() : NULL;
}

json_t *yaml_scalar_plain(const char *path, const char *text, size_t length)
{
	json_t *json = NULL;

	switch (manifest_scalar_type(path)) {
	case MANIFEST_INTEGER:
		json = integer_from(text);
		break;
	case MANIFEST_BOOLEAN:
		json = boolean_from(text);
		break;
	case MANIFEST_STRING:
		break;
	}
	return json ? json : json_stringn(text, length);
}
