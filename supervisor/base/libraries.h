/* The libraries of the process, and whether its children get a copy of them. */
#pragma once

/*
 * The copy of those that only the process itself calls: 80 mappings, and the faults on both sides
 * behind each. What a child may call between clone and exec stays: the C library, the loader, and
 * what is preloaded or checks the memory. Only a matter of time: where it cannot be done, a child
 * gets all of them. Not while the process forks; see heap.h.
 */
void libraries_withhold(void);
void libraries_give(void);
