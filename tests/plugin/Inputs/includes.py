# SPDX-License-Identifier: BSD-2-Clause
"""includes.py PLUGIN FOLDER: asks clang what each FOLDER/*.c includes, one by one, and the plugin,
all at once. Prints what clang says; fails where the plugin says anything else."""
import glob
import os
import subprocess
import sys

CLANG = "clang-19"


def arguments(source, rule):
    return ["-std=c23", "-Eonly", "-w", "-sys-header-deps", "-nostdsysteminc", "-I", "first",
            "-I", "second", "-dependency-file", rule, "-MT", "it", "-x", "c", source]


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def main(plugin, folder):
    sources = sorted(os.path.basename(path) for path in glob.glob(f"{folder}/*.c"))
    commands = os.path.join(folder, "commands")
    with open(commands, "w", encoding="utf-8") as file:
        for source in sources:
            words = [folder, *arguments(source, f"{folder}/{source}.rule"), ""]
            file.write("".join(word + "\0" for word in words))
    subprocess.run([CLANG, "-cc1", "-load", plugin, "-plugin", "revector-includes",
                    "-plugin-arg-revector-includes", commands, "-x", "c", "/dev/null"], check=True)
    for source in sources:
        alone = f"{folder}/{source}.alone"
        subprocess.run([CLANG, "-cc1", *arguments(source, alone)], cwd=folder, check=True)
        print(source, read(alone), sep="\n")
        if read(alone) != read(f"{folder}/{source}.rule"):
            sys.exit(f"{source}: the plugin says: {read(f'{folder}/{source}.rule')}")


main(*sys.argv[1:])
