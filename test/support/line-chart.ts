/** A small chart of lines as SVG, for documents: readable on light and dark ground, the same bytes for the same numbers. */
export interface ChartLine {
  readonly name: string;
  /** A class of the style sheet: its colour, and whether it is dashed. */
  readonly look: 'one' | 'other' | 'plain' | 'soft' | 'mark';
  /** x and y in the axes' units; a y that is not above 0 on a logarithmic axis is left out. */
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface ChartPanel {
  readonly title: string;
  readonly lines: readonly ChartLine[];
  readonly y: {readonly kind: 'linear' | 'log'; readonly from: number; readonly to: number};
  readonly ticks: readonly {readonly at: number; readonly text: string}[];
}

export interface Chart {
  readonly title: string;
  /** For readers who do not see it. */
  readonly description: string;
  readonly x: {
    readonly to: number;
    readonly ticks: readonly {readonly at: number; readonly text: string}[];
    readonly title: string;
  };
  /** Spans of x with a word above. */
  readonly spans: readonly {readonly from: number; readonly to: number; readonly text: string}[];
  readonly panels: readonly ChartPanel[];
}

const WIDTH = 800;
const LEFT = 64;
const RIGHT = 20;
const TOP = 64;
const PANEL = 200;
const GAP = 36;
const BOTTOM = 48;

const STYLE = `
svg{--bg:#ffffff;--ink:#151922;--soft:#505a6b;--line:#dde2ea;--wash:#eef1f6;--one:#2166b0;--other:#b8430f}
@media (prefers-color-scheme:dark){svg{--bg:#0d1117;--ink:#e9edf3;--soft:#a4afbe;--line:#2c3542;--wash:#161b23;--one:#5da5ef;--other:#f18d4f}}
text{font:12.5px system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif;fill:var(--soft)}
.h{font-weight:600;fill:var(--ink)}.t{font-size:16px;font-weight:600;fill:var(--ink)}.e{text-anchor:end}.m{text-anchor:middle}
.bg{fill:var(--bg)}.span{fill:var(--wash)}.grid{stroke:var(--line)}
path{fill:none;stroke-width:2;stroke-linejoin:round}
.one{stroke:var(--one)}.other{stroke:var(--other)}.plain{stroke:var(--ink)}.soft{stroke:var(--soft);stroke-width:1.25}.mark{stroke:var(--soft);stroke-dasharray:5 4;stroke-width:1.25}
`.trim();

export const chartSvg = (chart: Chart): string => {
  const height = TOP + chart.panels.length * (PANEL + GAP) - GAP + BOTTOM;
  const bottom = height - BOTTOM;
  const x = (value: number): number => LEFT + (value / chart.x.to) * (WIDTH - LEFT - RIGHT);
  const spans = chart.spans.map(
    ({from, to, text}) =>
      `<rect class="span" x="${n(x(from))}" y="${TOP}" width="${n(x(to) - x(from))}" height="${bottom - TOP}"/><text class="m" x="${n((x(from) + x(to)) / 2)}" y="${TOP - 8}">${escaped(text)}</text>`,
  );
  const ticks = chart.x.ticks.map(
    ({at, text}) => `<text class="m" x="${n(x(at))}" y="${bottom + 18}">${escaped(text)}</text>`,
  );
  const panels = chart.panels.map((panel, i) => panelSvg(panel, TOP + i * (PANEL + GAP), x));
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="t d">`,
    `<title id="t">${escaped(chart.title)}</title>`,
    `<desc id="d">${escaped(chart.description)}</desc>`,
    `<style>${STYLE}</style>`,
    `<rect class="bg" width="${WIDTH}" height="${height}"/>`,
    `<text class="t" x="${LEFT}" y="26">${escaped(chart.title)}</text>`,
    ...spans,
    ...panels,
    ...ticks,
    `<text class="m" x="${n((LEFT + WIDTH - RIGHT) / 2)}" y="${bottom + 38}">${escaped(chart.x.title)}</text>`,
    '</svg>',
  ].join('\n')}\n`;
};

const panelSvg = (panel: ChartPanel, top: number, x: (value: number) => number): string => {
  const base = top + PANEL;
  const head = 46;
  const y = (value: number): number => base - positionOf(panel.y, value) * (PANEL - head);
  const grid = panel.ticks.map(
    ({at, text}) =>
      `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${n(y(at))}" y2="${n(y(at))}"/><text class="e" x="${LEFT - 8}" y="${n(y(at) + 4)}">${escaped(text)}</text>`,
  );
  const lines = panel.lines.map(
    ({look, points}) => `<path class="${look}" d="${pathOf(points, panel.y.kind, x, y)}"/>`,
  );
  return [
    `<text class="h" x="${LEFT}" y="${top + 14}">${escaped(panel.title)}</text>`,
    legend(panel.lines, top + 32),
    ...grid,
    ...lines,
  ].join('\n');
};

/** Widths of texts are not known here: a place for each that is wide enough. */
const legend = (lines: readonly ChartLine[], y: number): string => {
  let at = LEFT;
  return lines
    .map(({name, look}) => {
      const item = `<path class="${look}" d="M${at} ${y - 4}h22"/><text x="${at + 28}" y="${y}">${escaped(name)}</text>`;
      at += 46 + Math.round(name.length * 6.6);
      return item;
    })
    .join('');
};

const positionOf = ({kind, from, to}: ChartPanel['y'], value: number): number => {
  const bounded = Math.min(to, Math.max(from, value));
  return kind === 'linear'
    ? (bounded - from) / (to - from)
    : (Math.log10(bounded) - Math.log10(from)) / (Math.log10(to) - Math.log10(from));
};

const pathOf = (
  points: ChartLine['points'],
  kind: ChartPanel['y']['kind'],
  x: (value: number) => number,
  y: (value: number) => number,
): string =>
  points
    .filter(([, value]) => kind === 'linear' || value > 0)
    .map(([at, value], i) => `${i === 0 ? 'M' : 'L'}${n(x(at))} ${n(y(value))}`)
    .join('');

/** A tenth of a pixel. */
const n = (value: number): string => String(Math.round(value * 10) / 10);

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
