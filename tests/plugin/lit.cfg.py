# SPDX-License-Identifier: BSD-2-Clause
# Configuration of lit for the plugin's tests: one behaviour a file, its name the
# sentence, RUN lines on top, expectations beside the code.
#
#   %cc %cxx       revector-cc, revector-c++
#   %clang         the same clang, without the plugin
#   %plugin        the plugin, for -fplugin=
#   %same          builds and runs a program plainly and with the plugin in many
#                  ways; fails where the output or the exit status differs
#   %revector      the command
#   %patch         builds a program and a patch for it in several ways, and lets the
#                  program apply the patch (Inputs/patch.sh)
#   %refit         compiles a file for a patch of %t.exe, position-independent
import os
import sys
import lit.formats

config.name = 'revector-plugin'
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = ['.c', '.cpp', '.test']
config.excludes = ['Inputs']
config.test_source_root = os.path.dirname(__file__)

build = config.revector_build
config.environment['PATH'] = os.pathsep.join((config.llvm_tools, os.environ['PATH']))
config.environment['REVECTOR_BUILD'] = build

config.substitutions += [
    ('%cc', build + '/bin/revector-cc'),
    ('%cxx', build + r'/bin/revector-c\+\+'),
    ('%clang', 'clang-19'),
    ('%plugin', build + '/lib/revector/revector-clang.so'),
    ('%same', config.test_source_root + '/Inputs/same.sh'),
    ('%revector', build + '/bin/revector'),
    ('%patch', config.test_source_root + '/Inputs/patch.sh'),
    ('%refit', build + '/bin/revector-cc -fPIC -fplugin-arg-revector-patch=%t.exe '
               '-fplugin-arg-revector-unit=0 -Rpass=revector'),
    ('%inputs', config.test_source_root + '/Inputs'),
    ('%python', sys.executable),
    ('%runtime', f'-L{build}/lib -lrevector -Wl,-rpath,{build}/lib'),
]
