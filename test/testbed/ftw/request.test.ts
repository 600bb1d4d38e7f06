import { describe, expect, it } from "vitest";
import { formatFtwRequest } from "../../../testbed/ftw/request.ts";
import type { FtwInput } from "../../../testbed/ftw/tests.ts";

const textOf = (input: FtwInput) => formatFtwRequest(input, ["X-CRS-Test", "m"]).toString("latin1");

describe("formatFtwRequest", () => {
  it("completes headers, and encodes a form that has no escapes yet", () => {
    expect(textOf({ method: "POST", uri: "/p", headers: { Host: "h" }, data: "a=<b c>&d" })).toBe(
      [
        "POST /p HTTP/1.1",
        "Host: h",
        "Content-Type: application/x-www-form-urlencoded",
        "Connection: close",
        "Content-Length: 13",
        "X-CRS-Test: m",
        "",
        "a=%3Cb+c%3E&d",
      ].join("\r\n"),
    );
  });

  it("leaves an encoded form and other types as they are", () => {
    expect(textOf({ data: "a=%3C b" })).toContain("\r\n\r\na=%3C b");
    expect(textOf({ headers: { "Content-Type": "application/json" }, data: '{"a": 1}' })).toContain(
      '\r\n\r\n{"a": 1}',
    );
  });

  it("ends the lines of a multipart body as its format wants", () => {
    expect(
      textOf({ headers: { "content-type": "multipart/form-data; boundary=b" }, data: "--b\n--b--\n" }),
    ).toContain("\r\n\r\n--b\r\n--b--\r\n");
  });

  it("adds nothing but the marker when told so", () => {
    expect(textOf({ method: "POST", data: "a=<", autocomplete_headers: false })).toBe(
      "POST / HTTP/1.1\r\nX-CRS-Test: m\r\n\r\na=<",
    );
  });

  it("repeats text where a template asks for it, and leaves other braces alone", () => {
    expect(textOf({ data: '{{ "1" | repeat 3 }}', autocomplete_headers: false })).toMatch(/\r\n\r\n111$/);
    expect(textOf({ data: "{{7*7}}", autocomplete_headers: false })).toMatch(/\r\n\r\n\{\{7\*7\}\}$/);
  });

  it("puts the marker behind the headers of a request given as bytes", () => {
    const encoded_request = Buffer.from("GET / HTTP/1.0\r\nA: b\r\n\r\nrest").toString("base64");
    expect(textOf({ encoded_request })).toBe("GET / HTTP/1.0\r\nA: b\r\nX-CRS-Test: m\r\n\r\nrest");
  });
});
