import {formatCount} from '../format-number.ts';
import type {ActivityReport, WeekCell} from '../model/activity-report.ts';
import {countedWord, WEEKDAYS, weekHourText} from '../report/words.ts';
import {html, type Markup} from './markup.ts';

const HOURS = Array.from({length: 24}, (_, hour) => String(hour).padStart(2, '0'));

interface HeatOptions {
  readonly caption: string;
  readonly unit: string;
  readonly colour: 'allowed' | 'refused';
  readonly measure: (cell: WeekCell) => number;
}

/** The hours of the week as tables whose cells are shaded: the numbers are in them. */
export const weekHeat = (report: ActivityReport): Markup | undefined => {
  const {week} = report;
  if (week === null) return undefined;
  const word = countedWord(report);
  const {busiest, mostDenied} = week;
  return html`<p class="lead">An average hour of each kind, ${report.timeZone}. Busiest: ${weekHourText(busiest)} with ${formatCount(Math.round(busiest.requests))} ${word}${mostDenied === null ? '' : `; most refusals: ${weekHourText(mostDenied)} with ${formatCount(Math.round(mostDenied.denied))}`}.</p>
<p class="js-only act-on"><button type="button" data-numbers aria-pressed="false">Show numbers</button></p>
<div class="heats">${heat(week.days, {caption: `${word} per hour`, unit: word, colour: 'allowed', measure: ({requests}) => requests})}${
    mostDenied !== null &&
    heat(week.days, {
      caption: 'Refusals per hour',
      unit: 'refusals',
      colour: 'refused',
      measure: ({denied}) => denied,
    })
  }</div>`;
};

const heat = (
  days: readonly (readonly (WeekCell | null)[])[],
  {caption, unit, colour, measure}: HeatOptions,
): Markup => {
  const most = days.flat().reduce((top, cell) => Math.max(top, cell === null ? 0 : measure(cell)), 0);
  const cellOf = (cell: WeekCell | null): Markup => {
    if (cell === null) return html`<td class="none"></td>`;
    const value = measure(cell);
    // By the square root: one hour of an attack does not hide what the others were like.
    const shade = value <= 0 || most === 0 ? 0 : Math.max(0.06, Math.sqrt(value / most));
    return html`<td style="--a:${Number(shade.toFixed(2))}"><b>${compact(value)}</b></td>`;
  };
  return html`<div><h3 id="heat-${colour}">${caption[0]!.toUpperCase() + caption.slice(1)}</h3><table class="heat c-${colour}" data-unit="${unit}" aria-labelledby="heat-${colour}"><thead><tr><th scope="col"><span class="sr">Day</span></th>${HOURS.map(
    (hour, at) => html`<th scope="col">${at % 3 === 0 ? hour : html`<span class="sr">${hour}</span>`}</th>`,
  )}</tr></thead><tbody>${days.map(
    (day, at) => html`<tr><th scope="row">${WEEKDAYS[at]!}</th>${day.map(cellOf)}</tr>`,
  )}</tbody></table></div>`;
};

/** `12k`, `3.4M`: three signs at most before the unit. */
const compact = (value: number): string => {
  const [size, unit] = value >= 999_500 ? [1e6, 'M'] : value >= 9_950 ? [1e3, 'k'] : [1, ''];
  const shown = value / size;
  return `${formatCount(Number(shown >= 10 || unit === '' ? shown.toFixed(shown < 10 && unit === '' && shown % 1 !== 0 ? 1 : 0) : shown.toFixed(1)))}${unit}`;
};
