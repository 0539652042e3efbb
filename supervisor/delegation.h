/* The part of the group tree that systemd has given to this service, if any. */
#pragma once

struct error;

/*
 * When this process is the main process of a unit with Delegate=: move it into the leaf
 * `supervisor` of the unit's own group, where it is in nobody's way (a group with processes cannot
 * give controllers to its children), and return the unit's group, to make groups below. systemd has
 * one writer per subtree, so that this is the only place for them. *ret_root is NULL when there is
 * no such unit; else the caller frees it.
 */
int delegation_enter(char **ret_root, struct error *error);
