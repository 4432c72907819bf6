/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * image_elf.c - copy the sections with records out of an ELF file.
 *
 * Knows ELF, and of records only how large they are and which version. What
 * is inside them is image_file.c's to check.
 */
#include "image_file_impl.h"

#include <gelf.h>
#include <stdlib.h>
#include <string.h>

static const char *const section_names[SECTION_COUNT] = {
    [SECTION_METHODS] = RV_SECTION_METHODS, [SECTION_UNITS] = RV_SECTION_UNITS,
    [SECTION_DATA] = RV_SECTION_DATA,       [SECTION_STRINGS] = RV_SECTION_STRINGS,
    [SECTION_PATCH] = RV_SECTION_PATCH,     [SECTION_REPLACEMENTS] = RV_SECTION_REPLACEMENTS,
    [SECTION_IMPORTS] = RV_SECTION_IMPORTS, [SECTION_FIXUPS] = RV_SECTION_FIXUPS,
    [SECTION_HOOKS] = RV_SECTION_HOOKS,     [SECTION_TRANSFORMS] = RV_SECTION_TRANSFORMS,
};

/* Bytes of a section that has some in the file; null if the file is too short. */
static const void *section_bytes(Elf_Scn *scn, const GElf_Shdr *header)
{
    Elf_Data *data = elf_rawdata(scn, NULL);

    if (!data || !data->d_buf || data->d_size != header->sh_size || header->sh_type == SHT_NOBITS)
        return NULL;
    return data->d_buf;
}

static int copy_section(Elf_Scn *scn, const GElf_Shdr *header, struct section *section)
{
    const void *bytes;

    if (section->bytes)
        return RV_ECORRUPT;
    if (!header->sh_size)
        return 0;
    bytes = section_bytes(scn, header);
    if (!bytes)
        return RV_ECORRUPT;
    section->bytes = malloc(header->sh_size);
    if (!section->bytes)
        return RV_ENOMEM;
    memcpy(section->bytes, bytes, header->sh_size);
    section->address = header->sh_addr;
    section->size = header->sh_size;
    return 0;
}

static int read_build_id(Elf_Scn *scn, struct rv_image_file *face)
{
    Elf_Data *data = elf_getdata(scn, NULL);
    size_t at = 0, next, name_at, desc_at;
    GElf_Nhdr note;

    while (data && (next = gelf_getnote(data, at, &note, &name_at, &desc_at)) > 0) {
        at = next;
        if (note.n_type != NT_GNU_BUILD_ID || note.n_namesz != sizeof(ELF_NOTE_GNU) ||
            memcmp((char *)data->d_buf + name_at, ELF_NOTE_GNU, sizeof(ELF_NOTE_GNU)))
            continue;
        if (!note.n_descsz || note.n_descsz > sizeof(face->build_id))
            return RV_ENOBUILDID;
        memcpy(face->build_id, (char *)data->d_buf + desc_at, note.n_descsz);
        face->build_id_size = note.n_descsz;
    }
    return 0;
}

static int read_section(Elf *elf, Elf_Scn *scn, size_t names, struct image_file *file)
{
    GElf_Shdr header;
    const char *name;

    if (!gelf_getshdr(scn, &header))
        return RV_ECORRUPT;
    if (header.sh_type == SHT_NOTE)
        return read_build_id(scn, &file->face);
    name = elf_strptr(elf, names, header.sh_name);
    for (int kind = 0; name && kind < SECTION_COUNT; kind++) {
        if (!strcmp(name, section_names[kind]))
            return copy_section(scn, &header, &file->sections[kind]);
    }
    return 0;
}

static int has_section_headers(Elf *elf)
{
    GElf_Ehdr header;

    return gelf_getehdr(elf, &header) && header.e_shoff;
}

static int read_sections(Elf *elf, struct image_file *file)
{
    size_t names, count;
    int error = 0;

    if (elf_getshdrstrndx(elf, &names) || elf_getshdrnum(elf, &count))
        return RV_ECORRUPT;
    for (size_t i = 1; !error && i < count; i++) {
        Elf_Scn *scn = elf_getscn(elf, i);
        error = scn ? read_section(elf, scn, names, file) : RV_ECORRUPT;
    }
    if (error)
        return error;
    if (!count && has_section_headers(elf)) /* behind the end of the file */
        return RV_ECORRUPT;
    if (file->sections[SECTION_UNITS].size < sizeof(struct rv_unit))
        return RV_ENORECORDS;
    return file->face.build_id_size ? 0 : RV_ENOBUILDID;
}

static int check_header(Elf *elf)
{
    GElf_Ehdr header;

    if (elf_kind(elf) != ELF_K_ELF || gelf_getclass(elf) != ELFCLASS64 ||
        !gelf_getehdr(elf, &header))
        return RV_ENOTELF;
    if (header.e_ident[EI_DATA] != ELFDATA2LSB ||
        (header.e_type != ET_EXEC && header.e_type != ET_DYN))
        return RV_ENOTELF;
    return 0;
}

/* The version of the records stands in rv_image, which the first unit leads to. */
static int check_abi(Elf *elf, const struct image_file *file)
{
    const struct section *units = &file->sections[SECTION_UNITS];
    const struct rv_unit *unit = (const void *)units->bytes;
    uint64_t image =
        units->address + offsetof(struct rv_unit, image) + (uint64_t)(int64_t)unit->image;
    Elf_Scn *scn = NULL;
    GElf_Shdr header;
    uint32_t abi;

    while ((scn = elf_nextscn(elf, scn))) {
        if (!gelf_getshdr(scn, &header) || !(header.sh_flags & SHF_ALLOC) ||
            image < header.sh_addr || header.sh_size < sizeof(struct rv_image) ||
            image - header.sh_addr > header.sh_size - sizeof(struct rv_image))
            continue;
        const uint8_t *bytes = section_bytes(scn, &header);
        if (!bytes)
            continue;
        memcpy(&abi, bytes + (image - header.sh_addr) + offsetof(struct rv_image, abi),
               sizeof(abi));
        return abi == RV_RECORD_ABI ? 0 : RV_ERECORDS;
    }
    return RV_ECORRUPT;
}

int image_file_read(int fd, struct image_file *file)
{
    Elf *elf;
    int error;

    elf_version(EV_CURRENT);
    elf = elf_begin(fd, ELF_C_READ, NULL);
    if (!elf)
        return RV_ENOTELF;
    error = check_header(elf);
    if (!error)
        error = read_sections(elf, file);
    if (!error)
        error = check_abi(elf, file);
    elf_end(elf);
    return error;
}
