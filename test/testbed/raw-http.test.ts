import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { formatRequest, type RawReply, sendBytes } from "../../testbed/raw-http.ts";

/** What `sendBytes` makes of a server that does this with each connection. */
async function replyOf(
  serve: (socket: Socket) => void,
  request: Uint8Array = formatRequest({}),
  silenceMs?: number,
): Promise<RawReply> {
  const server = createServer({ allowHalfOpen: true }, serve).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  try {
    return await sendBytes(port, request, silenceMs === undefined ? {} : { silenceMs });
  } finally {
    server.close();
  }
}

/** A server that would keep the connection after its reply, until the other side closes its half. */
const keepAfter = (reply: string) => (socket: Socket) => {
  socket.write(reply);
  socket.resume().on("end", () => socket.end());
};

describe("formatRequest", () => {
  it("adds what an ordinary request has, and nothing twice", () => {
    const bytes = formatRequest({ path: "/x", headers: { host: "a.example", "X-Odd": "1" }, body: "\xff" });
    const text = Buffer.from(bytes).toString("latin1");
    expect(text.startsWith("POST /x HTTP/1.1\r\n")).toBe(true);
    expect(text.match(/^host:/gim)).toHaveLength(1);
    expect(text).toContain("\r\nContent-Length: 1\r\n");
    expect(text.endsWith("\r\n\r\n\xff")).toBe(true);
  });
});

describe("sendBytes", () => {
  it("closes its half of a connection that is kept, and waits for the server to follow", async () => {
    const reply = await replyOf(keepAfter("HTTP/1.1 200 OK\r\nX-A: b\r\nContent-Length: 2\r\n\r\nhi"));
    expect(reply).toEqual({ status: 200, headers: { "x-a": "b", "content-length": "2" }, body: "hi" });
  });

  it("reads on until the server closes when it says so", async () => {
    const reply = await replyOf((socket) => {
      socket.write("HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi");
      setImmediate(() => socket.end(" there"));
    });
    expect(reply).toMatchObject({ status: 403, body: "hi there" });
  });

  it("ends with the last chunk", async () => {
    const chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n";
    const reply = await replyOf(keepAfter(chunked));
    expect(reply.body).toContain("hi");
  });

  it("does not wait for the body of a HEAD request", async () => {
    const request = formatRequest({ method: "HEAD" });
    const reply = await replyOf(keepAfter("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"), request);
    expect(reply.status).toBe(200);
  });

  it("gives status 0 for a server that closes without a word", async () => {
    expect((await replyOf((socket) => socket.end())).status).toBe(0);
    expect((await replyOf((socket) => socket.destroy())).status).toBe(0);
  });

  it("closes its half towards a server that waits for more, and still reads the answer", async () => {
    const reply = await replyOf(
      (socket) => {
        socket.resume();
        socket.on("end", () => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
      },
      formatRequest({ headers: { "Content-Length": "10" }, body: "short" }),
      20,
    );
    expect(reply.status).toBe(400);
  });
});
