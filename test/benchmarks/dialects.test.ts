import { describe, expect, test } from "vitest";
import {
  type Dialect,
  fieldsDialect,
  jsonDialect,
  machineLearningPluginDialect,
} from "../../benchmarks/dialects.ts";
import { makeRequests } from "../../benchmarks/requests.ts";
import { readMachineLearningPlugin } from "../../src/server/protocols/machine-learning-plugin.ts";
import { readVerdictFields } from "../../src/server/protocols/verdict-fields.ts";
import { readVerdictJson } from "../../src/server/protocols/verdict-json.ts";
import type { VerdictRequest } from "../../src/server/verdict-request.ts";
import { buildTransaction } from "../../src/transaction/build.ts";

const nowMs = Date.UTC(2024, 0, 7);
const dialects: readonly [string, Dialect, (body: Buffer) => VerdictRequest][] = [
  ["JSON", jsonDialect, (body) => readVerdictJson(body, nowMs)],
  ["fields", fieldsDialect, readVerdictFields],
  ["the CRS machine-learning plugin's", machineLearningPluginDialect, readMachineLearningPlugin],
];

describe.each(dialects)("the dialect %s", (_, write, read) => {
  test.each(makeRequests(12, 3).map((request, index) => [index, request] as const))(
    "carries every argument of request %i to the server",
    (index, request) => {
      const message = write(request, index);
      const bodyAt = message.indexOf("\r\n\r\n") + 4;
      const head = message.toString("latin1", 0, bodyAt);
      expect(Number(/Content-Length: (\d+)/.exec(head)?.[1])).toBe(message.length - bodyAt);

      const { parts, unknownFields } = read(message.subarray(bodyAt));
      expect(unknownFields).toBe(0);
      const { method, parameters } = buildTransaction(parts);
      expect(method).toBe(request.method);
      for (const [name, value] of request.fields)
        expect(parameters.some((found) => found.name === name && found.value === value)).toBe(true);
    },
  );
});
