// Write files with apache-arrow and parquet-wasm for verisim to read: what they
// read of OURS/all.arrow goes out again, so its expectation holds for them too.
//
//   node write.mjs OURS THEIRS
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(join(process.env.NODE_MODULES, "x.js"));
const arrow = require("apache-arrow");
const wasm = require("parquet-wasm");

const [ours, theirs] = process.argv.slice(2);
mkdirSync(theirs, { recursive: true });
const bytes = readFileSync(join(ours, "all.arrow"));

function put(name, data) {
  writeFileSync(join(theirs, name), data);
  copyFileSync(join(ours, "all.arrow.expect.json"), join(theirs, `${name}.expect.json`));
}

const table = arrow.tableFromIPC(bytes);
put("apache-arrow.arrow", arrow.tableToIPC(table, "file"));
put("apache-arrow.arrows", arrow.tableToIPC(table, "stream"));
const stream = readFileSync(join(ours, "all.arrows"));
for (const [name, codec] of [["snappy", wasm.Compression.SNAPPY], ["zstd", wasm.Compression.ZSTD], ["gzip", wasm.Compression.GZIP]]) {
  const properties = new wasm.WriterPropertiesBuilder().setCompression(codec).build();
  put(`parquet-wasm_${name}.parquet`, wasm.writeParquet(wasm.Table.fromIPCStream(new Uint8Array(stream)), properties));
}
console.log("written: 5 files by apache-arrow and parquet-wasm");
