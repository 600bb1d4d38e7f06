import { existsSync, globSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { environmentName } from "../../src/config/load.ts";
import type { Setting } from "../../src/config/setting.ts";
import { settingTable } from "../../src/config/settings.ts";
import { readSettingsFile } from "../../src/config/settings-file.ts";

const root = new URL("../../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), "utf8");
const exists = (path: string) => existsSync(new URL(path, root));

interface Instruction {
  readonly name: string;
  readonly text: string;
}

/** The instructions of a Containerfile, with continued lines joined and comments left out. */
function instructionsOf(file: string): Instruction[] {
  const text = read(file)
    .split("\n")
    .filter((line) => !line.startsWith("#"))
    .join("\n")
    .replaceAll("\\\n", " ");
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const [name = ""] = line.split(" ", 1);
      return { name, text: line.slice(name.length + 1).trim() };
    });
}

const containerfiles = ["server", "httpd", "nginx"].map((name) => `containers/${name}.Containerfile`);
const known = new Set([
  "ARG",
  "FROM",
  "WORKDIR",
  "COPY",
  "RUN",
  "USER",
  "ENV",
  "ENTRYPOINT",
  "CMD",
  "STOPSIGNAL",
  "HEALTHCHECK",
  "VOLUME",
]);

/** Paths that the build context holds, by the rules of `.dockerignore`: nothing but what it takes back. */
const inContext = read(".dockerignore")
  .split("\n")
  .filter((line) => line.startsWith("!"))
  .map((line) => line.slice(1));

describe.each(containerfiles)("%s", (file) => {
  const instructions = instructionsOf(file);

  it("holds known instructions only, and its commands in the form that needs no shell", () => {
    for (const { name, text } of instructions) {
      expect(known).toContain(name);
      const list =
        /^(?:.* )?CMD (\[.*\])$/.exec(`${name} ${text}`)?.[1] ?? (name === "ENTRYPOINT" ? text : undefined);
      if (list !== undefined) expect(Array.isArray(JSON.parse(list))).toBe(true);
    }
  });

  it("copies from stages that stand above it and from paths that exist and are in the context", () => {
    const stages = new Set<string>();
    for (const { name, text } of instructions) {
      if (name === "FROM") stages.add(/ AS (\S+)$/.exec(text)?.[1] ?? "");
      if (name !== "COPY") continue;
      const words = text.split(/\s+/);
      const stage = words[0]?.startsWith("--from=") ? words.shift()?.slice("--from=".length) : undefined;
      if (stage !== undefined) expect(stages).toContain(stage);
      else {
        for (const source of words.slice(0, -1)) {
          expect([source, exists(source) || source === "LICENSE"]).toEqual([source, true]);
          expect(inContext).toContain(source.split("/")[0]);
        }
      }
    }
  });

  it("does not run as root", () => {
    const users = instructions.filter(({ name }) => name === "USER").map(({ text }) => text);
    expect(users.at(-1)).not.toMatch(/^(?:root|0)?(?::|$)/);
  });

  it("copies the whole plugin, where it copies any of it piece by piece", () => {
    const copied = instructions
      .filter(({ name, text }) => name === "COPY" && text.includes("plugin/"))
      .map(({ text }) => text)
      .join(" ");
    if (copied.includes("plugin/ ")) return;
    for (const path of globSync("plugin/*.{conf,lua}", { cwd: root })) {
      if (!path.includes("hits")) expect(copied).toContain(path);
    }
  });
});

interface Service {
  build?: { context: string; dockerfile: string };
  environment?: Record<string, string>;
  volumes?: string[];
  depends_on?: Record<string, unknown>;
}

describe("compose.yaml", () => {
  const compose = parse(read("containers/compose.yaml"), { merge: true }) as {
    services: Record<string, Service>;
    volumes: Record<string, unknown>;
  };

  it("builds from files that exist", () => {
    const built = Object.values(compose.services).flatMap(({ build }) =>
      build === undefined ? [] : [build],
    );
    expect(built.length).toBe(3);
    for (const { context, dockerfile } of built) {
      expect(context).toBe("..");
      expect(exists(dockerfile)).toBe(true);
    }
  });

  it("names services and volumes that it declares, and settings that there are", () => {
    const settings = new Set(Object.keys(settingTable).map(environmentName));
    for (const service of Object.values(compose.services)) {
      for (const name of Object.keys(service.depends_on ?? {})) expect(compose.services).toHaveProperty(name);
      for (const volume of service.volumes ?? [])
        expect(compose.volumes).toHaveProperty(volume.split(":")[0] as string);
      for (const name of Object.keys(service.environment ?? {}))
        if (name.startsWith("ARBITER_")) expect(settings).toContain(name);
    }
  });

  it("shares the socket's directory between the web servers and Arbiter", () => {
    for (const name of ["arbiter", "httpd", "nginx"])
      expect(compose.services[name]?.volumes).toContain("socket:/run/arbiter");
  });
});

describe("kubernetes-sidecar.yaml", () => {
  const documents = parseAllDocuments(read("containers/kubernetes-sidecar.yaml")).map(
    (document) =>
      document.toJS() as { kind: string; apiVersion: string; data?: Record<string, string>; spec?: unknown },
  );
  interface Container {
    name: string;
    args?: string[];
    volumeMounts: { name: string }[];
  }
  const [deployment] = documents as [(typeof documents)[number]];
  const pod = (
    deployment.spec as { template: { spec: { containers: Container[]; volumes: { name: string }[] } } }
  ).template.spec;

  it("holds a Deployment and the ConfigMap that it mounts", () => {
    expect(documents.map(({ kind }) => kind)).toEqual(["Deployment", "ConfigMap"]);
    expect(documents.every(({ apiVersion }) => apiVersion !== "")).toBe(true);
  });

  it("mounts volumes that it declares", () => {
    const volumes = pod.volumes.map(({ name }) => name);
    for (const { volumeMounts } of pod.containers) {
      for (const { name } of volumeMounts) expect(volumes).toContain(name);
    }
  });

  it("gives Arbiter options that there are and a settings file that is right", () => {
    const rows = Object.values(settingTable) as Setting[];
    const flags = rows.flatMap(({ flag, usedBy }) =>
      flag !== undefined && usedBy.includes("serve") ? [flag] : [],
    );
    const args = pod.containers.find(({ name }) => name === "arbiter")?.args ?? [];
    expect(args[0]).toBe("serve");
    for (const arg of args) if (arg.startsWith("--")) expect([...flags, "--config"]).toContain(arg);
    const { sites } = readSettingsFile(
      Buffer.from(documents[1]?.data?.["arbiter.yaml"] ?? ""),
      "arbiter.yaml",
    );
    expect(sites.map(({ name }) => name)).toEqual(["default"]);
  });
});
