import { describe, expect, it } from "vitest";
import {
  clientFinder,
  headerPairs,
  upstreamHeaders,
  withoutHopByHop,
} from "../../src/gateway/forwarded-headers.ts";

const pairs = (...flat: string[]) => headerPairs(flat);

describe("the client of a request", () => {
  const find = clientFinder(["10.0.0.0/8", "2001:db8::/32"]);
  const forwarded = (...values: string[]) => values.flatMap((value) => pairs("X-Forwarded-For", value));

  it("is the peer, where the peer is no trusted proxy", () => {
    expect(find("203.0.113.5", forwarded("1.1.1.1"))).toEqual({
      peer: "203.0.113.5",
      client: "203.0.113.5",
      isTrusted: false,
    });
    expect(clientFinder([])("10.0.0.1", forwarded("1.1.1.1")).client).toBe("10.0.0.1");
  });

  it("is the nearest address that is not one of ours, however much stands to its left", () => {
    expect(find("10.0.0.1", forwarded("6.6.6.6, 203.0.113.9, 10.0.0.2")).client).toBe("203.0.113.9");
    expect(find("10.0.0.1", forwarded("6.6.6.6", "203.0.113.9,10.0.0.2")).client).toBe("203.0.113.9");
    expect(find("::ffff:10.0.0.1", forwarded("203.0.113.9")).client).toBe("203.0.113.9");
    expect(find("2001:db8::1", forwarded("203.0.113.9")).client).toBe("203.0.113.9");
  });

  it("is the last proxy of ours, where the chain is empty, broken or all ours", () => {
    expect(find("10.0.0.1", []).client).toBe("10.0.0.1");
    expect(find("10.0.0.1", forwarded("garbage")).client).toBe("10.0.0.1");
    expect(find("10.0.0.1", forwarded("6.6.6.6, garbage, 10.0.0.2")).client).toBe("10.0.0.2");
    expect(find("10.0.0.1", forwarded("10.0.0.3, 10.0.0.2")).client).toBe("10.0.0.3");
  });
});

describe("header fields on their way", () => {
  it("lose what Connection names, but nothing that changes the meaning of the request", () => {
    const kept = withoutHopByHop(
      pairs("Connection", "X-A, Content-Type, host", "x-a", "1", "Content-Type", "t", "Host", "h"),
    );
    expect(kept).toEqual(pairs("Content-Type", "t", "Host", "h"));
  });

  it("keep order, case and repetition", () => {
    const headers = pairs("B", "1", "a", "2", "B", "3");
    expect(withoutHopByHop(headers)).toEqual(headers);
  });

  it("carry what trusted proxies say on, and nobody else's word", () => {
    const headers = pairs(
      "Host",
      "h",
      "X-Forwarded-Proto",
      "https",
      "X-Forwarded-For",
      "1.1.1.1",
      "x-forwarded-for",
      "2.2.2.2",
    );
    const trusted = upstreamHeaders(headers, { peer: "10.0.0.1", client: "2.2.2.2", isTrusted: true });
    expect(trusted).toEqual([
      "Host",
      "h",
      "X-Forwarded-For",
      "1.1.1.1, 2.2.2.2, 10.0.0.1",
      "X-Forwarded-Proto",
      "https",
      "X-Forwarded-Host",
      "h",
    ]);
    const untrusted = upstreamHeaders(headers, { peer: "10.0.0.1", client: "10.0.0.1", isTrusted: false });
    expect(untrusted).toEqual([
      "Host",
      "h",
      "X-Forwarded-For",
      "10.0.0.1",
      "X-Forwarded-Proto",
      "http",
      "X-Forwarded-Host",
      "h",
    ]);
  });
});
