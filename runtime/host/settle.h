/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * settle.h - what follows from an update's coming into force and from its end.
 *
 * Post hooks run; the code of an update that has ended becomes garbage; when that is
 * collected, its shadow data goes and it is unmapped; then the update is forgotten.
 *
 * Also what an apply had in hand. In the process where it runs that is not much more than a
 * pin; but in the child of a fork nobody is in the middle of it and would give it up.
 */
#ifndef REVECTOR_SETTLE_H
#define REVECTOR_SETTLE_H

struct rv_patch_image;

/*
 * The target of an apply (rv_loader_pin), which may be null. Given up when no update is under
 * way. Inside the gate; no update is under way.
 */
void rv_settle_hold_target(void *pin);

/*
 * A patch that is loaded and has no update yet; a null pointer: it has, or is to be unloaded
 * by the caller. Inside the gate.
 */
void rv_settle_hold_patch(struct rv_patch_image *patch);

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
