import {ageText} from '../../base/age-text.ts';
import {spanText} from '../../base/span-text.ts';
import {painter} from '../colour.ts';
import {type Fact, facts} from '../facts.ts';
import {flow, type Piece} from '../flow.ts';
import {formatCount, formatPlural, formatShare} from '../format-number.ts';
import type {
  AppliedLimit,
  BucketExplanation,
  LimitExplanation,
  StoredWord,
} from '../model/key-explanation.ts';
import {nameText} from '../name-text.ts';
import {signs} from '../signs.ts';
import {percentText} from '../status/pressure-text.ts';
import {stateRole} from '../status/state-role.ts';
import {type Style, usableWidth} from '../style.ts';
import {dueText, isoInZone, type Times, whenText} from '../when.ts';
import {behaviourFacts} from './behaviour-facts.ts';
import {plainSigns} from './plain-signs.ts';

/** One limit: its rule, its row, what the next request gets, then the arithmetic of each bucket. */
export const limitLines = (one: LimitExplanation, times: Times, style: Style): readonly string[] => {
  if (one.kind === 'skipped')
    return flow(
      [{text: one.limit, role: 'strong'}, {text: 'does not apply', role: 'dim'}, one.reason],
      usableWidth(style),
      style,
    );
  const title: readonly Piece[] = [
    {text: `${one.limit}/${nameText(one.key)}`, role: 'strong'},
    ...(one.tier === undefined ? [] : [{text: `tier ${one.tier}`}]),
    {text: one.state, role: stateRole(one.state)},
  ];
  return [
    ...flow(title, usableWidth(style), style),
    ...facts(limitFacts(one, times, style), style, LABELS),
    ...one.buckets.flatMap((bucket) => ['', ...bucketLines(bucket, times, style)]),
  ];
};

/** Labels of all blocks align with each other. */
const LABELS = 'TAT numerator'.length;

const ruleText = ({rule, cost}: AppliedLimit): Fact['value'] => {
  if (rule === undefined) return [{text: 'none: no policy has this limit', role: 'warn'}];
  const {position, of, mode, rollout, enforced, charge} = rule;
  return [
    `layer ${position} of ${of}`,
    mode === 'shadow' ? {text: 'shadow: it counts and never denies', role: 'warn'} : 'enforced',
    ...(mode === 'enforce' && rollout < 1
      ? [
          `rolled out to ${formatShare(rollout)} of keys: ${enforced ? 'this key is in' : 'this key is not in, and only counted'}`,
        ]
      : []),
    `the next request costs ${formatCount(cost)}`,
    ...(of > 1
      ? [
          charge === 'always'
            ? 'charged when another limit denies, too'
            : 'not charged when another limit denies',
        ]
      : []),
  ];
};

const rowText = ({row}: AppliedLimit, times: Times): Fact['value'] => {
  if (row === undefined) return 'none: the key was never seen, or is as if never used';
  const {shape, expectedShape, matches, words, expiresAt} = row;
  const shown =
    words.length > 12 ? `${words.slice(0, 12).join(', ')}, and ${words.length - 12} more` : words.join(', ');
  return [
    ...(matches
      ? [`shape ${shape}`]
      : expectedShape === undefined
        ? [`shape ${shape}`]
        : [
            {
              text: `shape ${shape}, the policy's is ${expectedShape}: it is of another policy and counts as never seen`,
              role: 'warn' as const,
            },
          ]),
    expiresAt === undefined
      ? 'never forgotten'
      : `forgotten ${dueText(Math.max(0, Date.parse(expiresAt) - times.now), times)}`,
    `words ${shown}`,
  ];
};

