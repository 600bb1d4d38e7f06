import { describe, expect, it } from "vitest";
import { readSettingsFile } from "../../src/config/settings-file.ts";

const read = (text: string | Uint8Array) => readSettingsFile(Buffer.from(text as Uint8Array), "a.yaml");

/** The catalogue of configuration input: id, what it is, the file, and the complaint or the values. */
const refused: [id: string, what: string, text: string | Uint8Array, complaint: RegExp][] = [
  ["C3", "bytes that are not UTF-8", Buffer.from([0x61, 0xff]), /^a\.yaml: the file is not UTF-8/],
  ["C5", "tabs as indentation", "server:\n\tsocket: /a\n", /^a\.yaml:2:1: /],
  ["C6", "the same key twice", "server:\n  drainMs: 1\n  drainMs: 2\n", /^a\.yaml:3:3: .*unique/],
  [
    "C7",
    "an unknown key",
    "server:\n  sokcet: /a\n",
    /^a\.yaml:2:3: unknown setting "server\.sokcet"; did you mean "server\.socket"\?/,
  ],
  [
    "C7",
    "an unknown group",
    "servre:\n  socket: /a\n",
    /^a\.yaml:1:1: unknown setting "servre"; did you mean "server"\?/,
  ],
  ["C7", "an unknown key far from all others", "log:\n  zzzzzzzz: 1\n", /known are level/],
  [
    "C8",
    "a word with a typo",
    "gateway:\n  partial: dney\n",
    /^a\.yaml:2:12: gateway\.partial must be one of pass, deny/,
  ],
  [
    "C9",
    "a number in quotes",
    'server:\n  drainMs: "50"\n',
    /^a\.yaml:2:12: server\.drainMs must be a whole number/,
  ],
  [
    "C10",
    "off for a switch",
    "gateway:\n  shadow: off\n",
    /^a\.yaml:2:11: gateway\.shadow must be true or false/,
  ],
  ["C12", "1e3 for a whole number", "server:\n  drainMs: 1e3\n", /whole number/],
  ["C12", "hexadecimal for a whole number", "server:\n  drainMs: 0x10\n", /whole number/],
  ["C13", "1:30 for a whole number", "server:\n  drainMs: 1:30\n", /whole number/],
  ["C14", "an alias", "a: &a [1]\nlog: *a\n", /^a\.yaml:1:1: unknown setting "a"|alias|anchor/],
  ["C14", "an anchor", "log: &x\n  level: info\n", /anchors are not allowed/],
  ["C14", "an alias for a value", "server:\n  socket: &s /a\n  group: *s\n", /anchors are not allowed/],
  ["C15", "a tag that makes code", "log:\n  level: !!js/function 'x'\n", /^a\.yaml:2:/],
  ["C16", "__proto__", "__proto__:\n  a: 1\n", /^a\.yaml:1:1: unknown setting "__proto__"/],
  ["C16", "constructor in a group", "server:\n  constructor: 1\n", /unknown setting "server\.constructor"/],
  ["C17", "a file of 2 MB", "#".repeat(2_000_000), /larger than 1048576 bytes/],
  ["C20", "a negative time", "server:\n  drainMs: -1\n", /from 0 to 600000/],
  ["C21", "a deadline of zero", "server:\n  deadlineMs: 0\n", /from 1 to 60000/],
  ["C24", "a word with a blank", 'gateway:\n  partial: "deny "\n', /one of pass, deny/],
  [
    "C25",
    "attack below suspect",
    "sites:\n  default:\n    thresholds:\n      general: { suspect: 0.8, attack: 0.3 }\n",
    /^a\.yaml:4:40: .*attack must not be below/,
  ],
  [
    "C26",
    "a threshold of 1.5",
    "sites:\n  default:\n    thresholds:\n      general: { suspect: 0.5, attack: 1.5 }\n",
    /attack must be a probability above 0 and below 1/,
  ],
  [
    "C26",
    "a threshold of .nan",
    "sites:\n  default:\n    thresholds:\n      general: { suspect: .nan, attack: 0.5 }\n",
    /suspect must be a number/,
  ],
  [
    "C26",
    'a threshold of "0,5"',
    'sites:\n  default:\n    thresholds:\n      general: { suspect: "0,5", attack: 0.5 }\n',
    /suspect must be a number/,
  ],
  [
    "C26",
    "half a pair of thresholds",
    "sites:\n  default:\n    thresholds:\n      general: { attack: 0.5 }\n",
    /suspect is missing/,
  ],
  ["C28", "no connections", "server:\n  connections: 0\n", /from 1 to 65536/],
  [
    "C50",
    "a network that is none",
    "gateway:\n  trustedProxies: [10.0.0.0/33]\n",
    /list of IP addresses or networks/,
  ],
  [
    "C52",
    "a host name among networks",
    "gateway:\n  trustedProxies: [proxy.example]\n",
    /list of IP addresses or networks/,
  ],
  [
    "C54",
    "everybody as trusted proxy",
    "gateway:\n  trustedProxies: [0.0.0.0/0]\n",
    /list of IP addresses or networks/,
  ],
  ["", "two documents", "log: {}\n---\nlog: {}\n", /more than one document/],
  ["", "a list for a file", "- a\n", /must be a map/],
  ["", "a list for a path", "server:\n  socket: [/a]\n", /server\.socket must be a path/],
  ["", "a map for a path", "server:\n  socket: {a: b}\n", /server\.socket must be a path/],
  ["", "a mode that is none", "server:\n  socketMode: 0999\n", /octal file mode/],
  [
    "",
    "an unknown mode",
    "sites:\n  a:\n    thresholds:\n      secondopinion: {}\n",
    /did you mean "sites\.a\.thresholds\.second-opinion"\?/,
  ],
  ["", "an unknown key of a site", "sites:\n  a:\n    host: [a]\n", /did you mean "sites\.a\.hosts"\?/],
  [
    "",
    "a host with a port",
    "sites:\n  a:\n    hosts: ['a.example:80']\n",
    /^a\.yaml:3:13: .*without scheme and port/,
  ],
  [
    "",
    "a host that belongs to two sites",
    "sites:\n  a: { hosts: [X.example] }\n  b: { hosts: [x.example] }\n",
    /belongs to both a and b/,
  ],
  [
    "",
    "points that are not whole",
    "sites:\n  a:\n    points: { pass: 0, suspect: 1.5, attack: 5 }\n",
    /whole number from -5 to 100/,
  ],
  [
    "",
    "points below −5",
    "sites:\n  a:\n    points: { pass: -6, suspect: 1, attack: 5 }\n",
    /whole number from -5 to 100/,
  ],
  ["", "points that fall", "sites:\n  a:\n    points: { pass: 3, suspect: 1, attack: 5 }\n", /must not fall/],
  ["", "a site with a strange name", "sites:\n  'a b': {}\n", /a site's name/],
];

describe("a settings file", () => {
  for (const [id, what, text, complaint] of refused) {
    it(`${id === "" ? "" : `${id}: `}${what} is refused with its place`, () => {
      expect(() => read(text)).toThrow(complaint);
      expect(() => read(text)).toThrow(expect.objectContaining({ code: "config_invalid" }));
    });
  }

  it.each([
    ["C1", ""],
    ["C2", " \n\n"],
    ["C2", "# only a comment\n"],
    ["C4", "\ufeffserver:\n"],
    ["", "sites:\n"],
    ["", "---\n"],
  ])("%s: %j sets nothing", (_id, text) => {
    expect(read(text)).toEqual({ values: new Map(), sites: [], models: [] });
  });

  it("holds groups of settings and sites", () => {
    const { values, sites } = read(`
server:
  socket: /run/a.sock   # where the plugin looks
  socketMode: 0640
gateway:
  shadow: true
  trustedProxies: [10.0.0.0/8, "::1"]
sites:
  shop:
    hosts: [Shop.example, www.shop.example]
    model: /models/shop.arbiter
    thresholds:
      second-opinion: { suspect: 0.2, attack: 0.7 }
    points: { pass: -2, suspect: 3, attack: 6 }
`);
    expect(Object.fromEntries(values)).toEqual({
      "server.socket": "/run/a.sock",
      "server.socketMode": "0640",
      "gateway.shadow": true,
      "gateway.trustedProxies": ["10.0.0.0/8", "::1"],
    });
    expect(sites).toEqual([
      {
        name: "shop",
        hosts: ["shop.example", "www.shop.example"],
        model: "/models/shop.arbiter",
        thresholds: { "second-opinion": { suspect: 0.2, attack: 0.7 } },
        points: { pass: -2, suspect: 3, attack: 6 },
      },
    ]);
  });
});
