/* What both halves of the count of refused descriptors share. */
#ifndef AXE_BPF_REFUSAL_H
#define AXE_BPF_REFUSAL_H

#define REFUSAL_OTHERS 4 /* system calls to which EMFILE is not about descriptors */

#endif
