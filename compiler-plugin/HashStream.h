// SPDX-License-Identifier: BSD-2-Clause
//
// HashStream.h - gather words and strings, then hash them once.
//
// Every item goes in with its length or a tag, so that two different sequences
// never make the same bytes. The results are written into records and compared
// between runs of one compiler version on one kind of machine.
#ifndef REVECTOR_PLUGIN_HASHSTREAM_H
#define REVECTOR_PLUGIN_HASHSTREAM_H

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/xxhash.h"

#include <cstdint>
#include <cstring>

namespace revector {

class HashStream {
public:
  void add(uint64_t Word) { Words.push_back(Word); }

  void add(llvm::StringRef Text) {
    add(Text.size());
    size_t Start = Words.size();
    Words.resize(Start + (Text.size() + 7) / 8, 0);
    if (!Text.empty())
      std::memcpy(&Words[Start], Text.data(), Text.size());
  }

  // Never 0, which records use for "not known".
  uint64_t finish() const {
    llvm::ArrayRef<uint8_t> Bytes(reinterpret_cast<const uint8_t *>(Words.data()),
                                  Words.size() * sizeof(uint64_t));
    uint64_t Hash = llvm::xxh3_64bits(Bytes);
    return Hash ? Hash : 1;
  }

private:
  llvm::SmallVector<uint64_t, 256> Words;
};

} // namespace revector
#endif
