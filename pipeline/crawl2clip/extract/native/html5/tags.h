/* Lists the elements that the HTML standard names, and the properties that its parser needs. */
#ifndef TAGS_H
#define TAGS_H

#include <stdint.h>

enum {
    SPECIAL = 1 << 0,    /* the category of that name */
    SCOPE = 1 << 1,      /* ends every scope but that of tables */
    BUTTON = 1 << 2,     /* ends button scope only */
    LIST = 1 << 3,       /* ends list item scope only */
    TABLES = 1 << 4,     /* ends table scope */
    FORMATTING = 1 << 5, /* kept in the list of active formatting elements */
    IMPLIED = 1 << 6,    /* its end tag may be implied */
    THOROUGH = 1 << 7,   /* implied "thoroughly" */
    BREAKOUT = 1 << 8,   /* its start tag leaves SVG and MathML */
    BLOCK = 1 << 9,      /* its start tag closes a p and does nothing else of note */
    CLOSING = 1 << 10,   /* its end tag closes all up to it, if it is in scope */
    VOID = 1 << 11,      /* area, br, embed, img, keygen, wbr */
    HEAD = 1 << 12,      /* handled by the rules for "in head" wherever it stands */
    TABULAR = 1 << 13,   /* table, tbody, tfoot, thead, tr: foster parents */
    STRUCTURE = 1 << 14, /* caption to tr: start tags that mean something in tables only */
    INLINE = 1 << 15,    /* does not separate words; the list is that of lexbor_events.py */
    SILENT = 1 << 16,    /* its content is not for reading; the list is that of lexbor_events.py */
    RAW = 1 << 17,       /* its content is text, character references not decoded */
    HEADING = 1 << 18,   /* h1 to h6 */
    CONTAINER = 1 << 19, /* starts and ends are events */
};

#define ALL_SCOPES (SCOPE | BUTTON | LIST)

