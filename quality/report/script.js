"use strict";
for (const box of document.querySelectorAll("[data-columns]")) {
  const rows = [...box.querySelectorAll(":scope > details")];
  const bar = document.createElement("div");
  bar.className = "tools";
  if (rows.length > 7) {
    const find = document.createElement("input");
    find.type = "search";
    find.placeholder = "Filter " + rows.length + " columns";
    find.setAttribute("aria-label", find.placeholder);
    find.oninput = () => {
      const q = find.value.trim().toLowerCase();
      for (const r of rows) r.hidden = !r.querySelector(".id").textContent.toLowerCase().includes(q);
    };
    bar.append(find);
  }
  const all = document.createElement("button");
  all.textContent = "Open all";
  all.onclick = () => {
    const open = all.textContent === "Open all";
    for (const r of rows) if (!r.hidden) r.open = open;
    all.textContent = open ? "Close all" : "Open all";
  };
  bar.append(all);
  box.before(bar);
}
for (const pre of document.querySelectorAll("pre[data-copy]")) {
  const b = document.createElement("button");
  b.textContent = "Copy";
  b.onclick = () => navigator.clipboard.writeText(pre.textContent).then(() => {
    b.textContent = "Copied";
    setTimeout(() => { b.textContent = "Copy"; }, 1500);
  });
  pre.after(b);
}
for (const t of document.querySelectorAll("table[data-sort]")) {
  t.querySelectorAll("thead th").forEach((th, i) => {
    const key = (r) => r.cells[i].dataset.v ?? r.cells[i].textContent;
    let dir = 1;
    th.tabIndex = 0;
    th.style.cursor = "pointer";
    th.onclick = () => {
      const body = t.tBodies[0];
      [...body.rows].sort((a, b) => dir * key(a).localeCompare(key(b), undefined, {numeric: true})).forEach((r) => body.append(r));
      t.querySelectorAll("th").forEach((h) => h.removeAttribute("aria-sort"));
      th.setAttribute("aria-sort", dir > 0 ? "ascending" : "descending");
      dir = -dir;
    };
    th.onkeydown = (e) => { if (e.key === "Enter") th.click(); };
  });
}
