// Reads a sealed file's clear columns with apache-arrow for JavaScript, and
// holds them against those of the clear file: read_sealed.mjs SEALED CLEAR
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const { tableFromIPC } = createRequire(process.cwd() + "/")("apache-arrow");
const [sealed, clear] = process.argv.slice(2).map((path) => tableFromIPC(readFileSync(path)));
let columns = 0;
for (const f of sealed.schema.fields) {
  if (f.metadata.has("seal.mode")) continue;
  columns++;
  const got = sealed.getChild(f.name), want = clear.getChild(f.name);
  for (let i = 0; i < clear.numRows; i++) {
    const a = got.get(i), b = want.get(i);
    if (a !== b) throw new Error(`column ${f.name}, row ${i} differs`);
  }
}
if (sealed.numRows !== clear.numRows || columns === 0) throw new Error("rows or columns are missing");
console.log(`apache-arrow for JavaScript reads ${columns} clear columns of ${sealed.numRows} rows`);
