import {formatCount} from '../format-number.ts';
import type {ZoneClock} from '../report/zone-clock.ts';
import {html, jsonScript, type Markup, trusted} from './markup.ts';

export type PlotColour = 'allowed' | 'refused' | 'shadow' | 'before';

/** One line or area. A `band` lies between its own values and those of `below`. */
export interface PlotSeries {
  readonly name: string;
  readonly kind: 'area' | 'line' | 'dashed' | 'band';
  readonly colour: PlotColour;
  readonly values: readonly number[];
  readonly below?: readonly number[];
}

export interface PlotPanel {
  readonly name: string;
  /** Pixels. */
  readonly height: number;
  readonly series: readonly PlotSeries[];
}

export interface TimePlot {
  readonly label: string;
  /** RFC 3339 of every step. */
  readonly instants: readonly string[];
  readonly stepMs: number;
  readonly timeZone: string;
  readonly panels: readonly PlotPanel[];
  readonly table: Markup;
}

/** Height of the drawing in its own units; width: one for each step. */
const TALL = 1_000;
const TICKS = 6;

/**
 * Panels over one axis of time. The drawing is complete without the script, which moves its view box to zoom. A view box is stretched
 * to the panel, so no text is in it.
 */
export const timePlot = (plot: TimePlot, clock: ZoneClock): Markup => {
  const {label, instants, stepMs, timeZone, panels, table} = plot;
  const all = panels.flatMap(({series}) => series);
  const data = {
    start: Date.parse(instants[0]!),
    step: stepMs,
    zone: timeZone,
    panels: panels.map(({series}) =>
      series.map(({name, values, below}) => ({name, values, ...(below === undefined ? {} : {below})})),
    ),
  };
  return html`<figure class="plot">
<div class="bar-top"><ul class="legend">${all.map(legendItem)}</ul>
<div class="tools js-only" role="group" aria-label="Zoom of: ${label}"><button type="button" data-do="in">Zoom in</button><button type="button" data-do="out">Zoom out</button><button type="button" data-do="left" aria-label="Earlier">←</button><button type="button" data-do="right" aria-label="Later">→</button><button type="button" data-do="all">All</button></div></div>
<div class="stage" tabindex="0" role="application" aria-roledescription="chart" aria-label="${label}. Left and right move the marker, plus and minus zoom, zero shows all; the table below has the numbers.">${panels.map((panel) => panelMarkup(panel, instants.length))}<div class="ticks" aria-hidden="true">${ticks(instants, stepMs, clock)}</div><div class="cursor"></div><div class="brush"></div></div>
<p class="readout js-only" aria-live="polite"><span class="soft">Drag to zoom, Ctrl and the wheel likewise; keys: ← → + − 0.</span></p>
${jsonScript('plot-data', data)}
<details><summary>Table: ${label}</summary><div class="scroll" tabindex="0" role="group" aria-label="Table: ${label}">${table}</div></details>
</figure>`;
};

const legendItem = ({name, kind, colour}: PlotSeries): Markup =>
  html`<li class="c-${colour}${kind === 'area' ? '' : kind === 'band' ? ' faint' : ' line'}"><i></i>${name}</li>`;

const mostOf = ({series}: PlotPanel): number =>
  series.reduce((most, {values}) => values.reduce((top, value) => Math.max(top, value), most), 0);

const panelMarkup = (panel: PlotPanel, count: number): Markup => {
  const most = mostOf(panel);
  const paths = panel.series.map(
    (one) => html`<path class="${pathClass(one)}" d="${trusted(pathOf(one, most))}"/>`,
  );
  return html`<div class="panel" style="--h:${panel.height}px"><span class="most">${formatCount(Math.round(most))}</span><span class="name">${panel.name}</span><svg viewBox="0 0 ${count} ${TALL}" preserveAspectRatio="none" aria-hidden="true">${paths}</svg></div>`;
};

const pathClass = ({kind, colour}: PlotSeries): string => {
  const shape = {area: 'area', band: 'band', line: 'stroke', dashed: 'stroke dashed'}[kind];
  return `${shape} c-${colour}`;
};

/** Steps, since a value is of a whole span of time: `M0 1000V300H1V250H2…`. */
const pathOf = ({kind, values, below}: PlotSeries, most: number): string => {
  const heightOf = (value: number): number => (most === 0 ? TALL : Math.round(TALL - (value / most) * TALL));
  const steps = values.map((value, i) => `V${heightOf(value)}H${i + 1}`).join('');
  if (kind === 'area') return `M0 ${TALL}${steps}V${TALL}Z`;
  if (kind !== 'band' || below === undefined) return `M0 ${heightOf(values[0] ?? 0)}${steps}`;
  const back = below.map((value, i) => `V${heightOf(value)}H${i}`).reverse();
  return `M0 ${heightOf(below[0] ?? 0)}${steps}${back.join('')}Z`;
};

/** Some instants, evenly spread: each stands over the beginning of its step. */
const ticks = (instants: readonly string[], stepMs: number, clock: ZoneClock): readonly Markup[] => {
  const count = Math.min(TICKS, instants.length);
  return Array.from({length: count}, (_, i) => {
    const at = Math.floor(((i + 0.5) * instants.length) / count);
    const left = (100 * at) / instants.length;
    return html`<span style="left:${Number(left.toFixed(2))}%">${stepMs >= 86_400_000 ? clock.tick(instants[at]!, stepMs) : clock.short(instants[at]!)}</span>`;
  });
};
