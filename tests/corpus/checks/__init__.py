# SPDX-License-Identifier: BSD-2-Clause
"""Tests of the runner's parts, with what is made up for them in made.py; ../check.py runs them."""
