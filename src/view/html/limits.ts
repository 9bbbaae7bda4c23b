import {cutText} from '../cut-text.ts';
import {formatCount, formatShare} from '../format-number.ts';
import type {ActivityReport, LimitUtilisation, ReportLimit} from '../model/activity-report.ts';
import {resampleNumbers} from '../report/resample.ts';
import {
  changeText,
  countedWord,
  deniedRate,
  identityNotes,
  keyOf,
  modeText,
  shareText,
  utilisationCells,
  utilisationNotes,
} from '../report/words.ts';
import {visible} from '../visible.ts';
import {html, type Markup} from './markup.ts';

const percent = (share: number): string => `${Number((share * 100).toFixed(1))}%`;
/** Columns of text that a key may take; the JSON answer has all of it. */
const LONGEST = 96;
/** Keys that are shown before somebody asks for more. */
const FIRST = 25;
const TREND = 60;

export const capital = (text: string): string => text[0]!.toUpperCase() + text.slice(1);

/** Text from outside that cannot turn what stands beside it, cut in its middle where it is long. */
export const outside = (text: string): Markup =>
  html`<bdi>${cutText(visible(text, {ascii: false}), LONGEST, {ascii: false}, 'middle')}</bdi>`;

export const meter = (share: number, colour: string): Markup =>
  html`<td class="meter c-${colour}"><i style="--w:${percent(Math.min(1, share))}"${share === 0 && html` data-none`}></i></td>`;

export const limitSection = (report: ActivityReport): Markup | undefined => {
  const {limits, before} = report;
  if (limits.length === 0) return undefined;
  const hasShadow = limits.some(({shadowDenied}) => shadowDenied > 0);
  const hasTrend = limits.some(({trend}) => trend.length > 1);
  return html`<p class="lead">Which layer refused: a request is refused by one limit, the first that says no.</p><div class="scroll" tabindex="0" role="group" aria-label="By limit"><table><thead><tr><th scope="col">Limit</th><th scope="col" class="n">${capital(countedWord(report))}</th><th scope="col" class="n">Refused</th><th scope="col" class="n">Rate</th>${hasShadow && html`<th scope="col" class="n">In shadow</th>`}${before !== null && html`<th scope="col" class="n">Refusals before</th><th scope="col" class="n">Change</th>`}${hasTrend && html`<th scope="col">Refusals over time</th>`}<th scope="col" colspan="2">Of all refusals</th></tr></thead><tbody>${limits.map((limit) => limitRow(limit, {hasShadow, hasTrend, compared: before !== null}))}</tbody></table></div>`;
};

interface LimitColumns {
  readonly hasShadow: boolean;
  readonly hasTrend: boolean;
  readonly compared: boolean;
}

const limitRow = (limit: ReportLimit, {hasShadow, hasTrend, compared}: LimitColumns): Markup => {
  const rate = deniedRate(limit);
  return html`<tr><th scope="row">${outside(limit.limit)}<span class="under">${[modeText(limit), limit.description].filter(Boolean).join(', ')}</span></th><td class="n">${formatCount(limit.requests)}</td><td class="n">${formatCount(limit.denied)}</td><td class="n">${shareText(rate)}</td>${hasShadow && html`<td class="n">${formatCount(limit.shadowDenied)}</td>`}${compared && html`<td class="n">${formatCount(limit.before?.denied ?? 0)}</td><td class="n">${changeText(limit.denied, limit.before?.denied)}</td>`}${hasTrend && html`<td>${trend(limit)}</td>`}<td class="n">${formatShare(limit.shareOfDenied)}</td>${meter(limit.shareOfDenied, 'refused')}</tr>`;
};

