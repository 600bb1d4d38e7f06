/**
 * The JSON audit logs of both engines, read into one shape, so that a test can ask the same question of either.
 * ModSecurity 2 writes each alarm as a sentence with bracketed details, libmodsecurity 3 as an object.
 */
import { readFile } from "node:fs/promises";

/** One alarm line of a transaction. */
export interface AuditMessage {
  /** The rule's id; 0 where the message names none. */
  readonly id: number;
  /** What the rule says (`msg`). */
  readonly message: string;
  /** What it shows (`logdata`). */
  readonly data: string;
  readonly tags: readonly string[];
  /** The whole sentence about the match, such as "Access denied with code 403 (phase 2). …". */
  readonly match: string;
}

/** One transaction of the audit log. Texts are byte strings (latin1), as the log is not always valid UTF-8. */
export interface AuditEntry {
  /** UNIQUE_ID. */
  readonly id: string;
  readonly method: string;
  readonly uri: string;
  /** Status of the reply; 0 where the log has none. */
  readonly status: number;
  /** Request headers by lower-case name. */
  readonly requestHeaders: Readonly<Record<string, string>>;
  readonly messages: readonly AuditMessage[];
}

/** Reads a JSON audit log, one transaction a line; the last line counts only once its end is written. */
export async function readAuditLog(file: string): Promise<readonly AuditEntry[]> {
  const text = await readFile(file, "latin1").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  return parseAuditLog(text);
}

/** The entries in the complete lines of `text`. */
export function parseAuditLog(text: string): readonly AuditEntry[] {
  return text
    .slice(0, text.lastIndexOf("\n") + 1)
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => toEntry(JSON.parse(line) as ModSecurity2Line | ModSecurity3Line));
}

interface ModSecurity2Line {
  transaction: { transaction_id: string };
  request?: { request_line?: string; headers?: Record<string, string> };
  response?: { status?: number };
  audit_data?: { messages?: string[] };
}

interface ModSecurity3Line {
  transaction: {
    unique_id: string;
    request: { method?: string; uri?: string; headers?: Record<string, string> };
    response?: { http_code?: number };
    messages?: {
      message: string;
      details: { match: string; ruleId: string; data: string; tags?: string[] };
    }[];
  };
}

function toEntry(line: ModSecurity2Line | ModSecurity3Line): AuditEntry {
  return "unique_id" in line.transaction
    ? fromModSecurity3(line as ModSecurity3Line)
    : fromModSecurity2(line as ModSecurity2Line);
}

function fromModSecurity2(line: ModSecurity2Line): AuditEntry {
  const [method = "", uri = ""] = (line.request?.request_line ?? "").split(" ");
  return {
    id: line.transaction.transaction_id,
    method,
    uri,
    status: line.response?.status ?? 0,
    requestHeaders: lowerCaseNames(line.request?.headers),
    messages: (line.audit_data?.messages ?? []).map(parseSentence),
  };
}

function fromModSecurity3({ transaction }: ModSecurity3Line): AuditEntry {
  return {
    id: transaction.unique_id,
    method: transaction.request.method ?? "",
    uri: transaction.request.uri ?? "",
    status: transaction.response?.http_code ?? 0,
    requestHeaders: lowerCaseNames(transaction.request.headers),
    messages: (transaction.messages ?? []).map(({ message, details }) => ({
      id: Number(details.ruleId),
      message,
      data: details.data,
      tags: details.tags ?? [],
      match: details.match,
    })),
  };
}

/** `Warning. … [file "…"] [line "…"] [id "…"] [msg "…"] [data "…"] [tag "…"]…`; a quote inside a detail is escaped. */
function parseSentence(sentence: string): AuditMessage {
  const start = Math.max(sentence.indexOf(' [file "'), 0);
  const details = [...sentence.slice(start).matchAll(/\[(\w+) "((?:[^"\\]|\\.)*)"\]/g)];
  const detail = (name: string) => details.find(([, key]) => key === name)?.[2] ?? "";
  return {
    id: Number(detail("id")),
    message: detail("msg"),
    data: detail("data"),
    tags: details.filter(([, key]) => key === "tag").map(([, , value]) => value ?? ""),
    match: start === 0 ? sentence : sentence.slice(0, start),
  };
}

function lowerCaseNames(headers: Record<string, string> = {}): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
  );
}
