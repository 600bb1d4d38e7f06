/**
 * Real web applications to drive: Debian packages, each set up anew in a directory of its own and served by PHP on a free
 * port of loopback. Nothing of the packages' own data and configuration is used or changed.
 */

/** Somebody who can log in. Passwords are made up anew for every start. */
export interface Account {
  readonly name: string;
  readonly password: string;
  readonly isAdmin: boolean;
}

/** An application that can be started. */
export interface Application {
  /** Also the name of its recording. */
  readonly name: string;
  /** Its host name, under `.example.test`; links in its pages point there. */
  readonly host: string;
  /** The Debian packages that it needs. */
  readonly packages: readonly string[];
  /** Sets it up below `directory`, which must be empty, and waits until it answers. */
  start(directory: string): Promise<RunningApplication>;
}

/** An application that answers. */
export interface RunningApplication {
  readonly port: number;
  /** The first one is an administrator. */
  readonly accounts: readonly Account[];
  /** Ends its processes. The directory stays. */
  stop(): Promise<void>;
}

/** What every application here needs of PHP. */
export const phpPackages: readonly string[] = [
  "php8.2-cli",
  "php8.2-opcache",
  "php8.2-mbstring",
  "php8.2-xml",
  "php8.2-gd",
  "php8.2-intl",
];
