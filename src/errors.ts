/**
 * The one error class and the one table of codes. Programmer and operator errors throw `ArbiterError`; hostile or
 * broken traffic never does: parsers return problems instead (see `transaction/transaction.ts`).
 */

/** Every code that Arbiter can report, with what it means. `docs/reference/errors.md` is checked against this table. */
export const errorCodes = {
  bad_request: "The verdict request is not well formed: wrong type, missing field or broken JSON.",
  bad_value: "A field of the verdict request has a value outside its range.",
  duplicate_key: "A JSON object names the same key twice, so two readers could see two different requests.",
  forbidden_key: "A JSON object names a key that could change object prototypes.",
  too_deep: "JSON is nested deeper than the limit.",
  too_many: "A list or object holds more items than the limit.",
  too_large: "The message is larger than the limit.",
  unsupported_encoding: "The message uses a content encoding or character set that the server does not read.",
  unsupported_media_type: "The message has a content type that this route does not read.",
  unsupported_version: "The message or file has a version that this release does not read.",
  unauthorized: "The token is missing or wrong.",
  not_found: "There is no such route.",
  method_not_allowed: "The route exists, but not for this method.",
  overloaded: "The server has more work than it can finish in time.",
  model_invalid: "The detector file is cut, corrupt, or not a detector file.",
  model_incompatible: "The detector file was made for other features or another format version.",
  profiles_invalid: "The file of application profiles is cut, corrupt, or not a file of profiles.",
  foreign_model_invalid:
    "A model of the user's own cannot be loaded, or its inputs and outputs are not what its settings say.",
  onnx_runtime_missing: "A model in ONNX is configured, and no ONNX runtime is installed.",
  data_invalid: "A traffic file cannot be read, or holds too little to work with.",
  config_invalid: "The configuration has an unknown key or a value outside its range.",
  address_in_use: "Another process listens on this address.",
  io_failed: "A file or socket could not be read or written.",
} as const;

export type ErrorCode = keyof typeof errorCodes;

/** An operator or programmer error: a stable `code`, and a message that says what was expected, what was given, and what to do next. */
export class ArbiterError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "ArbiterError";
    this.code = code;
  }
}
