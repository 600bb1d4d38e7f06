import { expect, test } from "vitest";
import { namesInside } from "../../src/profiles/inside.ts";

test.each([
  "http://localhost:8080/admin",
  "http://127.0.0.1/",
  "http://169.254.169.254/latest/meta-data/",
  "http://metadata.google.internal/",
  "see http://10.0.0.5:3000/d",
  "http://192.168.1.20/photos",
  "http://172.16.4.9/",
  "http://[::1]:80/",
  "http://[fd00:1::2]/",
  "http://0x7f000001/",
  "file:///etc/passwd",
  "gopher://a.example:70/_x",
  "http://NAS.local/",
])("%s is inside", (text) => {
  expect(namesInside(text)).toBe(true);
});

test.each([
  "https://a.example/x?y=1",
  "http://172.15.0.1/ http://172.32.0.1/",
  "version 10.2",
  "a profile: of mine",
  "SELECT name FROM tools WHERE id = 1 OR 1=1",
  "http://110.20.30.40/",
  "locality",
])("%s is not", (text) => {
  expect(namesInside(text)).toBe(false);
});
