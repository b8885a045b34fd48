// Bundles one module of static/src for a test.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const src = join(dirname(fileURLToPath(import.meta.url)), "..", "src");

// load imports a module by its path inside static/src, e.g. "live.ts".
export async function load(path) {
  const { outputFiles } = await build({
    entryPoints: [join(src, path)], bundle: true, format: "esm", target: "es2022", write: false, logLevel: "error",
  });
  const dir = await mkdtemp(join(tmpdir(), "switchyard-client-"));
  try {
    const file = join(dir, "module.mjs");
    await writeFile(file, outputFiles[0].contents);
    return await import(pathToFileURL(file));
  } finally {
    await rm(dir, { recursive: true });
  }
}