const trend = ({trend: steps}: ReportLimit): Markup => {
  const values = resampleNumbers(
    steps.map(({denied}) => denied),
    TREND,
  );
  const most = values.reduce((top, value) => Math.max(top, value), 0);
  const heightOf = (value: number): number => (most === 0 ? 100 : Math.round(100 - (value / most) * 98));
  const path = values.map((value, i) => `V${heightOf(value)}H${i + 1}`).join('');
  return html`<svg class="trend c-refused" viewBox="0 0 ${Math.max(1, values.length)} 100" preserveAspectRatio="none" aria-hidden="true"><path class="area" d="M0 100${path}V100Z"/></svg><span class="sr">at most ${formatCount(most)} in a step</span>`;
};

export const keySection = (report: ActivityReport): Markup | undefined => {
  const {keys} = report.identities;
  if (keys.length === 0) return undefined;
  const compared = report.before !== null;
  const hasRequests = keys.some(({requests}) => requests !== undefined);
  const find =
    keys.length > 5 &&
    html`<div class="find js-only"><label class="small" for="find-key">Find a key</label><input id="find-key" type="search" data-find="keys" data-first="${FIRST}" autocomplete="off"><span class="small soft" aria-live="polite"></span><button type="button" data-more>Show all</button></div>`;
  return html`<p class="lead">${capital(identityNotes(report).join('; '))}.</p>${find}<div class="scroll" tabindex="0" role="group" aria-label="Most refused keys"><table id="keys" class="c-refused"><thead><tr><th scope="col">Key</th><th scope="col">Limit</th>${hasRequests && html`<th scope="col" class="n">Requests</th>`}<th scope="col" class="n">Refused</th>${compared && html`<th scope="col" class="n">Change</th>`}<th scope="col" colspan="2">Of its limit</th></tr></thead><tbody>${keys.map(
    (key) =>
      // A thousand of these make the page: end tags that HTML does not need are left out.
      html`<tr><th scope=row>${outside(keyOf(key))}<td>${outside(key.limit)}${hasRequests && html`<td class=n>${key.requests === undefined ? '' : formatCount(key.requests)}`}<td class=n>${formatCount(key.denied)}${compared && html`<td class=n>${changeText(key.denied, key.before)}`}<td class=n>${formatShare(key.share)}<td class=meter><i style="--w:${percent(Math.min(1, key.share))}"></i>`,
  )}</tbody></table></div>`;
};

export const utilisationSection = (report: ActivityReport): Markup | undefined => {
  const limits = report.utilisation?.limits ?? [];
  if (limits.length === 0) return undefined;
  return html`<p class="lead">${capital(utilisationNotes(report).join('; '))}.</p><div class="scroll" tabindex="0" role="group" aria-label="How full buckets are"><table><thead><tr><th scope="col">Limit</th><th scope="col" class="n">Keys</th>${['Half of them use at most', '90%', '99%', 'Fullest'].map((title) => html`<th scope="col" class="n">${title}</th>`)}<th scope="col">Keys by how full: empty … full</th></tr></thead><tbody>${limits.map(
    (limit) =>
      html`<tr><th scope="row">${outside(limit.limit)}</th><td class="n">${formatCount(limit.keys)}</td>${utilisationCells(limit).map((text) => html`<td class="n">${text}</td>`)}<td>${tenthsChart(limit)}</td></tr>`,
  )}</tbody></table></div><details><summary>Table: keys by tenths of their bucket</summary><div class="scroll" tabindex="0" role="group" aria-label="Keys by tenths of their bucket"><table><thead><tr><th scope="col">Limit</th>${Array.from({length: 10}, (_, i) => html`<th scope="col" class="n">${i * 10}–${i * 10 + 10}%</th>`)}</tr></thead><tbody>${limits.map(({limit, tenths}) => html`<tr><th scope="row">${outside(limit)}</th>${tenths.map((keys) => html`<td class="n">${formatCount(keys)}</td>`)}</tr>`)}</tbody></table></div></details>`;
};

const tenthsChart = ({tenths}: LimitUtilisation): Markup => {
  const most = Math.max(1, ...tenths);
  return html`<div class="tenths" aria-hidden="true">${tenths.map((keys) => html`<i style="--w:${keys === 0 ? '0' : percent(Math.max(0.05, keys / most))}"></i>`)}</div>`;
};
