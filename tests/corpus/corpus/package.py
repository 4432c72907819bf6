# SPDX-License-Identifier: BSD-2-Clause
"""A package while its rows or its tests are run: source, builds, and what makes patches for it."""
import os
from contextlib import closing, contextmanager
from dataclasses import dataclass

from .build import Builds
from .patch import PatchMaker
from .sources import Sources
from .tool import Revector


@dataclass
class Package:
    """`scratch` is a folder for what its programs write. Not for several threads."""
    sources: Sources
    builds: Builds
    maker: PatchMaker
    revector: Revector
    scratch: str

    def in_order(self, rows):
        """The rows in the order of their patches, so that states follow each other; first come
        those whose patch this version does not have."""
        place = {patch: number for number, patch in enumerate(self.sources.patches)}
        return sorted(rows, key=lambda row: place.get(row.patches[0], -1))

    def before(self, row):
        """The folder with the programs of the state before a row's patch."""
        return self.builds.state(self.sources.span(row.patches)[0])


@contextmanager
def opened(name, folder, revector, jobs, scratch):
    """The package, in its place below `folder`, for this runner alone. Problem if its source
    cannot be had, or cannot be configured."""
    folder = os.path.join(folder, name)
    with closing(Sources(name, folder)) as sources:
        builds = Builds(sources, folder, revector, jobs)
        yield Package(sources, builds, PatchMaker(sources, builds, revector), revector, scratch)
