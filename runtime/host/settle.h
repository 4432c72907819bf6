/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * settle.h - what follows from an update's coming into force and from its end.
 *
 * Post hooks run; the code of an update that has ended becomes garbage; when that is
 * collected, its shadow data goes and it is unmapped; then the update is forgotten.
 */
#ifndef REVECTOR_SETTLE_H
#define REVECTOR_SETTLE_H

/* Post hooks that are due, and nothing else. Locks as below. */
void rv_settle_hooks(void);

/* Whatever is due. Under the operation lock (operation.h), outside the gate. */
void rv_settle_locked(void);

/*
 * Inside the gate: unmaps the patch (struct rv_patch_image), in whose code no thread is any
 * more, or none ever was. The struct stays.
 */
void rv_settle_unload(void *patch);

#endif
