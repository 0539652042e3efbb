/* The page axe(1), for man: its prose is a file, its verbs and options are those of the tables. */
#pragma once

#include <stdio.h>

/* The whole page, in roff. */
void manual_print(FILE *stream);
