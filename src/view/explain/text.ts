import {spanText} from '../../base/span-text.ts';
import {facts} from '../facts.ts';
import {flow, type Piece} from '../flow.ts';
import type {KeyExplanation} from '../model/key-explanation.ts';
import {storeFacts} from '../status/header-facts.ts';
import {type Style, usableWidth} from '../style.ts';
import type {Times} from '../when.ts';
import {limitLines} from './explanation-lines.ts';
import {nothingFound} from './nothing-found.ts';

const answerPiece = ({answer, cost}: KeyExplanation): Piece | undefined => {
  if (answer === undefined) return undefined;
  const request = `this request, of cost ${cost},`;
  if (answer.allowed) return {text: `${request} is allowed`, role: 'good'};
  const wait =
    answer.retryAfterMs === undefined
      ? 'and will never pass'
      : `and passes in ${spanText(answer.retryAfterMs)}`;
  return {text: `${request} is denied by ${answer.limit} ${wait}`, role: 'bad'};
};

/** The arithmetic in words and numbers: where from, then every limit. */
export const explainText = (
  explanation: KeyExplanation,
  contextName: string | null,
  times: Times,
  style: Style,
): string => {
  const {limits} = explanation;
  const answer = answerPiece(explanation);
  const blocks = [
    facts(storeFacts(explanation, contextName, times), style),
    ...(answer === undefined ? [] : [flow([answer], usableWidth(style), style)]),
    ...limits.map((one) => limitLines(one, times, style)),
    ...(limits.length === 0 ? [flow([nothingFound(explanation)], usableWidth(style), style)] : []),
  ];
  return `${blocks.map((lines) => lines.join('\n')).join('\n\n')}\n`;
};
