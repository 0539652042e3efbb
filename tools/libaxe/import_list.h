/* A list of tests in a text file, line by line. */
#pragma once

struct error;

#define IMPORT_LIST_MAX (4u << 20) /* bytes of one file */

/* May write into the line. -EINVAL: it is no good; where it stands is added to the text. */
typedef int import_line(void *data, char *line, struct error *error);

/*
 * Call `add` for each line, without the blanks around it; those that are empty or start with `#`
 * are left out. -EINVAL: "FILE:LINE: " and what is wrong there: NUL, control characters, broken
 * UTF-8, more bytes than a command may have, or what `add` refuses; -EFBIG: over the bound above.
 */
int import_list_read(const char *path, import_line *add, void *data, struct error *error);
