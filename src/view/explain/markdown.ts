import {spanText} from '../../base/span-text.ts';
import {formatCount} from '../format-number.ts';
import {mdCode, mdTable, mdText} from '../markdown.ts';
import type {AppliedLimit, KeyExplanation, LimitExplanation} from '../model/key-explanation.ts';
import {percentText} from '../status/pressure-text.ts';
import {isoInZone, type Times} from '../when.ts';
import {behaviourMarkdown} from './behaviour-facts.ts';
import {nothingFound} from './nothing-found.ts';

const after = (ms: number | undefined): string =>
  ms === undefined ? 'never' : ms === 0 ? 'now' : spanText(ms);

const limitSection = (one: LimitExplanation, times: Times): string => {
  if (one.kind === 'skipped') return `### ${mdCode(one.limit)}\n\nDoes not apply: ${mdText(one.reason)}.\n`;
  const title = `### ${mdCode(`${one.limit}/${one.key}`)}${one.tier === undefined ? '' : `, tier ${mdCode(one.tier)}`}: ${one.state}\n`;
  const behaviour = one.behaviour === undefined ? [] : [behaviourMarkdown(one.behaviour, times)];
  return [title, ...behaviour, ...bucketSections(one)].join('\n');
};

const bucketSections = ({buckets, row, adaptive}: AppliedLimit): readonly string[] => [
  ...(adaptive === undefined
    ? []
    : [
        `${percentText(adaptive.share)} of the limit is in force, by ${adaptive.by.map(mdCode).join(', ')}: the policy gives ${mdText(adaptive.base.join(' and '))}.\n`,
      ]),
  ...(row !== undefined && !row.matches && buckets.length > 0
    ? ['The stored row is of another policy and counts as never seen.\n']
    : []),
  ...(buckets.length === 0
    ? []
    : [
        mdTable(
          [
            {title: 'bucket'},
            {title: 'used', align: 'right'},
            {title: 'left', align: 'right'},
            {title: 'next request', align: 'right'},
            {title: 'as if never used', align: 'right'},
          ],
          buckets.map(({algorithm, used, capacity, remaining, retryAfterMs, resetAfterMs}) => [
            mdText(algorithm),
            `${formatCount(used)}/${formatCount(capacity)}`,
            formatCount(remaining),
            after(retryAfterMs),
            after(resetAfterMs),
          ]),
        ),
      ]),
  ...buckets.flatMap(({formula}) => [`${formula.map((line) => `- ${mdText(line)}`).join('\n')}\n`]),
];

/** For a ticket: every limit with its buckets and their arithmetic. */
export const explainMarkdown = (explanation: KeyExplanation, times: Times): string => {
  const {store, answer, limits} = explanation;
  const verdict =
    answer === undefined
      ? []
      : [
          answer.allowed
            ? 'The request is allowed.\n'
            : `The request is denied by ${mdCode(answer.limit ?? '')}; it passes: ${after(answer.retryAfterMs)}.\n`,
        ];
  return [
    `${mdCode(store.url)}, ${isoInZone(Date.parse(store.now), times.timeZone)}\n`,
    ...verdict,
    ...limits.map((one) => limitSection(one, times)),
    ...(limits.length === 0 ? [`${mdText(nothingFound(explanation))}\n`] : []),
  ].join('\n');
};
