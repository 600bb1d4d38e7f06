import { describe, expect, test } from "vitest";
import { readSerialized } from "../../../src/features/structure/serialized.ts";
import { expectLinear, expectSound } from "./steps.ts";

const nothing = {
  phpArray: false,
  phpObject: false,
  stream: false,
  tag: false,
  type: false,
  function: false,
};

describe("what makes objects when it is read", () => {
  test.each([
    ['O:8:"stdClass":1:{s:1:"a";i:1;}', { phpObject: true, phpArray: false }],
    ['O:+8:"stdClass":0:{}', { phpObject: true }],
    ['O:8:"ClassName":2:{s:1:"a";', { phpObject: true }],
    ['a:1:{i:0;O:3:"Foo":1:{s:4:"\0*\0x";s:2:"id";}}', { phpObject: true }],
    ['user|O:4:"User":1:{s:4:"name";s:1:"x";}', { phpObject: true }],
    ['C:11:"ArrayObject":37:{x:i:0;a:0:{};m:a:0:{}}', { phpObject: true }],
    ['O:20:"Monolog\\Handler\\Group":1:{S:1:"\\61";N;}', { phpObject: true }],
    ["\xac\xed\0\x05sr\0\x11java.util.HashMap", { stream: true }],
    ["rO0ABXNyABFqYXZhLnV0aWw", { stream: true }],
    ["token=rO0ABXNyABFqYXZh", { stream: true }],
    ["aced00057372001", { stream: true }],
    ["x ACED0005737200", { stream: true }],
    ["\0\x01\0\0\0\xff\xff\xff\xff\x01\0\0\0\0\0\0\0", { stream: true }],
    ["AAEAAAD/////AQAAAAAAAAAMAgAAA", { stream: true }],
    ["cos\nsystem\n(S'id'\ntR.", { stream: true }],
    ["\x80\x02cposix\nsystem\nq\0X\x02\0\0\0idq\x01\x85q\x02Rq\x03.", { stream: true }],
    ["\x04\x08o:\x0bFoo\x06:\x07@ai\x06", { stream: true }],
    ["\x04\x08c\x15Gem::SpecFetcher", { stream: true }],
    ["a: !!python/object/apply:os.system ['id']", { tag: true }],
    ["!!javax.script.ScriptEngineManager [!!java.net.URLClassLoader [[]]]", { tag: true }],
    ["--- !ruby/object:Gem::Installer\ni: x", { tag: true }],
    ["x: !<tag:yaml.org,2002:python/object/new:os.system> [id]", { tag: true }],
    ["- !php/object 'O:1'", { tag: true }],
    ['{"@type":"com.sun.rowset.JdbcRowSetImpl","dataSourceName":"x"}', { type: true }],
    ['{"a":{"@type":"java.net.Inet4Address","val":"x"}}', { type: true }],
    ['{"@type":"Lcom.sun.rowset.JdbcRowSetImpl;"}', { type: true }],
    ['{"$type":"System.Windows.Data.ObjectDataProvider, PresentationFramework"}', { type: true }],
    ['{"@class" : "org.apache.xalan.Templates"}', { type: true }],
    ['{\\"@type\\":\\"javax.naming.InitialContext\\"}', { type: true }],
    ['{"rce":"_$$ND_FUNC$$_function (){}()"}', { function: true }],
  ])("%j", (text, expected) => {
    expect(readSerialized(text)).toMatchObject(expected);
  });

  test.each([
    ['a:2:{i:0;s:3:"abc";s:1:"b";d:0.5;}'],
    ["a:0:{}"],
    ['a:3:{s:4:"lang";s:2:"en";s:5:"theme";b:1;s:4:"list";a:1:{i:0;i:-7;}}'],
    ['cart|a:1:{i:7;s:1:"2";}'],
    // Cut off in the middle, and with a length that decoding has changed.
    ['a:2:{i:0;s:30:"abc'],
    ['a:1:{i:0;s:3:"caf\xc3\xa9";}'],
  ])("a list of PHP holds no object: %j", (text) => {
    expect(readSerialized(text)).toEqual({ ...nothing, phpArray: true });
  });

  test.each([
    '{"a":{"b":1},"c":[2]}',
    '{"@context":"https://schema.org","@type":"Person","name":"A"}',
    '{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"x"}',
    '{"$type":"MyApp.Models.Order, MyApp","id":5}',
    '{"$type":"System.Collections.Generic.List`1[[System.String]], mscorlib","$values":[]}',
    '{"@class":"java.util.HashMap","a":["java.util.ArrayList",[]]}',
    '{"type":"java.lang.Runtime"}',
    "name: x\nversion: !!str 1.0\ntags: !!set {a, b}",
    "Resources:\n  A: !Ref B\n  C: !GetAtt D.Arn\n  E: !Sub '${F}'",
    "a: !!binary aGVsbG8=\nb: !!float 1",
    "t: !!python/tuple [1, 2]",
    "Wow!! It works, hooray!!com.example is up",
    "a:5:{not a list}",
    "width:100:{x}",
    'ratio O:8:"x":{',
    "if (!java.isOpen) { return; }",
    "css a:hover{color:#000}",
    "cat\ndog\nRabbit",
    "time 10:00, price 0.00, code 00057",
    "faced00057 and rO0 AB",
    "xrO0ABC is a word",
    "\x04 \x08 controls, o: none",
    "caf\xc3\xa9 \x80\x93 \xe2\x80\x93 dashes\n",
    "i:5;b:1;",
    "N;",
    '{"metadata":{"class":"a","_type":"event","@type":"","$type":1}}',
  ])("and this makes none: %j", (text) => {
    expect(readSerialized(text)).toEqual(nothing);
  });
});

const pieces = [
  'O:8:"stdClass":1:{',
  "a:1:{",
  "i:0;",
  's:1:"',
  '";',
  "}",
  "N;",
  "b:1;",
  "C:1:",
  ":{",
  "5",
  '"',
  "rO0AB",
  "aced0005",
  "0",
  "AAEAAAD/////",
  "\x04\x08",
  "o:\x05A",
  "\xac\xed\0\x05",
  "!",
  "!!python/object",
  "!!java.x",
  '"@type":"',
  "java.",
  "_$$ND_FUNC$$_",
  "cos\nsystem\n",
  "(tR.",
];

test("reads whatever comes, and leaves nothing out", () => {
  expectSound(readSerialized, pieces);
});

test("takes steps in proportion to the text", () => {
  expectLinear(readSerialized, [
    ...pieces,
    "1:{",
    "a:1:{i:0;",
    'a:1:{s:9:"',
    'O:1:"a":1:{',
    " !!a",
    '"@type":"',
    '"@type"',
    '{"@type":"[',
    "\x04\x08:",
    "type",
    "{:1:{",
    'a:1:{s:1:"a',
    " !<tag:yaml.org,2002:java.a",
    "!!java.a ",
  ]);
});
