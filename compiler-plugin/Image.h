// SPDX-License-Identifier: BSD-2-Clause
//
// Image.h - struct rv_image and how an image registers itself.
#ifndef REVECTOR_PLUGIN_IMAGE_H
#define REVECTOR_PLUGIN_IMAGE_H

namespace llvm {
class GlobalVariable;
class Module;
} // namespace llvm

namespace revector {

// Every unit brings rv_image, with a constructor and a destructor that hand it to
// the runtime; the linker keeps one of each per image.
llvm::GlobalVariable *defineImage(llvm::Module &M);

} // namespace revector
#endif
