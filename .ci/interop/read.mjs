// Read what verisim wrote with apache-arrow, hyparquet and parquet-wasm.
//
//   node read.mjs FOLDER...
//
// The packages are found from NODE_MODULES, the folder that npm filled. Every
// file with an expectation beside it is compared cell by cell, in the words of
// formats/catalog/interop_test.go.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";

const require = createRequire(join(process.env.NODE_MODULES, "x.js"));
const load = async (path) => import(pathToFileURL(join(process.env.NODE_MODULES, path)));
const arrow = require("apache-arrow");
const wasm = require("parquet-wasm");
const { parquetMetadata, parquetReadObjects } = await load("hyparquet/src/index.js");
const { compressors } = await load("hyparquet-compressors/src/index.js");

const hex = (bytes) => Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");

function float(v) {
  if (Number.isNaN(v)) return "NaN";
  const b = new DataView(new ArrayBuffer(8));
  b.setFloat64(0, v);
  return hex(new Uint8Array(b.buffer));
}

const day = (ms) => {
  const d = new Date(ms), y = d.getUTCFullYear();
  return [String(y).padStart(4, "0"), String(d.getUTCMonth() + 1).padStart(2, "0"), String(d.getUTCDate()).padStart(2, "0")].join("-");
};

function decimal(n, scale) {
  const neg = n < 0n;
  let s = (neg ? -n : n).toString();
  if (scale > 0) {
    s = s.padStart(scale + 1, "0");
    s = s.slice(0, -scale) + "." + s.slice(-scale);
  }
  return (neg ? "-" : "") + s;
}

// One cell of an arrow vector, from its raw buffers where JavaScript's own
// values would lose something.
function arrowCell(data, i) {
  if (!data.getValid(i)) return "␀";
  const t = data.type, T = arrow.Type;
  switch (t.typeId) {
    case T.Null: return "␀";
    case T.Bool: {
      const k = data.offset + i;
      return (data.values[k >> 3] >> (k & 7)) & 1 ? "true" : "false";
    }
    case T.Int: return String(data.values[i]);
    case T.Float: return float(data.values[i]);
    case T.Decimal: {
      let n = 0n;
      for (let w = 3; w >= 0; w--) n = (n << 32n) | BigInt(data.values[4 * i + w] >>> 0);
      return decimal(BigInt.asIntN(128, n), t.scale);
    }
    case T.Date: return day(data.values[i] * 86400000);
    case T.Timestamp: return String(raw64(data.values, i));
    case T.Utf8: case T.LargeUtf8: return new TextDecoder("utf-8", { ignoreBOM: true }).decode(slice(data, i));
    case T.Binary: case T.LargeBinary: return hex(slice(data, i));
    case T.Dictionary: {
      const d = data.dictionary;
      let k = Number(data.values[i]);
      for (const chunk of d.data) {
        if (k < chunk.length) return arrowCell(chunk, k);
        k -= chunk.length;
      }
      return "no such code";
    }
    case T.List: {
      const out = [], o = data.valueOffsets;
      for (let k = o[i]; k < o[i + 1]; k++) out.push(arrowCell(data.children[0], k));
      return `[${out.join(",")}]`;
    }
    case T.Struct: return `{${data.children.map((c) => arrowCell(c, i)).join(",")}}`;
  }
  return `type ${t}`;
}

function raw64(values, i) {
  if (values instanceof BigInt64Array) return values[i];
  const v = new DataView(values.buffer, values.byteOffset);
  return v.getBigInt64(8 * i, true);
}

function slice(data, i) {
  const o = data.valueOffsets;
  return data.values.subarray(Number(o[i]), Number(o[i + 1]));
}

function* arrowDiffer(table, want, loose) {
  if (table.numRows !== want.rows || table.numCols !== want.columns.length) {
    return yield `${table.numRows} rows of ${table.numCols} columns, want ${want.rows} of ${want.columns.length}`;
  }
  for (const [k, v] of Object.entries(want.metadata ?? {})) {
    if (!loose && table.schema.metadata.get(k) !== v) yield `metadata ${k} = ${table.schema.metadata.get(k)}, want ${v}`;
  }
  for (const [c, w] of want.columns.entries()) {
    const f = table.schema.fields[c];
    if (f.name !== w.name) { yield `column ${c} is ${f.name}, want ${w.name}`; continue; }
    for (const [k, v] of Object.entries(w.metadata ?? {})) {
      if (f.metadata.get(k) !== v) yield `column ${f.name}: metadata ${k} = ${f.metadata.get(k)}, want ${v}`;
    }
    let row = 0;
    column: for (const data of table.getChildAt(c).data) {
      for (let i = 0; i < data.length; i++, row++) {
        const got = arrowCell(data, i);
        if (got !== w.cells[row]) {
          yield `column ${f.name}, row ${row} = ${got.slice(0, 80)}, want ${w.cells[row].slice(0, 80)}`;
          break column;
        }
      }
    }
  }
}

