/**
 * JSON from outside, read so that nobody can see two different messages in it. One linear scan bounds depth, items and
 * keys before `JSON.parse` builds anything; counting the keys that survive the parse finds duplicates. The bytes are
 * parsed as Latin-1, hence every string in the outcome already is a byte string; only `\u` escapes above ASCII are first
 * rewritten as the UTF-8 bytes that they stand for.
 */
import { ArbiterError } from "../../errors.ts";
import { utf8Bytes } from "../byte-string.ts";

/** Bounds of one message; its bytes are bounded where it is received. */
export const messageLimits = {
  /** Nesting of arrays and objects. */
  depth: 64,
  /** Items of all arrays and objects together: 1,000 arguments of three items each, ten times over. */
  items: 32_768,
  /** Keys of all objects together; a full message of ours has some twenty, and one for each matched rule. */
  keys: 2_048,
} as const;

const quote = 0x22;
const backslash = 0x5c;

/**
 * Reads one JSON text. Strings in the outcome are byte strings. Throws `bad_request` (not JSON), `duplicate_key`,
 * `forbidden_key`, `too_deep`, `too_many`.
 */
export function readJsonMessage(message: Buffer): unknown {
  const start = message[0] === 0xef && message[1] === 0xbb && message[2] === 0xbf ? 3 : 0;
  const source = message.toString("latin1", start);
  const keys = scan(source);
  let value: unknown;
  try {
    value = JSON.parse(source.includes("\\u") ? rewriteEscapes(source) : source);
  } catch {
    throw new ArbiterError("bad_request", "the message is not one complete JSON text in UTF-8");
  }
  const found = typeof value === "object" && value !== null ? countKeys(value) : 0;
  if (found !== keys) {
    throw new ArbiterError("duplicate_key", "an object of the message names the same key twice");
  }
  return value;
}

/** Bounds what lies outside strings, and returns the number of keys. Says nothing about syntax: the parser will. */
function scan(source: string): number {
  let depth = 0;
  let keys = 0;
  let items = 0;
  for (let i = 0; i < source.length; i++) {
    const code = source.charCodeAt(i);
    if (code === quote) {
      do i = source.indexOf('"', i + 1);
      while (i >= 0 && isEscaped(source, i));
      if (i < 0) break;
    } else if (code === 0x2c) {
      if (++items > messageLimits.items) {
        throw new ArbiterError("too_many", `the message holds more than ${messageLimits.items} items`);
      }
    } else if (code === 0x3a) {
      if (++keys > messageLimits.keys) {
        throw new ArbiterError("too_many", `the message holds more than ${messageLimits.keys} keys`);
      }
    } else if (code === 0x7b || code === 0x5b) {
      if (++depth > messageLimits.depth) {
        throw new ArbiterError("too_deep", `the message is nested deeper than ${messageLimits.depth}`);
      }
    } else if (code === 0x7d || code === 0x5d) {
      depth--;
    }
  }
  return keys;
}

/** Whether an odd number of backslashes stands before a place inside a string; its opening quote ends the count. */
function isEscaped(source: string, at: number): boolean {
  let first = at;
  while (source.charCodeAt(first - 1) === backslash) first--;
  return (at - first) % 2 === 1;
}

/** The message with every `\u` escape above ASCII replaced by UTF-8 bytes; a surrogate pair counts as one character. */
function rewriteEscapes(source: string): string {
  const pieces: string[] = [];
  let kept = 0;
  for (let at = source.indexOf("\\"); at >= 0; at = source.indexOf("\\", at)) {
    const high = escapeAt(source, at);
    if (high < 0x80) {
      at += 2;
      continue;
    }
    let codePoint = high;
    let length = 6;
    if (high >= 0xd800 && high < 0xdc00) {
      const low = escapeAt(source, at + 6);
      if (low >= 0xdc00 && low < 0xe000) {
        codePoint = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
        length = 12;
      }
    }
    pieces.push(source.slice(kept, at), utf8Bytes(codePoint));
    at += length;
    kept = at;
  }
  pieces.push(source.slice(kept));
  return pieces.join("");
}

/** The code unit of a well-formed `\uXXXX` at this place, else −1. */
function escapeAt(source: string, at: number): number {
  if (source.charCodeAt(at) !== backslash || source.charCodeAt(at + 1) !== 0x75) return -1;
  const digits = source.slice(at + 2, at + 6);
  return /^[0-9A-Fa-f]{4}$/.test(digits) ? Number.parseInt(digits, 16) : -1;
}

/** Counts the keys of all objects in the value; its depth is bounded by the scan. Throws `forbidden_key`. */
function countKeys(value: object): number {
  let keys = 0;
  if (Array.isArray(value)) {
    for (const item of value as unknown[]) {
      if (typeof item === "object" && item !== null) keys += countKeys(item);
    }
    return keys;
  }
  for (const key in value) {
    if (key === "__proto__" || key === "constructor" || key === "prototype") {
      throw new ArbiterError("forbidden_key", `the key "${key}" is not allowed`);
    }
    keys++;
    const member = (value as Record<string, unknown>)[key];
    if (typeof member === "object" && member !== null) keys += countKeys(member);
  }
  return keys;
}
