/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * owner.c - see owner.h.
 */
#include "owner.h"
#include "revector/error.h"

#include <sys/stat.h>
#include <unistd.h>

int rv_owner_check(int fd)
{
    struct stat status;

    if (fstat(fd, &status))
        return RV_EREAD;
    if (status.st_uid != 0 && status.st_uid != geteuid())
        return RV_EOWNER;
    return status.st_mode & (S_IWGRP | S_IWOTH) ? RV_EOWNER : 0;
}
