/**
 * One value against its row of the settings table. YAML, environment and command line all come through here, so a
 * value means the same wherever it is written.
 */
import { BlockList, isIP } from "node:net";
import { z } from "zod";
import type { Setting } from "./setting.ts";

/** A value that is right, or a text that says what was expected. */
export type Checked = { readonly value: unknown } | { readonly problem: string };

/** Host and port of an `HOST:PORT` text. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Reads `HOST:PORT` (`[::1]:80` for IPv6); undefined where it is not one. */
export function parseAddress(text: string): Address | undefined {
  const colon = text.lastIndexOf(":");
  const port = text.slice(colon + 1);
  let host = text.slice(0, Math.max(colon, 0));
  if (host.startsWith("[") && host.endsWith("]")) {
    host = host.slice(1, -1);
    if (isIP(host) !== 6) return undefined;
  } else if (host.includes(":") || !/^[A-Za-z0-9._-]+$/.test(host)) {
    return undefined;
  }
  if (!/^[0-9]{1,5}$/.test(port) || Number(port) > 65_535) return undefined;
  return { host, port: Number(port) };
}

/** Whether only this machine can reach the address. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

/** Adds an address or network such as `10.0.0.0/8` to the list; false where it is neither. */
export function addNetwork(list: BlockList, text: string): boolean {
  const slash = text.indexOf("/");
  const address = slash < 0 ? text : text.slice(0, slash);
  const version = isIP(address);
  if (version === 0 || address.includes("%")) return false;
  const family = version === 4 ? "ipv4" : "ipv6";
  if (slash < 0) {
    list.addAddress(address, family);
    return true;
  }
  const prefix = text.slice(slash + 1);
  if (!/^[0-9]{1,3}$/.test(prefix) || Number(prefix) < 1 || Number(prefix) > (version === 4 ? 32 : 128))
    return false;
  list.addSubnet(address, Number(prefix), family);
  return true;
}

const pathSchema = z
  .string()
  .min(1)
  .max(4096)
  .refine((path) => !path.includes("\0"));

function schemaOf(setting: Setting): z.ZodType {
  switch (setting.type) {
    case "path":
      return pathSchema;
    case "text":
      return z.string().min(1).max(256);
    case "address":
      return z.string().refine((text) => parseAddress(text) !== undefined);
    case "url":
      return z.string().refine(isHttpUrl);
    case "endpoint":
      return z.string().refine(isEndpoint);
    case "names":
      return z
        .array(z.string().min(1).max(64))
        .min(1)
        .max(1_000)
        .refine((names) => new Set(names).size === names.length);
    case "number":
      return z.number().min(setting.range[0]).max(setting.range[1]);
    case "file mode":
      return z.string().regex(/^0?[0-7]{3}$/);
    case "networks":
      return z.array(z.string().refine((text) => addNetwork(new BlockList(), text))).max(1_000);
    case "switch":
      return z.boolean();
    case "word":
      return z.enum(setting.words as [string, ...string[]]);
    case "integer":
      return z.int().min(setting.range[0]).max(setting.range[1]);
  }
}

/** What the row asks for, in words that end a sentence "must be …". */
export function expectation(setting: Setting): string {
  switch (setting.type) {
    case "path":
      return "a path";
    case "text":
      return "a text of 1 to 256 characters";
    case "address":
      return "HOST:PORT, with a port from 0 to 65535 and an IPv6 host in brackets";
    case "url":
      return "an http:// address without path, such as http://127.0.0.1:3000";
    case "endpoint":
      return "an http:// or https:// address, such as http://127.0.0.1:9000/score";
    case "names":
      return "a list of names, each once";
    case "number":
      return `a number from ${setting.range[0]} to ${setting.range[1]}`;
    case "file mode":
      return "an octal file mode such as 0660";
    case "networks":
      return "a list of IP addresses or networks such as 10.0.0.0/8";
    case "switch":
      return "true or false";
    case "word":
      return setting.words.length === 1 ? String(setting.words[0]) : `one of ${setting.words.join(", ")}`;
    case "integer":
      return `a whole number of ${setting.unit} from ${setting.range[0]} to ${setting.range[1]}`;
  }
}

/** Checks a typed value, as a file gives it. */
export function checkValue(setting: Setting, value: unknown): Checked {
  const outcome = schemaOf(setting).safeParse(value);
  return outcome.success ? { value: outcome.data } : { problem: `must be ${expectation(setting)}` };
}

/** Checks a text, as the environment and the command line give it. */
export function checkText(setting: Setting, text: string): Checked {
  if (setting.type === "integer")
    return checkValue(setting, /^-?[0-9]{1,15}$/.test(text) ? Number(text) : text);
  if (setting.type === "switch")
    return checkValue(setting, text === "true" ? true : text === "false" ? false : text);
  if (setting.type === "networks")
    return checkValue(setting, text === "" ? [] : text.split(",").map((t) => t.trim()));
  if (setting.type === "names")
    return checkValue(
      setting,
      text.split(",").map((t) => t.trim()),
    );
  if (setting.type === "number") return checkValue(setting, text.trim() === "" ? text : Number(text));
  return checkValue(setting, text);
}

function isEndpoint(text: string): boolean {
  if (text.length > 2_048 || !URL.canParse(text)) return false;
  const url = new URL(text);
  return (
    (url.protocol === "http:" || url.protocol === "https:") &&
    url.hash === "" &&
    url.username === "" &&
    url.password === ""
  );
}

function isHttpUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return (
    url.protocol === "http:" &&
    url.pathname === "/" &&
    url.search === "" &&
    url.hash === "" &&
    url.username === "" &&
    url.password === ""
  );
}
