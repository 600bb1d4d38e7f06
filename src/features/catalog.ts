/**
 * The ordered list of all features. A detector file carries `featuresId` and is refused where it differs: its numbers
 * would mean something else.
 */
import { createHash } from "node:crypto";
import type { Feature } from "./feature.ts";
import { requestShape } from "./request-shape.ts";

/** Every feature, in the order of the row. */
export const features: readonly Feature[] = [...requestShape];

/** Version of decoding, folding and text extraction; raise it when any of them changes what a model would see. */
const textVersion = 3;

/** Identifies the features and the text views, 16 hexadecimal digits. */
export const featuresId: string = createHash("sha256")
  .update(JSON.stringify([textVersion, features.map(({ name, unit }) => [name, unit])]))
  .digest("hex")
  .slice(0, 16);
