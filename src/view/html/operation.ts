import {formatDuration} from '../../base/duration.ts';
import {formatCount} from '../format-number.ts';
import type {ActivityReport, ReportBreaker, ReportToken} from '../model/activity-report.ts';
import {clockOf, errorsText, lasting, queueAge, shareText} from '../report/words.ts';
import {outside} from './limits.ts';
import {html, type Markup} from './markup.ts';

const healthClass = ({health}: ReportToken): string =>
  health === null ? 'soft' : health.score < 50 ? 'bad' : health.score < 80 ? 'so' : 'ok';

const right = (title: string): Markup => html`<th scope="col" class="n">${title}</th>`;

export const tokenSection = ({tokens}: ActivityReport): Markup | undefined => {
  if (tokens === null || tokens.length === 0) return undefined;
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Tokens"><table><thead><tr><th scope="col">Provider</th><th scope="col">Now</th>${['Health', 'Refreshed', 'Failed', 'Success', 'Uses'].map(right)}<th scope="col">Errors</th></tr></thead><tbody>${tokens.map(
    (token) =>
      html`<tr><th scope="row">${outside(token.provider)}${token.health !== null && token.health.lost.length > 0 && html`<span class="under">${token.health.lost.map(({points, why}) => `−${points}: ${why}`).join('; ')}</span>`}</th><td>${token.condition}</td><td class="n ${healthClass(token)}">${token.health === null ? '–' : `${token.health.score} of 100`}</td><td class="n">${formatCount(token.refreshed)}</td><td class="n">${formatCount(token.failed)}</td><td class="n">${shareText(token.successRate)}</td><td class="n">${formatCount(token.uses)}</td><td class="e">${outside(errorsText(token))}</td></tr>`,
  )}</tbody></table></div>`;
};

const STATES: Readonly<Record<ReportBreaker['state'], string>> = {
  open: 'bad',
  'half-open': 'so',
  closed: 'ok',
};

/** Episodes of a breaker that are written out. */
const MOST_TOLD = 8;

export const breakerSection = (report: ActivityReport): Markup | undefined => {
  const {breakers, range} = report;
  if (breakers === null || breakers.length === 0 || range === null) return undefined;
  const clock = clockOf(report);
  const strip = ({episodes}: ReportBreaker): Markup => {
    const start = Date.parse(range.from);
    const place = (at: number): number => Math.max(0, Math.min(100, ((at - start) / range.ms) * 100));
    return html`<div class="strip" aria-hidden="true">${episodes.map(({from, until}) => {
      const left = place(Date.parse(from));
      const end = place(until === null ? start + range.ms : Date.parse(until));
      return html`<i style="--l:${left.toFixed(2)}%;--w:${(end - left).toFixed(2)}%"></i>`;
    })}</div>`;
  };
  const told = ({episodes}: ReportBreaker): string =>
    episodes
      .slice(-MOST_TOLD)
      .map(({from, until}) => `${clock.short(from)} for ${lasting(from, until, range.until)}`)
      .join('; ');
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Circuit breakers"><table><thead><tr><th scope="col">Breaker</th><th scope="col">Now</th>${right('Episodes')}${right('Open for')}<th scope="col">When it was open, over the range</th></tr></thead><tbody>${breakers.map(
    (breaker) =>
      html`<tr><th scope="row">${outside(breaker.name)}</th><td class="w ${STATES[breaker.state]}">${breaker.state}</td><td class="n">${formatCount(breaker.episodes.length)}</td><td class="n">${breaker.openMs === 0 ? '' : formatDuration(Math.round(breaker.openMs / 1_000) * 1_000_000)}</td><td>${strip(breaker)}<span class="under">${told(breaker)}</span></td></tr>`,
  )}</tbody></table></div>`;
};

export const queueSection = ({queues}: ActivityReport): Markup | undefined => {
  if (queues === null || queues.length === 0) return undefined;
  return html`<p class="lead">Now.</p><div class="scroll" tabindex="0" role="group" aria-label="Queues"><table><thead><tr><th scope="col">Queue</th>${['Waiting', 'Due', 'Claimed', 'Dead', 'Oldest'].map(right)}</tr></thead><tbody>${queues.map(
    (queue) =>
      html`<tr><th scope="row">${outside(queue.queue)}${queue.classes.length > 1 && html`<span class="under">${queue.classes.map((one) => `${one.class} ${formatCount(one.waiting)}`).join(', ')}</span>`}</th>${[queue.waiting, queue.due, queue.claimed].map((value) => html`<td class="n">${formatCount(value)}</td>`)}<td class="n${queue.dead > 0 ? ' bad' : ''}">${formatCount(queue.dead)}</td><td class="n">${queueAge(queue)}</td></tr>`,
  )}</tbody></table></div>`;
};

export const changeSection = (report: ActivityReport): Markup | undefined => {
  const {changes} = report;
  if (changes === null || changes.actions.length === 0) return undefined;
  const clock = clockOf(report);
  const counts = changes.actions.map(({action, count}) => `${action} ${formatCount(count)}`).join(', ');
  return html`<p class="lead">In the range: ${counts}.${!changes.complete && ' The journal keeps its newest 10,000 entries: there were more.'}</p>${
    changes.latest.length > 0 &&
    html`<div class="scroll" tabindex="0" role="group" aria-label="Changes"><table><thead><tr><th scope="col">When</th><th scope="col">What</th><th scope="col">Target</th><th scope="col">By</th><th scope="col">Why</th></tr></thead><tbody>${changes.latest.map(
      ({at, action, target, by, why}) =>
        html`<tr><td class="w">${clock.minute(at)}</td><td>${outside(action)}</td><td class="key">${outside(target)}</td><td>${outside(by)}</td><td>${outside(why)}</td></tr>`,
    )}</tbody></table></div>`
  }`;
};