const nextText = ({state, retryAfterMs, cost, override}: AppliedLimit, times: Times): Fact['value'] => {
  if (state === 'unknown') return [];
  const request = `a request of cost ${formatCount(cost)}`;
  if (override?.effect === 'exempt')
    return [{text: `${request} is allowed: the key is exempt`, role: 'good'}];
  const lifts =
    retryAfterMs === undefined
      ? override?.effect === 'block'
        ? 'until the override is removed'
        : 'however long it waits'
      : times.format === 'relative'
        ? `for ${spanText(retryAfterMs)}`
        : `until ${whenText(retryAfterMs, times)}`;
  if (state === 'shadow-limited')
    return [{text: `${request} would be refused ${lifts}, and is only counted`, role: 'warn'}];
  if (retryAfterMs === 0) return [{text: `${request} is allowed`, role: 'good'}];
  return [{text: `${request} is refused ${lifts}`, role: 'bad'}];
};

const overrideText = ({override}: AppliedLimit, times: Times): Fact['value'] => {
  if (override === undefined) return [];
  const {effect, from, until} = override;
  return [
    {text: effect === 'buckets' ? 'limits of its own' : effect, role: 'warn'},
    from === 'live' ? 'set at run time' : 'written in the policy',
    ...(effect === 'buckets' ? [] : ['the buckets are not asked']),
    ...(until === undefined ? [] : [`until ${isoInZone(Date.parse(until), times.timeZone)}`]),
  ];
};

const adaptiveText = ({adaptive, buckets}: AppliedLimit, style: Style): Fact['value'] => {
  if (adaptive === undefined) return [];
  const {share, by, base} = adaptive;
  const effective = buckets.map(({algorithm}) => algorithm).join(' and ');
  return [
    {text: `${percentText(share)} of the limit is in force, by ${by.join(', ')}`, role: 'warn'},
    `${base.join(' and ')} ${signs(style).arrow} ${effective}`,
  ];
};

const limitFacts = (one: AppliedLimit, times: Times, style: Style): readonly Fact[] => [
  {label: 'rule', value: ruleText(one)},
  {label: 'override', value: overrideText(one, times)},
  {label: 'adaptive', value: adaptiveText(one, style)},
  {label: 'next', value: nextText(one, times)},
  {
    label: 'denied',
    value:
      one.deniedLastMinute === 0 ? [] : `${formatPlural(one.deniedLastMinute, 'request')} in the last minute`,
  },
  ...(one.behaviour === undefined ? [] : behaviourFacts(one.behaviour, times, style)),
  {label: 'row', value: rowText(one, times)},
];

const wordText = (word: StoredWord, times: Times): Fact['value'] => {
  const raw = String(word.value);
  if (word.kind === 'units') return raw;
  if (word.kind === 'text') return [word.text, raw];
  const ms = Date.parse(word.at) - times.now;
  const distance = ms === 0 ? 'now' : ms < 0 ? `${ageText(-ms)} ago` : `in ${spanText(ms)}`;
  return [isoInZone(Date.parse(word.at), times.timeZone, 'milliseconds'), distance, `${raw} µs`];
};

const bucketLines = (bucket: BucketExplanation, times: Times, style: Style): readonly string[] => {
  const {algorithm, stored, formula, used, capacity, remaining, oneUnitBackMs, resetAfterMs, countsDenied} =
    bucket;
  const at = (ms: number): string => (ms === 0 ? 'now' : dueText(ms, times));
  const paint = painter(style);
  const list: Fact[] = [
    ...stored.map((word) => ({label: word.name, value: wordText(word, times)})),
    ...formula.map((text, i) => ({
      label: i === 0 ? 'now' : '',
      value: [
        {text: plainSigns(text, style), role: i === formula.length - 1 ? outcomeRole(bucket) : undefined},
      ],
    })),
    {
      label: 'units',
      value: [
        `${formatCount(used)} of ${formatCount(capacity)} used, ${formatCount(remaining)} left`,
        oneUnitBackMs === undefined ? 'full' : `one more is back ${at(oneUnitBackMs)}`,
        ...(resetAfterMs === 0 ? [] : [`as if never used ${at(resetAfterMs)}`]),
        countsDenied ? 'refused requests count, too' : 'refused requests do not count',
      ],
    },
  ];
  return [`  ${paint(algorithm, 'strong')}`, ...facts(list, style, LABELS)];
};

const outcomeRole = ({outcome}: BucketExplanation): 'good' | 'bad' =>
  outcome === 'allowed' ? 'good' : 'bad';
