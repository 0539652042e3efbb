/* The folder in which one supervisor keeps the sockets of its assessments. */
#pragma once

#define SUPPORT_NAME_SIZE 17

struct error;

struct support_folder {
	int fd; /* holds the lock that says that its supervisor lives; -1: none */
	char *path;
};

/*
 * Make a folder below `base`, passable for everybody and readable for nobody else, and remove those
 * there whose supervisors are dead. It has a name that no other ever had, or, for a supervisor that
 * goes on with another's jobs, `name` (NULL: none): programs look for it there. -ENAMETOOLONG: the
 * path of a socket in it would not fit into an address.
 */
int support_folder_make(
	const char *base, const char *name, struct support_folder *ret_folder, struct error *error);

/* Remove it with all that is in it; harmless where none was made. */
void support_folder_remove(struct support_folder *folder);
