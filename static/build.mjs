// Builds the client: node static/build.mjs [--watch]
//
// Writes static/dist: bundles and fonts under names with a hash of their
// content, a gzip and a brotli copy beside each text file, and manifest.json
// from logical to hashed names. The same sources give the same bytes. Fails if
// script or style outgrow their limits.
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative, resolve } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import * as esbuild from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, "..");
const dist = join(here, "dist");

// Bytes of gzip a first visit may cost.
const limits = { "app.js": 60_000, "app.css": 20_000 };

// Logical names of files that are not bundles, by the name of their source.
const assets = {
  "inter-latin-opsz-normal.woff2": "inter-latin.woff2",
  "inter-latin-ext-opsz-normal.woff2": "inter-latin-ext.woff2",
  "icon.svg": "icon.svg",
};

const options = {
  absWorkingDir: root,
  entryPoints: [
    { in: "static/src/main.ts", out: "app" },
    { in: "static/src/css/app.css", out: "app" },
    { in: "static/src/icon.svg", out: "icon" },
  ],
  outdir: "static/dist",
  entryNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
  loader: { ".woff2": "file", ".svg": "copy" },
  metafile: true,
  write: false,
  logLevel: "warning",
};

// logicalName is what templates call an output; undefined for what only
// other outputs refer to.
function logicalName(path, output) {
  if (output.entryPoint?.endsWith(".ts")) return "app.js";
  if (output.entryPoint?.endsWith(".css")) return "app.css";
  const source = Object.keys(output.inputs)[0];
  return source && assets[basename(source)];
}

function compressed(name, bytes) {
  if (name.endsWith(".woff2")) return {}; // compressed already
  return {
    [`${name}.gz`]: gzipSync(bytes, { level: 9 }),
    [`${name}.br`]: brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }),
  };
}

// emit writes what changed and removes what an earlier build left.
async function emit(result) {
  const manifest = {};
  const files = {};
  const sizes = {};
  for (const { path, contents } of result.outputFiles) {
    const output = result.metafile.outputs[relative(root, path)];
    const logical = logicalName(path, output);
    const name = basename(path);
    if (logical === undefined) throw new Error(`no logical name for ${name}`);
    manifest[logical] = name;
    files[name] = contents;
    const copies = compressed(name, contents);
    Object.assign(files, copies);
    sizes[logical] = { bytes: contents.length, gzip: copies[`${name}.gz`]?.length, brotli: copies[`${name}.br`]?.length };
  }
  const sorted = Object.fromEntries(Object.entries(manifest).sort(([a], [b]) => (a < b ? -1 : 1)));
  // Last, so that whoever sees the new manifest finds its files.
  files["manifest.json"] = `${JSON.stringify(sorted, null, 2)}\n`;
  await mkdir(dist, { recursive: true });
  for (const [name, contents] of Object.entries(files)) await writeFile(join(dist, name), contents);
  for (const name of await readdir(dist)) {
    if (name !== ".keep" && !(name in files)) await rm(join(dist, name), { recursive: true });
  }
  return sizes;
}

// report prints the sizes and returns what is too large.
function report(sizes) {
  const over = [];
  for (const [name, limit] of Object.entries(limits)) {
    const { bytes, gzip, brotli } = sizes[name];
    console.log(`${name}: ${bytes} bytes, gzip ${gzip} of ${limit}, brotli ${brotli}`);
    if (gzip > limit) over.push(`${name} is ${gzip} bytes of gzip, more than ${limit}`);
  }
  return over;
}

async function build() {
  const over = report(await emit(await esbuild.build(options)));
  if (over.length > 0) throw new Error(over.join("; "));
}

async function watch() {
  const context = await esbuild.context({
    ...options,
    plugins: [{
      name: "emit",
      setup: (b) => b.onEnd(async (result) => {
        if (result.errors.length === 0) report(await emit(result)).forEach((text) => console.error(text));
      }),
    }],
  });
  await context.watch();
}

if (process.argv.includes("--watch")) {
  await watch();
} else {
  try {
    await build();
  } catch (err) {
    // esbuild has printed its own errors.
    if (!err.errors) console.error(`static/build.mjs: ${err.message}`);
    process.exit(1);
  }
}
