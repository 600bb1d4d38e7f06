/**
 * Addresses that only the server itself or its network can reach. Where visitors share links to machines of their own,
 * such an address becomes an everyday piece of text, and stays the whole of an attack (CWE-918): so no history excuses it.
 */

/** Names and addresses of the machine itself, of private networks (RFC 1918, 3927, 4193) and of clouds' metadata services. */
const insideHost =
  /localhost|\b127\.[0-9]|\b0\.0\.0\.0|\b169\.254\.|\b10\.[0-9]{1,3}\.[0-9]|\b192\.168\.|\b172\.(?:1[6-9]|2[0-9]|3[01])\.|\[[0-9a-f]{0,4}:|\b0x7f|metadata|\.(?:local|internal|lan|intranet|corp|home\.arpa)\b/i;
/** Schemes that read files or speak to other services. */
const insideScheme = /\b(?:file|gopher|dict|ldaps?|ftp|jar|netdoc|php|phar|expect|unix):/i;

/** True where a text names an address inside. Linear in its length. */
export function namesInside(text: string): boolean {
  return insideHost.test(text) || insideScheme.test(text);
}
