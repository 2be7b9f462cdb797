"""Makes the two embedded fonts from the Noto Sans SC files of the npm package.

Usage: python3 make.py SOURCE.ttf OUTPUT.otf

The repertoire is that of GBK plus the signs listed below. The outlines are turned
from quadratic to cubic curves, which makes the file a third smaller.
"""

import sys

import cffsubr
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.qu2cuPen import Qu2CuPen
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

RANGES = (
    (0x20, 0x7E), (0xA0, 0xFF), (0x0391, 0x03C9), (0x2010, 0x2027), (0x2030, 0x203B),
    (0x2190, 0x2199), (0x2460, 0x2473), (0x25A0, 0x25CF),
)
SIGNS = "−€₂≤≥≠≈±×÷·–—…∞√∑∫△▲▼▽★☆✓✗℃㎡㎏"


def repertoire():
    """Every character of GBK outside the private use area, and the signs above."""
    found = {ord(c) for c in SIGNS}
    for low, high in RANGES:
        found.update(range(low, high + 1))
    for lead in range(0x81, 0xFF):
        for trail in range(0x40, 0xFF):
            try:
                found.add(ord(bytes([lead, trail]).decode("gbk")))
            except UnicodeDecodeError:
                continue
    return {c for c in found if not 0xE000 <= c <= 0xF8FF}


def subset(font):
    options = Options()
    options.layout_features = ["kern"]
    options.hinting = False
    options.notdef_outline = True
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.drop_tables += ["vhea", "vmtx", "VORG", "DSIG", "BASE", "gasp"]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=repertoire())
    subsetter.subset(font)


def to_cubic(font):
    glyphs = font.getGlyphSet()
    names = font.getGlyphOrder()
    widths = font["hmtx"]
    strings = {}
    for name in names:
        pen = T2CharStringPen(widths[name][0], glyphs)
        glyphs[name].draw(Qu2CuPen(pen, 1.0, all_cubic=True, reverse_direction=True))
        strings[name] = pen.getCharString()
    postscript = font["name"].getDebugName(6)
    for table in ("glyf", "loca", "cvt ", "fpgm", "prep", "gasp"):
        if table in font:
            del font[table]
    font.sfntVersion = "OTTO"
    builder = FontBuilder(font=font)
    builder.setupCFF(postscript, {}, strings, {})
    builder.setupMaxp()
    builder.setupPost(keepGlyphNames=False)
    builder.updateHead(flags=3)


def main():
    source, output = sys.argv[1:]
    # The time of the last change stays the source's, so that the file can be made again.
    font = TTFont(source, recalcTimestamp=False)
    subset(font)
    to_cubic(font)
    cffsubr.subroutinize(font, cff_version=1)
    font.save(output)


main()
