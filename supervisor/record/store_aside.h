/* A damaged store moved out of the way, whole: it may still be worth something to a person. */
#pragma once

#include <limits.h>

struct error;

/* Rename the store's file with its log and index to a name that is free; ret_name is the file's. */
int store_put_aside(int directory, char ret_name[static NAME_MAX], struct error *error);
