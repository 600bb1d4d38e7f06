/** What one setting is: its kind, range, default and reason. `settings.ts` and `model-settings.ts` are tables of these. */

/** The commands that read a setting. */
export type SettingUser = "serve" | "gateway";

interface Described {
  /** Why the setting exists and why its default is what it is; one or two sentences. */
  readonly why: string;
  readonly usedBy: readonly SettingUser[];
  /** The command-line option, such as `--socket`, where there is one. */
  readonly flag?: string;
  /** True where a reload takes the value over; all others change with a restart only. */
  readonly reloads?: boolean;
}

/** One row of the table. `default: undefined` means "not set". */
export type Setting = Described &
  (
    | { readonly type: "path"; readonly default: string | undefined }
    | { readonly type: "text"; readonly default: string | undefined }
    /** `HOST:PORT`, with an IPv6 host in brackets. */
    | { readonly type: "address"; readonly default: string | undefined }
    | { readonly type: "url"; readonly default: string | undefined }
    /** An http:// or https:// address with a path. */
    | { readonly type: "endpoint"; readonly default: string | undefined }
    /** An octal file mode such as `0660`. */
    | { readonly type: "file mode"; readonly default: string | undefined }
    /** IP addresses or networks such as `10.0.0.0/8`. */
    | { readonly type: "networks"; readonly default: readonly string[] }
    /** Names, each once. */
    | { readonly type: "names"; readonly default: readonly string[] | undefined }
    | { readonly type: "switch"; readonly default: boolean }
    | { readonly type: "word"; readonly words: readonly string[]; readonly default: string | undefined }
    | { readonly type: "number"; readonly range: readonly [number, number]; readonly default: number }
    | {
        readonly type: "integer";
        readonly unit: string;
        readonly range: readonly [number, number];
        readonly default: number | undefined;
      }
  );

/** Settings of both commands. */
export const both: readonly SettingUser[] = ["serve", "gateway"];
/** Settings of `arbiter serve` alone. */
export const serve: readonly SettingUser[] = ["serve"];
/** Settings of `arbiter gateway` alone. */
export const gateway: readonly SettingUser[] = ["gateway"];

interface ValueOfType {
  path: string;
  text: string;
  address: string;
  url: string;
  endpoint: string;
  "file mode": string;
  networks: readonly string[];
  names: readonly string[];
  switch: boolean;
  word: string;
  number: number;
  integer: number;
}

type WordOrValueOf<S extends Setting> = S extends { words: readonly (infer W)[] }
  ? W
  : ValueOfType[S["type"]];
/** The value of a setting; undefined where it may be left unset. */
export type ValueOf<S extends Setting> =
  | WordOrValueOf<S>
  | (S["default"] extends undefined ? undefined : never);
