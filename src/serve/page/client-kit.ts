/** Part of the page's script: elements, tables that change in place, and numbers as people read them. */
export const PAGE_KIT = String.raw`
const $ = (id) => document.getElementById(id);
/* Nothing that cannot be seen, or turns text around, is shown as it is. */
const visible = (text) => String(text).replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu, (c) => '\\u{' + c.codePointAt(0).toString(16) + '}');
const put = (node, text) => { const shown = visible(text); if (node.textContent !== shown) node.textContent = shown; };
const el = (name, cls, text) => { const node = document.createElement(name); if (cls) node.className = cls; if (text !== undefined) put(node, text); return node; };
const show = (id, on) => { $(id).hidden = !on; };
const count = (n) => Number(n).toLocaleString('en-US');
const plural = (n, one, many) => count(n) + ' ' + (n === 1 ? one : many || one + 's');
const short = (n) => n < 10000 ? count(n) : Intl.NumberFormat('en-US', {notation: 'compact', maximumFractionDigits: 1}).format(n);
const percent = (part, whole) => { if (!whole) return '–'; const p = 100 * part / whole; return (p === 0 || p >= 10 ? Math.round(p) : p < 0.1 ? '<0.1' : p.toFixed(1)) + ' %'; };
/* Waits are rounded up, ages down, as in the terminal. */
const span = (ms, round) => {
  if (ms < 1000) return Math.max(0, Math.round(ms)) + 'ms';
  const unit = ms < 10000 ? 100 : ms < 3600000 ? 1000 : ms < 86400000 ? 60000 : 3600000;
  ms = round(ms / unit) * unit;
  if (ms < 10000) return (ms / 1000).toFixed(1).replace('.0', '') + 's';
  const s = ms / 1000, d = Math.floor(s / 86400), h = Math.floor(s % 86400 / 3600), m = Math.floor(s % 3600 / 60), rest = s % 60;
  return [[d, 'd'], [h, 'h'], [m, 'm'], [rest, 's']].filter(([n]) => n > 0).map(([n, name]) => n + name).join('');
};
const wait = (ms) => span(ms, Math.ceil);
const age = (ms) => span(ms, Math.floor);
const badge = (cls, text) => ({badge: cls, text: text || cls});
const num = (text) => ({num: true, text});
/* share 0 … 1 of a bar, its colour, and the words beside it */
const bar = (parts, text) => ({parts, text});

/* Spans that run: painted again every second from the moment of the report. */
const running = new Map();
const run = (node, make) => { running.set(node, make); put(node, make(elapsed())); };
let seenAt = 0, frozenAt = 0;
const elapsed = () => (frozenAt || performance.now()) - seenAt;
const tick = () => { for (const [node, make] of running) { if (node.isConnected) put(node, make(elapsed())); else running.delete(node); } };
const left = (ms, over) => (passed) => ms - passed > 0 ? wait(ms - passed) : over;
const runs = (make) => ({make});

const paint = (cell, value) => {
  if (value === null || value === undefined || typeof value !== 'object') value = {text: value === null || value === undefined ? '–' : value};
  const kind = value.badge !== undefined ? 'badge' : value.parts ? 'bar' : value.make ? 'run' : 'text';
  const cls = (value.num || value.make ? 'num' : '') + (value.cls ? ' ' + value.cls : '');
  if (cell.className !== cls) cell.className = cls;
  if (cell.kind !== kind) { cell.replaceChildren(); cell.kind = kind; cell.main = undefined; cell.below = undefined; }
  if (kind === 'badge') { if (!cell.main) cell.append(cell.main = el('span')); cell.main.className = 'state ' + value.badge; put(cell.main, value.text); }
  else if (kind === 'bar') {
    if (!cell.main) { const box = el('div', 'meter'), track = el('div', 'track'); track.setAttribute('aria-hidden', 'true'); cell.main = el('span'); box.append(track, cell.main); cell.append(box); cell.track = track; }
    while (cell.track.children.length < value.parts.length) cell.track.append(el('i'));
    while (cell.track.children.length > value.parts.length) cell.track.lastChild.remove();
    value.parts.forEach((part, i) => { const node = cell.track.children[i]; node.className = part.cls || ''; node.style.width = Math.max(0, Math.min(100, 100 * part.share)) + '%'; });
    put(cell.main, value.text);
  } else { if (!cell.main) cell.append(cell.main = el('span')); running.delete(cell.main); if (kind === 'run') run(cell.main, value.make); else put(cell.main, value.text); }
  if (value.sub) { if (!cell.below) cell.append(cell.below = el('span', 'sub')); put(cell.below, value.sub); }
  else if (cell.below) { cell.below.remove(); cell.below = undefined; }
};

/* Rows stay the elements they are while their thing is there, so that selections and screen readers keep their place. */
const fill = (table, caption, columns, rows) => {
  if (!table.tHead) {
    table.append(el('caption', 'sr', caption));
    const head = table.createTHead().insertRow();
    for (const column of columns) { const cell = el('th', column.num ? 'num' : '', column.title); cell.scope = 'col'; head.append(cell); }
    table.createTBody(); table.known = new Map();
  }
  const body = table.tBodies[0], known = table.known, now = new Map();
  rows.forEach(({id, cells}, at) => {
    const row = known.get(id) || document.createElement('tr');
    now.set(id, row);
    while (row.cells.length < cells.length) row.append(document.createElement('td'));
    cells.forEach((cell, i) => paint(row.cells[i], cell));
    if (body.children[at] !== row) body.insertBefore(row, body.children[at] || null);
  });
  for (const [id, row] of known) if (!now.has(id)) row.remove();
  table.known = now;
};
`;
