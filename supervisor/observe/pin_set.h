/* One set of pins: a folder of a BPF file system with a name for each map and link. */
#pragma once

#include <limits.h>
#include <stddef.h>

struct error;

#define PIN_DIR_MAX 200 /* room for the names of a set and of a pin behind it */

#define PIN_SET_KEPT "kept" /* the valid set of a folder of pins */

enum pin_kind { PIN_IDENTITY, PIN_MAP, PIN_LINK };

/* The folder of a set. */
void pin_set_path(char path[static PATH_MAX], const char *pin_dir, const char *set);

int pin_add(const char *set, enum pin_kind kind, const char *name, int fd, struct error *error);

/* A descriptor of the caller's, or -errno. */
int pin_open(const char *set, enum pin_kind kind, const char *name);

/* The folder and all pins in it; missing is fine. */
void pin_set_remove(const char *set);
