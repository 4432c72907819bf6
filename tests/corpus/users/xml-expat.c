// SPDX-License-Identifier: BSD-2-Clause
// A small server that uses Expat: what patches of the library are shown on. Each
// connection has one parser for all its documents. Verbs:
//
//     whole   the document at once; its length is believed, as by careless programs
//     parts   the document in parts of 2048 bytes
//     stop    stops a parser that has not begun
//
// The answer is: how it ended, elements, milliseconds of processor time, the error.
// Usage: xml-expat PORT
#include "server.h"

#include <expat.h>
#include <string.h>
#include <time.h>

enum { PART = 2048 };

static void *opened(void)
{
    return XML_ParserCreate(NULL);
}

static void closed(void *state)
{
    XML_ParserFree(state);
}

static void on_start(void *user, const XML_Char *name, const XML_Char **attributes)
{
    (void)name, (void)attributes;
    ++*(int *)user;
}

static enum XML_Status in_parts(XML_Parser parser, const char *text, int length)
{
    enum XML_Status status = XML_STATUS_OK;
    for (int at = 0; at < length && status == XML_STATUS_OK; at += PART)
        status = XML_Parse(parser, text + at, length - at < PART ? length - at : PART, 0);
    return status == XML_STATUS_OK ? XML_Parse(parser, "", 0, 1) : status;
}

static enum XML_Status at_once(XML_Parser parser, const char *text, int length)
{
    void *buffer = XML_GetBuffer(parser, length > 0 ? length : 1);
    if (!buffer)
        return XML_STATUS_ERROR;
    if (length > 0)
        memcpy(buffer, text, (size_t)length);
    return XML_ParseBuffer(parser, length, 1);
}

static void answer(void *state, const struct request *request)
{
    XML_Parser parser = state;
    int elements = 0;
    XML_ParserReset(parser, NULL);
    XML_SetUserData(parser, &elements);
    XML_SetStartElementHandler(parser, on_start);
    clock_t begun = clock();
    enum XML_Status status = !strcmp(request->verb, "stop") ? XML_StopParser(parser, XML_TRUE)
                             : !strcmp(request->verb, "parts")
                                 ? in_parts(parser, request->text, request->length)
                                 : at_once(parser, request->text, request->length);
    const XML_LChar *error = XML_ErrorString(XML_GetErrorCode(parser));
    dprintf(request->fd, "%s %d %ld %s\n", status == XML_STATUS_OK ? "ok" : "bad", elements,
            (long)((clock() - begun) * 1000 / CLOCKS_PER_SEC), error ? error : "-");
}

int main(int argc, char **argv)
{
    return serve(argc > 1 ? argv[1] : "0");
}
