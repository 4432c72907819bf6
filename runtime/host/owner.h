/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * owner.h - whose files may become code of this process, or say whose may.
 *
 * One rule for the journal's folders and files, for key files, and for patches that
 * somebody brings: only root and the process's effective user can have put there what
 * is in them. Any thread, no locks.
 */
#ifndef REVECTOR_HOST_OWNER_H
#define REVECTOR_HOST_OWNER_H

/* What is open as `fd`. RV_EREAD; RV_EOWNER: it is another user's, or writable by others. */
int rv_owner_check(int fd) __attribute__((warn_unused_result));

#endif