#define TAGS(X)                                                                                  \
    X(A, "a", FORMATTING | INLINE | CONTAINER)                                                   \
    X(ABBR, "abbr", INLINE)                                                                      \
    X(ACRONYM, "acronym", INLINE)                                                                \
    X(ADDRESS, "address", SPECIAL | BLOCK | CLOSING)                                             \
    X(ANNOTATION_XML, "annotation-xml", 0)                                                       \
    X(APPLET, "applet", SPECIAL | SCOPE)                                                         \
    X(AREA, "area", SPECIAL | VOID)                                                              \
    X(ARTICLE, "article", SPECIAL | BLOCK | CLOSING)                                             \
    X(ASIDE, "aside", SPECIAL | BLOCK | CLOSING)                                                 \
    X(B, "b", FORMATTING | INLINE | BREAKOUT)                                                    \
    X(BASE, "base", SPECIAL | HEAD)                                                              \
    X(BASEFONT, "basefont", SPECIAL | HEAD)                                                      \
    X(BDI, "bdi", INLINE)                                                                        \
    X(BDO, "bdo", INLINE)                                                                        \
    X(BGSOUND, "bgsound", SPECIAL | HEAD)                                                        \
    X(BIG, "big", FORMATTING | INLINE | BREAKOUT)                                                \
    X(BLOCKQUOTE, "blockquote", SPECIAL | BLOCK | CLOSING | BREAKOUT)                            \
    X(BODY, "body", SPECIAL | BREAKOUT)                                                          \
    X(BR, "br", SPECIAL | VOID | BREAKOUT)                                                       \
    X(BUTTON_, "button", SPECIAL | BUTTON | CLOSING)                                             \
    X(CAPTION, "caption", SPECIAL | SCOPE | THOROUGH | STRUCTURE)                                \
    X(CENTER, "center", SPECIAL | BLOCK | CLOSING | BREAKOUT)                                    \
    X(CITE, "cite", INLINE)                                                                      \
    X(CODE, "code", FORMATTING | INLINE | BREAKOUT)                                              \
    X(COL, "col", SPECIAL | STRUCTURE)                                                           \
    X(COLGROUP, "colgroup", SPECIAL | THOROUGH | STRUCTURE)                                      \
    X(DATA, "data", INLINE)                                                                      \
    X(DD, "dd", SPECIAL | IMPLIED | BREAKOUT)                                                    \
    X(DEL, "del", INLINE)                                                                        \
    X(DESC, "desc", 0)                                                                           \
    X(DETAILS, "details", SPECIAL | BLOCK | CLOSING)                                             \
    X(DFN, "dfn", INLINE)                                                                        \
    X(DIALOG, "dialog", BLOCK | CLOSING)                                                         \
    X(DIR, "dir", SPECIAL | BLOCK | CLOSING)                                                     \
    X(DIV, "div", SPECIAL | BLOCK | CLOSING | BREAKOUT)                                          \
    X(DL, "dl", SPECIAL | BLOCK | CLOSING | BREAKOUT)                                            \
    X(DT, "dt", SPECIAL | IMPLIED | BREAKOUT)                                                    \
    X(EM, "em", FORMATTING | INLINE | BREAKOUT)                                                  \
    X(EMBED, "embed", SPECIAL | VOID | BREAKOUT)                                                 \
    X(FIELDSET, "fieldset", SPECIAL | BLOCK | CLOSING)                                           \
    X(FIGCAPTION, "figcaption", SPECIAL | BLOCK | CLOSING)                                       \
    X(FIGURE, "figure", SPECIAL | BLOCK | CLOSING | CONTAINER)                                   \
    X(FONT, "font", FORMATTING | INLINE)                                                         \
    X(FOOTER, "footer", SPECIAL | BLOCK | CLOSING)                                               \
    X(FOREIGNOBJECT, "foreignobject", 0)                                                         \
    X(FORM, "form", SPECIAL)                                                                     \
    X(FRAME, "frame", SPECIAL)                                                                   \
    X(FRAMESET, "frameset", SPECIAL)                                                             \
    X(H1, "h1", SPECIAL | HEADING | BREAKOUT)                                                    \
    X(H2, "h2", SPECIAL | HEADING | BREAKOUT)                                                    \
    X(H3, "h3", SPECIAL | HEADING | BREAKOUT)                                                    \
    X(H4, "h4", SPECIAL | HEADING | BREAKOUT)                                                    \
    X(H5, "h5", SPECIAL | HEADING | BREAKOUT)                                                    \
    X(H6, "h6", SPECIAL | HEADING | BREAKOUT)                                                    \
    X(HEAD_, "head", SPECIAL | BREAKOUT)                                                         \
    X(HEADER, "header", SPECIAL | BLOCK | CLOSING)                                               \
    X(HGROUP, "hgroup", SPECIAL | BLOCK | CLOSING)                                               \
    X(HR, "hr", SPECIAL | BREAKOUT)                                                              \
    X(HTML, "html", SPECIAL | SCOPE | TABLES)                                                    \
    X(I, "i", FORMATTING | INLINE | BREAKOUT)                                                    \
    X(IFRAME, "iframe", SPECIAL | SILENT | RAW)                                                  \
    X(IMAGE, "image", SPECIAL)                                                                   \
    X(IMG, "img", SPECIAL | VOID | BREAKOUT)                                                     \
    X(INPUT, "input", SPECIAL)                                                                   \
    X(INS, "ins", INLINE)                                                                        \
    X(KBD, "kbd", INLINE)                                                                        \
    X(KEYGEN, "keygen", SPECIAL | VOID)                                                          \
    X(LABEL, "label", INLINE)                                                                    \
    X(LI, "li", SPECIAL | IMPLIED | BREAKOUT)                                                    \
    X(LINK, "link", SPECIAL | HEAD)                                                              \
    X(LISTING, "listing", SPECIAL | CLOSING | BREAKOUT)                                          \
    X(MAIN, "main", SPECIAL | BLOCK | CLOSING)                                                   \
    X(MALIGNMARK, "malignmark", 0)                                                               \
    X(MARK, "mark", INLINE)                                                                      \
    X(MARQUEE, "marquee", SPECIAL | SCOPE)                                                       \
    X(MATH, "math", 0)                                                                           \
    X(MENU, "menu", SPECIAL | BLOCK | CLOSING | BREAKOUT)                                        \
    X(META, "meta", SPECIAL | HEAD | BREAKOUT)                                                   \
    X(MGLYPH, "mglyph", 0)                                                                       \
    X(MI, "mi", 0)                                                                               \
    X(MN, "mn", 0)                                                                               \
    X(MO, "mo", 0)                                                                               \
    X(MS, "ms", 0)                                                                               \
    X(MTEXT, "mtext", 0)                                                                         \
    X(NAV, "nav", SPECIAL | BLOCK | CLOSING)                                                     \
    X(NOBR, "nobr", FORMATTING | INLINE | BREAKOUT)                                              \
    X(NOEMBED, "noembed", SPECIAL | SILENT | RAW)                                                \
    X(NOFRAMES, "noframes", SPECIAL | SILENT | RAW | HEAD)                                       \
    X(NOSCRIPT, "noscript", SPECIAL | SILENT | CONTAINER)                                        \
    X(OBJECT, "object", SPECIAL | SCOPE)                                                         \
    X(OL, "ol", SPECIAL | LIST | BLOCK | CLOSING | BREAKOUT)                                     \
    X(OPTGROUP, "optgroup", IMPLIED)                                                             \
    X(OPTION, "option", IMPLIED)                                                                 \
    X(P, "p", SPECIAL | IMPLIED | BLOCK | BREAKOUT)                                              \
    X(PARAM, "param", SPECIAL)                                                                   \
    X(PICTURE, "picture", CONTAINER)                                                             \
    X(PLAINTEXT, "plaintext", SPECIAL | SILENT)                                                  \
    X(PRE, "pre", SPECIAL | CLOSING | BREAKOUT)                                                  \
    X(Q, "q", INLINE)                                                                            \
    X(RB, "rb", IMPLIED)                                                                         \
    X(RP, "rp", IMPLIED)                                                                         \
    X(RT, "rt", IMPLIED)                                                                         \
    X(RTC, "rtc", IMPLIED)                                                                       \
    X(RUBY, "ruby", BREAKOUT)                                                                    \
    X(S, "s", FORMATTING | INLINE | BREAKOUT)                                                    \
    X(SAMP, "samp", INLINE)                                                                      \
    X(SCRIPT, "script", SPECIAL | SILENT | HEAD)                                                 \
    X(SEARCH, "search", SPECIAL | BLOCK | CLOSING)                                               \
    X(SECTION, "section", SPECIAL | BLOCK | CLOSING)                                             \
    X(SELECT, "select", SPECIAL | SCOPE | CLOSING)                                               \
    X(SELECTEDCONTENT, "selectedcontent", 0)                                                     \
    X(SMALL, "small", FORMATTING | INLINE | BREAKOUT)                                            \
    X(SOURCE, "source", SPECIAL)                                                                 \
    X(SPAN, "span", INLINE | BREAKOUT)                                                           \
    X(STRIKE, "strike", FORMATTING | INLINE | BREAKOUT)                                          \
    X(STRONG, "strong", FORMATTING | INLINE | BREAKOUT)                                          \
    X(STYLE, "style", SPECIAL | SILENT | RAW | HEAD)                                             \
    X(SUB, "sub", INLINE | BREAKOUT)                                                             \
    X(SUMMARY, "summary", SPECIAL | BLOCK | CLOSING)                                             \
    X(SUP, "sup", INLINE | BREAKOUT)                                                             \
    X(SVG, "svg", 0)                                                                             \
    X(TABLE, "table", SPECIAL | SCOPE | TABLES | TABULAR | BREAKOUT)                             \
    X(TBODY, "tbody", SPECIAL | THOROUGH | TABULAR | STRUCTURE)                                  \
    X(TD, "td", SPECIAL | SCOPE | THOROUGH | STRUCTURE)                                          \
    X(TEMPLATE, "template", SPECIAL | SCOPE | TABLES | SILENT | HEAD)                            \
    X(TEXTAREA, "textarea", SPECIAL | SILENT)                                                    \
    X(TFOOT, "tfoot", SPECIAL | THOROUGH | TABULAR | STRUCTURE)                                  \
    X(TH, "th", SPECIAL | SCOPE | THOROUGH | STRUCTURE)                                          \
    X(THEAD, "thead", SPECIAL | THOROUGH | TABULAR | STRUCTURE)                                  \
    X(TIME, "time", INLINE)                                                                      \
    X(TITLE, "title", SPECIAL | HEAD)                                                            \
    X(TR, "tr", SPECIAL | THOROUGH | TABULAR | STRUCTURE)                                        \
    X(TRACK, "track", SPECIAL)                                                                   \
    X(TT, "tt", FORMATTING | INLINE | BREAKOUT)                                                  \
    X(U, "u", FORMATTING | INLINE | BREAKOUT)                                                    \
    X(UL, "ul", SPECIAL | LIST | BLOCK | CLOSING | BREAKOUT)                                     \
    X(VAR, "var", INLINE | BREAKOUT)                                                             \
    X(WBR, "wbr", SPECIAL | VOID | INLINE)                                                       \
    X(XMP, "xmp", SPECIAL | SILENT | RAW)