// hyparquet gives JavaScript values: decimals and times lose digits by its
// design, so those are compared as numbers and milliseconds.
function* hyparquetDiffer(rows, metadata, want) {
  if (rows.length !== want.rows) return yield `${rows.length} rows, want ${want.rows}`;
  const kept = Object.fromEntries((metadata.key_value_metadata ?? []).map((e) => [e.key, e.value]));
  for (const [k, v] of Object.entries(want.metadata ?? {})) {
    if (kept[k] !== v) yield `metadata ${k} = ${kept[k]}, want ${v}`;
  }
  for (const w of want.columns) {
    const type = w.type.split(" ");
    const perMs = { ms: 1n, us: 1000n, ns: 1000000n }[type[1]];
    for (let row = 0; row < rows.length; row++) {
      const v = rows[row][w.name], text = w.cells[row];
      let same;
      if (v === null || v === undefined) same = text === "␀";
      else if (text === "␀") same = false;
      else if (type[0] === "decimal") same = Math.abs(Number(v) - Number(text)) <= 1e-9 * Math.abs(Number(text));
      else if (type[0] === "timestamp") same = Math.abs(Number(BigInt(v.getTime()) - BigInt(text) / perMs)) <= 1;
      else same = value(v, w.type) === text;
      if (!same) {
        yield `column ${w.name}, row ${row} = ${String(v).slice(0, 80)}, want ${text.slice(0, 80)}`;
        break;
      }
    }
  }
}

function value(v, type) {
  if (v === null || v === undefined) return "␀";
  if (typeof v === "boolean" || typeof v === "bigint") return String(v);
  if (type === "float32" || type === "float64") return float(v);
  if (typeof v === "number") return String(v);
  if (v instanceof Date) return day(v.getTime());
  if (v instanceof Uint8Array) return hex(v);
  if (Array.isArray(v)) return `[${v.map((x) => value(x, type.slice(5, -1))).join(",")}]`;
  if (typeof v === "object") return `{${Object.values(v).map((x) => value(x, "")).join(",")}}`;
  return v;
}

const count = { "apache-arrow": 0, hyparquet: 0, "parquet-wasm": 0 };
let bad = 0;

async function judge(reader, path, differences) {
  count[reader]++;
  try {
    for await (const d of differences()) {
      bad++;
      console.log(`${reader}: ${path.split("/").slice(-2).join("/")}: ${d}`);
    }
  } catch (e) { // a reader that refuses the file is the finding
    bad++;
    console.log(`${reader}: ${path.split("/").slice(-2).join("/")}: ${e}`);
  }
}

for (const folder of process.argv.slice(2)) {
  for (const name of readdirSync(folder).filter((n) => n.endsWith(".expect.json")).sort()) {
    const path = join(folder, name.slice(0, -".expect.json".length));
    const want = JSON.parse(readFileSync(join(folder, name), "utf8"));
    if (!existsSync(path)) continue;
    const bytes = readFileSync(path);
    // apache-arrow has no decompressors of its own.
    if (/\.arrows?$/.test(path) && !/_(lz4|zstd)\./.test(basename(path))) {
      await judge("apache-arrow", path, () => arrowDiffer(arrow.tableFromIPC(bytes), want));
    }
    if (path.endsWith(".parquet")) {
      await judge("parquet-wasm", path, () => arrowDiffer(arrow.tableFromIPC(wasm.readParquet(new Uint8Array(bytes)).intoIPCStream()), want, true));
      const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
      await judge("hyparquet", path, async function* () {
        const rows = await parquetReadObjects({ file, compressors, utf8: false });
        yield* hyparquetDiffer(rows, parquetMetadata(file), want);
      });
    }
  }
}
console.log("read: " + Object.entries(count).map(([r, n]) => `${n} files by ${r}`).join(", "));
for (const [r, n] of Object.entries(count)) {
  if (n < 5) { bad++; console.log(`${r} read ${n} files, which proves nothing`); }
}
process.exit(bad ? 1 : 0);
