import { describe, expect, it } from "vitest";
import { parseAuditLog } from "../../testbed/audit-log.ts";

const modSecurity2 = JSON.stringify({
  transaction: { transaction_id: "aw2" },
  request: { request_line: "POST /a?b HTTP/1.1", headers: { Host: "shop.example", "X-Test": "1" } },
  response: { status: 403 },
  audit_data: {
    messages: [
      'Warning. Pattern match "[x\\"]" at ARGS:q. [file "/rules/942.conf"] [line "5"] [id "942100"] [msg "SQL Injection"] [data "found \\"x\\" within"] [severity "CRITICAL"] [tag "attack-sqli"] [tag "paranoia-level/1"]',
      "XML parser error: no file.",
    ],
  },
});

const modSecurity3 = JSON.stringify({
  transaction: {
    unique_id: "aw3",
    request: { method: "GET", uri: "/a", headers: { Host: "shop.example" } },
    response: { http_code: 200 },
    messages: [
      {
        message: "SQL Injection",
        details: { match: "detected", ruleId: "942100", data: "found", tags: ["attack-sqli"] },
      },
    ],
  },
});

describe("parseAuditLog", () => {
  it("reads the sentences of ModSecurity 2", () => {
    const [entry] = parseAuditLog(`${modSecurity2}\n`);
    expect(entry).toMatchObject({ id: "aw2", method: "POST", uri: "/a?b", status: 403 });
    expect(entry?.requestHeaders).toEqual({ host: "shop.example", "x-test": "1" });
    expect(entry?.messages[0]).toEqual({
      id: 942100,
      message: "SQL Injection",
      data: 'found \\"x\\" within',
      tags: ["attack-sqli", "paranoia-level/1"],
      match: 'Warning. Pattern match "[x\\"]" at ARGS:q.',
    });
    expect(entry?.messages[1]).toMatchObject({ id: 0, match: "XML parser error: no file." });
  });

  it("reads the objects of libmodsecurity 3", () => {
    const [entry] = parseAuditLog(`${modSecurity3}\n`);
    expect(entry).toMatchObject({ id: "aw3", method: "GET", uri: "/a", status: 200 });
    expect(entry?.messages).toEqual([
      { id: 942100, message: "SQL Injection", data: "found", tags: ["attack-sqli"], match: "detected" },
    ]);
  });

  it("leaves a line alone that is still being written", () => {
    expect(parseAuditLog(`${modSecurity3}\n${modSecurity2.slice(0, 40)}`)).toHaveLength(1);
    expect(parseAuditLog("")).toEqual([]);
  });
});
