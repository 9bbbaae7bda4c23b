import {ageText} from '../../base/age-text.ts';
import {spanText} from '../../base/span-text.ts';
import type {Role} from '../colour.ts';
import type {Fact} from '../facts.ts';
import {formatCount, formatPlural} from '../format-number.ts';
import {mdText} from '../markdown.ts';
import type {BehaviourTerm, KeyBehaviour} from '../model/behaviour.ts';
import type {Style} from '../style.ts';
import {isoInZone, type Times, whenText} from '../when.ts';
import {plainSigns} from './plain-signs.ts';

const TERMS: Readonly<Record<BehaviourTerm['term'], {readonly label: string; readonly why: string}>> = {
  success: {label: 'success', why: 'requests that were allowed'},
  consistency: {label: 'consistency', why: 'allowed, and spread evenly over the time'},
  abuse: {label: '1 − abuse', why: 'not refused again before the time that a refusal had named'},
};

/** The score term by term, what it asks for, and what holds. */
export const behaviourFacts = (behaviour: KeyBehaviour, times: Times, style: Style): readonly Fact[] => {
  const {known, terms, minimumRequests} = behaviour;
  return [
    {
      label: 'behaviour',
      value: [
        requestsText(behaviour),
        ...(known ? [] : [`not known below ${formatPlural(minimumRequests, 'request')}`]),
      ],
    },
    ...terms.map((term) => ({
      label: plainSigns(TERMS[term.term].label, style),
      value: [plainSigns(termText(term), style), ...(known ? [TERMS[term.term].why] : [])],
    })),
    {label: 'score', value: [plainSigns(scoreText(behaviour), style)]},
    {
      label: 'tier',
      value: [{text: tierText(behaviour), role: moveRole(behaviour)}, ...heldTexts(behaviour, times)],
    },
  ];
};

/** The same for a ticket. */
export const behaviourMarkdown = (behaviour: KeyBehaviour, times: Times): string => {
  const {known, terms} = behaviour;
  const lines = [
    `Behaviour: ${requestsText(behaviour)}${known ? '' : `, not known below ${formatCount(behaviour.minimumRequests)}`}.`,
    ...terms.map((term) => `- ${TERMS[term.term].label}: ${termText(term)}`),
    `- score: ${scoreText(behaviour)}`,
    `- tier: ${[tierText(behaviour), ...heldTexts(behaviour, times)].join(', ')}`,
  ];
  return `${lines[0]!}\n\n${lines
    .slice(1)
    .map((line) => `- ${mdText(line.slice(2))}`)
    .join('\n')}\n`;
};

const requestsText = ({requests, refused, early, windowMs}: KeyBehaviour): string =>
  requests === 0
    ? `no request in the last ${spanText(windowMs)}`
    : `${formatPlural(requests, 'request')} in the last ${spanText(windowMs)}: ${formatCount(refused)} refused, ${formatCount(early)} too early`;

const termText = ({term, value, weight, points}: BehaviourTerm): string =>
  `${decimal(term === 'abuse' ? 1 - value : value)} × ${weight} = ${decimal(points)}`;

const scoreText = (behaviour: KeyBehaviour): string => {
  const {terms, score} = behaviour;
  return `${terms.map(({points}) => decimal(points)).join(' + ')} = ${decimal(score)}${verdictText(behaviour)}`;
};

const verdictText = ({known, score, promote, demote}: KeyBehaviour): string => {
  if (!known) return '';
  if (score >= promote) return ` ≥ ${promote}: a tier up`;
  return score <= demote ? ` ≤ ${demote}: down` : `: no move between ${demote} and ${promote}`;
};

const tierText = ({move, tier, treatedAs}: KeyBehaviour): string => {
  if (tier !== null && treatedAs !== null && tier !== treatedAs) return `${tier} is treated as ${treatedAs}`;
  if (tier !== null) return `${tier}, as it comes${move === 'none' ? '' : ': the ladder ends there'}`;
  if (move === 'none') return 'as it comes';
  return move === 'up' ? 'one tier up from the one it comes with' : 'down from the one it comes with';
};

const heldTexts = ({decidedAt, holdsUntil}: KeyBehaviour, times: Times): readonly string[] => {
  const ago = decidedAt === null ? 0 : times.now - Date.parse(decidedAt);
  const left = holdsUntil === null ? 0 : Math.max(0, Date.parse(holdsUntil) - times.now);
  const decided =
    times.format === 'relative' ? `${ageText(ago)} ago` : `at ${isoInZone(times.now - ago, times.timeZone)}`;
  return [
    ...(decidedAt === null ? [] : [`decided ${decided}`]),
    ...(holdsUntil === null
      ? []
      : [
          `holds at least ${times.format === 'relative' ? `${spanText(left)} more` : `until ${whenText(left, times)}`}`,
        ]),
  ];
};

const moveRole = ({move}: KeyBehaviour): Role | undefined =>
  move === 'none' ? undefined : move === 'up' ? 'good' : 'warn';

/** What people can add up: four decimals. */
const decimal = (value: number): string => String(Number(value.toFixed(4)));
