/* Which listener an observed group belongs to: the way from a slot to its owner. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "bpf/event.h"
#include "observe/probe.h"

struct error;
struct group;
struct watches;
struct watch;

typedef void watch_listener(const struct axe_event *event, void *data);

/* Loads the kernel half; its events are handed to the listeners by watches_drain. */
int watches_create(
	const struct probe_config *config, struct watches **ret_watches, struct error *error);
void watches_destroy(struct watches *watches);

/* Where what it observes comes from. */
enum probe_origin watches_origin(const struct watches *watches);

int watches_descriptor(const struct watches *watches);

/* Deliver all that waits. */
void watches_drain(struct watches *watches);
/* How much of the ring waits for that, in percent. */
unsigned watches_filled(const struct watches *watches);
/* So little may wait while others die: not yet what the ring's own bell rings for. */
#define WATCHES_LITTLE_PERCENT 12

/* How full the kernel half is. */
void watches_pressure(const struct watches *watches, struct probe_pressure *ret_pressure);

/* Is all that observes still in its place? 0 or -errno with what is not. */
int watches_check(struct watches *watches, struct error *error);

/* Observe a group from before its first process. The listener may close its own watch. */
int watch_open(struct watches *watches, const struct group *group, enum axe_slot_kind kind,
	watch_listener *listener, void *data, struct watch **ret_watch, struct error *error);

/*
 * What a dead supervisor watched, before the first drain: each is taken over or given up by the
 * visitor. `intent` NULL: it died before anybody was in the group.
 */
typedef void watch_visitor(uint32_t slot, const struct axe_slot *counters,
	const struct axe_intent *intent, void *data);
void watches_adopt(struct watches *watches, watch_visitor *visitor, void *data);

/* Go on with one of them as after watch_open. */
int watch_take(struct watches *watches, uint32_t slot, watch_listener *listener, void *data,
	struct watch **ret_watch, struct error *error);

/* Nobody goes on with it. */
void watch_give_up(struct watches *watches, uint32_t slot);

/*
 * What is decided about the group, in memory that outlives the supervisor: to be written before it
 * is acted upon. It counts from the first watch_seal on, which comes before the first process.
 */
struct axe_intent *watch_intent(const struct watch *watch);
void watch_seal(const struct watch *watch);

/* Its listener goes away before it: from here on nobody is told. */
void watch_silence(struct watch *watch);

/* Stop observing; the kernel's remaining records of the group are dropped. NULL is fine. */
void watch_close(struct watch *watch);

/* Stop listening; the kernel half goes on observing, for a successor to take it. NULL is fine. */
void watch_leave(struct watch *watch);

/* The kernel's live counters. */
const struct axe_slot *watch_slot(const struct watch *watch);

/* False only where none of its processes can have left a file lock behind. */
bool watch_may_lock(const struct watch *watch);

/* Births and joins that have no exit yet, by the kernel's counters. */
uint64_t watch_living(const struct watch *watch);

/* The kernel half itself, for records. */
struct probe *watch_probe(const struct watch *watch);
uint32_t watch_index(const struct watch *watch);
