/* Text that XML 1.0 can carry. */
#pragma once

#include <stdio.h>

/*
 * Write UTF-8 text as it may stand in an attribute or between tags. Characters that XML 1.0 does
 * not allow at all become \xNN. NULL writes nothing.
 */
void xml_write(FILE *file, const char *text);

/* ` name="text"` */
void xml_write_attribute(FILE *file, const char *name, const char *text);
