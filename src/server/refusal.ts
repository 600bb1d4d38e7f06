/**
 * Refusals of the HTTP interface: an error code of the common table, the HTTP status that goes with it, and the one
 * JSON shape in which every route says so.
 */
import { ArbiterError, type ErrorCode } from "../errors.ts";

const statusOfCode: Partial<Record<ErrorCode, number>> = {
  too_large: 413,
  unsupported_encoding: 415,
  unsupported_media_type: 415,
  unauthorized: 401,
  not_found: 404,
  method_not_allowed: 405,
  overloaded: 429,
};

/** A refusal on its way to the caller: HTTP status 400–499, code, and a message free of the request's content. */
export interface Refusal {
  readonly status: number;
  readonly code: ErrorCode;
  readonly message: string;
}

/** The refusal for a code, with the status that the code implies unless another one is given. */
export function refusal(code: ErrorCode, message: string, status = statusOfCode[code] ?? 400): Refusal {
  return { status, code, message };
}

/** Turns an `ArbiterError` that a parser threw into a refusal; undefined for every other thing thrown. */
export function refusalOf(error: unknown): Refusal | undefined {
  return error instanceof ArbiterError ? refusal(error.code, error.message) : undefined;
}

/** The JSON body of a refusal: `{"error":{"code","message"}}`. */
export function refusalBody(refused: Refusal): string {
  return `{"error":{"code":"${refused.code}","message":${JSON.stringify(refused.message)}}}`;
}
