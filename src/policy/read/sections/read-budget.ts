import {formatDuration} from '../../../base/duration.ts';
import type {BudgetWindow} from '../../../engine/refresh/refresh-budget.ts';
import type {Problems} from '../../problems.ts';
import {MAX_ATTEMPTS, MAX_BUDGET_WINDOWS} from '../../section-types.ts';
import type {SourceNode} from '../../source/source-node.ts';
import {VALUE_TYPES} from '../../value-types.ts';
import {nearestRate, parseRate, readPair, type WrittenRate} from '../read-rate.ts';
import {DAY, SHORTEST} from './read-span.ts';

const BUDGET = 'a budget such as "1/3m" or "10/10m"';
const LONGEST = 30 * DAY;

/** `[1/3m, 10/10m]`: in any 3 minutes at most one, and in any 10 minutes at most 10. */
export const readBudget = (
  node: SourceNode,
  path: string,
  problems: Problems,
): readonly BudgetWindow[] | undefined => {
  if (node.kind !== 'list' || node.items.length === 0 || node.items.length > MAX_BUDGET_WINDOWS) {
    const one = node.kind === 'scalar' && typeof parsed(node) === 'object';
    const hint = one ? `put it in a list: [${node.source}]` : undefined;
    const many = node.kind === 'list' && node.items.length > 0;
    const expected = many ? `at most ${MAX_BUDGET_WINDOWS} budgets` : VALUE_TYPES.budget.expected;
    if (many) problems.report(node.at, path, `expected ${expected}, got ${node.items.length}`, {expected});
    else problems.expected(node, path, expected, hint);
    return undefined;
  }
  const before = problems.count;
  const windows = node.items.map((item, i) => readWindow(item, `${path}[${i}]`, problems));
  refuseRepeated(windows, node.items, path, problems);
  const good = windows.filter((window) => window !== undefined);
  return problems.count === before ? good : undefined;
};

const parsed = (node: SourceNode): ReturnType<typeof parseRate> =>
  node.kind === 'scalar' && typeof node.value === 'string' ? parseRate(node.value) : undefined;

const readWindow = (node: SourceNode, path: string, problems: Problems): BudgetWindow | undefined => {
  const rate = node.kind === 'map' ? readPair(node, path, problems) : wholeRate(node, path, problems);
  if (rate === undefined) return undefined;
  const {count, per} = rate;
  if (count > MAX_ATTEMPTS) problems.expected(node, path, `a budget of at most ${MAX_ATTEMPTS} refreshes`);
  else if (per < SHORTEST || per > LONGEST)
    problems.expected(node, path, `a budget over ${formatDuration(SHORTEST)} to ${formatDuration(LONGEST)}`);
  return {count, per};
};

/** A rate with a whole number: "1.5/m" would have to be 3 in 2 minutes, which is another promise. */
const wholeRate = (node: SourceNode, path: string, problems: Problems): WrittenRate | undefined => {
  const rate = parsed(node);
  if (typeof rate === 'object' && !/^\d+\./.test(rate.text)) return rate;
  if (rate === 'zero') problems.expected(node, path, 'a budget above zero');
  else if (typeof rate === 'object' || rate === 'too-fine')
    problems.expected(node, path, `${BUDGET}, with a whole number`);
  else {
    const meant = node.kind === 'scalar' ? nearestRate(node.source) : undefined;
    problems.expected(node, path, BUDGET, meant === undefined ? undefined : `did you mean "${meant}"?`);
  }
  return undefined;
};

/** Of two budgets over the same time one would mean nothing. */
const refuseRepeated = (
  windows: readonly (BudgetWindow | undefined)[],
  items: readonly SourceNode[],
  path: string,
  problems: Problems,
): void => {
  windows.forEach((window, i) => {
    const first = windows.findIndex((other) => window !== undefined && other?.per === window.per);
    if (window === undefined || first === i) return;
    const message = `there is a budget over ${formatDuration(window.per)} already`;
    problems.report(items[i]!.at, `${path}[${i}]`, message, {hint: 'keep the smaller one'});
  });
};
