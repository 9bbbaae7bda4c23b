import type {AlgorithmCase, AlgorithmRun} from './algorithm-runs.ts';
import {LENGTH} from './algorithm-runs.ts';

const WIDTH = 800;
const LEFT = 64;
const RIGHT = 20;
const ROW = 28;
const PANEL = 110;
const TICK = 4;

const STYLE = `
svg{--bg:#ffffff;--ink:#151922;--soft:#505a6b;--line:#dde2ea;--wash:#dbe8f6;--one:#2166b0;--other:#b8430f}
@media (prefers-color-scheme:dark){svg{--bg:#0d1117;--ink:#e9edf3;--soft:#a4afbe;--line:#2c3542;--wash:#16304d;--one:#5da5ef;--other:#f18d4f}}
text{font:12.5px system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif;fill:var(--soft)}
.t{font-size:16px;font-weight:600;fill:var(--ink)}.e{text-anchor:end}.m{text-anchor:middle}
.bg{fill:var(--bg)}.grid{stroke:var(--line)}.mark{stroke:var(--soft);stroke-dasharray:5 4;stroke-width:1.25}
.yes{fill:var(--one)}.held{fill:var(--bg);stroke:var(--one);stroke-width:1.75}.wait{stroke:var(--one);stroke-width:1;opacity:.55}
.no{stroke:var(--other);stroke-width:2;stroke-linecap:round;fill:none}
.level{fill:none;stroke:var(--one);stroke-width:2;stroke-linejoin:round}.area{fill:var(--wash)}
`.trim();

/** The traffic above, what became of it by shape and colour, and the level below. The same bytes for the same run. */
export const algorithmSvg = (one: AlgorithmCase, run: AlgorithmRun): string => {
  const held = run.requests.some(({served, at}) => served > at);
  const top = 84;
  const panel = top + (held ? 2 : 1) * ROW + 26;
  const base = panel + PANEL;
  const height = base + 48;
  const x = (at: number): number => LEFT + (at / LENGTH) * (WIDTH - LEFT - RIGHT);
  const y = (level: number): number => base - (level / run.capacity) * (PANEL - 12);
  const seconds = Array.from({length: LENGTH / TICK + 1}, (_, i) => i * TICK);
  const passed = run.requests.filter(({allowed}) => allowed).length;
  const name = `${one.algorithm}: ${one.lesson}`;
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="t d">`,
    `<title id="t">${escaped(name)}</title>`,
    `<desc id="d">${escaped(describe(one, run, passed))}</desc>`,
    `<style>${STYLE}</style>`,
    `<rect class="bg" width="${WIDTH}" height="${height}"/>`,
    `<text class="t" x="${LEFT}" y="26">${escaped(`{ ${one.bucket} }`)}</text>`,
    `<text x="${LEFT}" y="46">${escaped(one.lesson)}</text>`,
    legend(held, passed, run.requests.length),
    ...seconds.map(
      (at) =>
        `<line class="grid" x1="${n(x(at))}" x2="${n(x(at))}" y1="${top - 8}" y2="${base}"/><text class="m" x="${n(x(at))}" y="${base + 18}">${at}</text>`,
    ),
    `<text class="e" x="${LEFT - 12}" y="${top + 8}">asked</text>`,
    ...(held ? [`<text class="e" x="${LEFT - 12}" y="${top + ROW + 8}">served</text>`] : []),
    ...run.requests.map(({at, allowed, served}) =>
      held && allowed
        ? heldBack(x(at), x(served), top + 4)
        : allowed
          ? dot('yes', x(at), top + 4)
          : cross(x(at), top + 4),
    ),
    `<text x="${LEFT}" y="${panel - 4}">${escaped(one.level)}</text>`,
    ...levelLines(run, one.fine > 1 ? 'slopes' : 'steps', x, y),
    ...[0, run.capacity / 2, run.capacity].map(
      (level) => `<text class="e" x="${LEFT - 12}" y="${n(y(level) + 4)}">${level}</text>`,
    ),
    `<text class="m" x="${n((LEFT + WIDTH - RIGHT) / 2)}" y="${base + 38}">time, seconds</text>`,
    '</svg>',
  ].join('\n')}\n`;
};

const describe = ({algorithm, bucket, level}: AlgorithmCase, run: AlgorithmRun, passed: number): string => {
  const denied = run.requests.filter(({allowed}) => !allowed).map(({at}) => at);
  return `The bucket { ${bucket} } (${algorithm}) with eight requests from second 1 on, 0.2 s apart, one every 0.8 s from 3.6 to 9.2, and eight from 15.2 on. It allows ${passed} of ${run.requests.length}, and denies those of the seconds ${denied.join(', ')}. Below: ${level}, over time.`;
};

const levelLines = (
  {level, capacity}: AlgorithmRun,
  form: 'slopes' | 'steps',
  x: (at: number) => number,
  y: (level: number) => number,
): readonly string[] => {
  const path = pathOf(level, form, x, y);
  const right = n(WIDTH - RIGHT);
  return [
    `<path class="area" d="${path}V${n(y(0))}H${LEFT}Z"/>`,
    `<line class="grid" x1="${LEFT}" x2="${right}" y1="${n(y(0))}" y2="${n(y(0))}"/>`,
    `<line class="mark" x1="${LEFT}" x2="${right}" y1="${n(y(capacity))}" y2="${n(y(capacity))}"/>`,
    `<path class="level" d="${path}"/>`,
  ];
};

/** What is counted in whole requests changes at once. */
const pathOf = (
  level: AlgorithmRun['level'],
  form: 'slopes' | 'steps',
  x: (at: number) => number,
  y: (level: number) => number,
): string => {
  const points = level.map(([at, value]) => [n(x(at)), n(y(value))] as const);
  // Where the level stands still only its ends are needed.
  const kept = points.filter(
    ([, here], i) =>
      i === 0 || i === points.length - 1 || here !== points[i - 1]![1] || here !== points[i + 1]![1],
  );
  const next = ([at, value]: readonly [string, string]): string =>
    form === 'slopes' ? `L${at} ${value}` : `H${at}V${value}`;
  return kept.map((point, i) => (i === 0 ? `M${point.join(' ')}` : next(point))).join('');
};

const legend = (held: boolean, passed: number, all: number): string => {
  const at = LEFT + 4;
  const words = held ? 'allowed, with its way to when it is served' : 'allowed';
  const second = at + (held ? 290 : 110);
  return `${dot('yes', at, 62)}<text x="${at + 12}" y="66">${words}</text>${cross(second, 62)}<text x="${second + 12}" y="66">denied</text><text class="e" x="${WIDTH - RIGHT}" y="66">${passed} of ${all} pass</text>`;
};

const dot = (look: string, x: number, y: number): string =>
  `<circle class="${look}" cx="${n(x)}" cy="${n(y)}" r="3.2"/>`;

const cross = (x: number, y: number): string =>
  `<path class="no" d="M${n(x - 2.6)} ${n(y - 2.6)}l5.2 5.2m0 -5.2l-5.2 5.2"/>`;

const heldBack = (asked: number, served: number, y: number): string =>
  `<path class="wait" d="M${n(asked)} ${n(y)}L${n(served)} ${n(y + ROW)}"/>${dot('yes', asked, y)}${dot('held', served, y + ROW)}`;

/** A tenth of a pixel. */
const n = (value: number): string => String(Math.round(value * 10) / 10);

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
