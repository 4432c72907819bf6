# SPDX-License-Identifier: BSD-2-Clause
"""One file per package: how it is started, what its load asks, and a probe for each row."""
