// SPDX-License-Identifier: BSD-2-Clause
// A small server that uses libxml2: what patches of the library are shown on. Each
// connection has one parser for all its documents. Verbs:
//
//     parse      a document, validated if it has a DTD
//     match:P    a document, whose elements are matched with the pattern P
//     schema     the path of a RELAX NG schema
//     resolve    a URI that is looked up in the catalogs
//
// The answer is "ok" or "bad", then a number (elements, elements that match) or a
// word, and the last error. Usage: xml-libxml2 PORT
#include "server.h"

#include <libxml/catalog.h>
#include <libxml/parser.h>
#include <libxml/pattern.h>
#include <libxml/relaxng.h>
#include <string.h>

static void *opened(void)
{
    return xmlNewParserCtxt();
}

static void closed(void *state)
{
    xmlFreeParserCtxt(state);
}

// All elements below and beside a node, or those that match the pattern.
static int count(xmlNodePtr node, xmlPatternPtr pattern)
{
    int found = 0;
    for (; node; node = node->next) {
        if (node->type == XML_ELEMENT_NODE)
            found += (!pattern || xmlPatternMatch(pattern, node) == 1) +
                     count(node->children, pattern);
    }
    return found;
}

static void say(int fd, int good, int number)
{
    xmlErrorPtr error = xmlGetLastError();
    char text[100] = "-";
    if (error && error->message)
        snprintf(text, sizeof(text), "%.*s", (int)strcspn(error->message, "\n"), error->message);
    dprintf(fd, "%s %d %s\n", good ? "ok" : "bad", number, text);
}

static void parse(xmlParserCtxtPtr parser, const struct request *request, const char *pattern)
{
    int options = XML_PARSE_NOERROR | XML_PARSE_NOWARNING;
    if (strstr(request->text, "<!DOCTYPE"))
        options |= XML_PARSE_DTDVALID;
    xmlDocPtr doc =
        xmlCtxtReadMemory(parser, request->text, request->length, NULL, NULL, options);
    xmlPatternPtr compiled =
        pattern ? xmlPatterncompile((const xmlChar *)pattern, NULL, 0, NULL) : NULL;
    say(request->fd, doc != NULL, doc ? count(doc->children, compiled) : 0);
    xmlFreePattern(compiled);
    xmlFreeDoc(doc);
}

static void schema(const struct request *request)
{
    xmlRelaxNGParserCtxtPtr parser = xmlRelaxNGNewParserCtxt(request->text);
    xmlRelaxNGPtr made = parser ? xmlRelaxNGParse(parser) : NULL;
    say(request->fd, made != NULL, 0);
    xmlRelaxNGFree(made);
    xmlRelaxNGFreeParserCtxt(parser);
}

static void resolve(const struct request *request)
{
    xmlChar *found = xmlCatalogResolveURI((const xmlChar *)request->text);
    say(request->fd, found != NULL, 0);
    xmlFree(found);
}

static void answer(void *state, const struct request *request)
{
    xmlResetLastError();
    if (!strcmp(request->verb, "schema"))
        schema(request);
    else if (!strcmp(request->verb, "resolve"))
        resolve(request);
    else
        parse(state, request, strncmp(request->verb, "match:", 6) ? NULL : request->verb + 6);
}

int main(int argc, char **argv)
{
    return serve(argc > 1 ? argv[1] : "0");
}