enum tag {
    T_UNKNOWN,
#define X(id, name, kinds) T_##id,
    TAGS(X)
#undef X
    TAG_COUNT
};

static const char *const tag_names[TAG_COUNT] = {
    "",
#define X(id, name, kinds) name,
    TAGS(X)
#undef X
};

static const uint32_t tag_kinds[TAG_COUNT] = {
    0,
#define X(id, name, kinds) kinds,
    TAGS(X)
#undef X
};

/* The key of a name is its bytes if there are at most eight, else a hash of them. */
enum { TAG_SLOTS = 1024 };
static struct {
    uint64_t key;
    uint16_t id;
} tag_slots[TAG_SLOTS];

static inline uint64_t
longer_key(uint64_t key, unsigned char c)
{
    return (key ^ c) * UINT64_C(0x100000001b3) | UINT64_C(1) << 63;
}

static inline unsigned
tag_slot(uint64_t key)
{
    return (unsigned)(key * UINT64_C(0x9e3779b97f4a7c15) >> 54);
}

static inline unsigned
tag_of_key(uint64_t key)
{
    unsigned at = tag_slot(key);
    while (tag_slots[at].id && tag_slots[at].key != key) {
        at = (at + 1) % TAG_SLOTS;
    }
    return tag_slots[at].id;
}

static uint64_t tag_keys[TAG_COUNT];

static void
fill_tags(void)
{
    for (unsigned id = 1; id < TAG_COUNT; id++) {
        uint64_t key = 0;
        unsigned length = 0;
        for (const char *c = tag_names[id]; *c; c++, length++) {
            key = length < 8 ? key << 8 | (unsigned char)*c : longer_key(key, (unsigned char)*c);
        }
        unsigned at = tag_slot(key);
        while (tag_slots[at].id && tag_slots[at].key != key) {
            at = (at + 1) % TAG_SLOTS;
        }
        tag_slots[at].key = key;
        tag_slots[at].id = (uint16_t)id;
        tag_keys[id] = key;
    }
}

#endif
