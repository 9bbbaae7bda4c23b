import type {Role} from '../colour.ts';
import {type Fact, facts} from '../facts.ts';
import {formatPlural} from '../format-number.ts';
import type {TokenEntry, TokenList} from '../model/token-list.ts';
import {nameText} from '../name-text.ts';
import {remark} from '../remark.ts';
import type {Style} from '../style.ts';
import {type Cell, type Column, table} from '../table.ts';
import {agoText, expiryText, inText} from './token-words.ts';

const COLUMNS: readonly Column[] = [
  {title: 'provider', min: 20, cut: 'middle'},
  {title: 'gen', align: 'right', drop: 4},
  {title: 'state'},
  {title: 'health', align: 'right', drop: 6},
  {title: 'expiry', drop: 7},
  {title: 'next refresh', drop: 5},
  {title: 'last attempt', drop: 3},
  {title: 'access', drop: 2},
  {title: 'refresh', drop: 1},
];

/** The tokens of a store, for people. `told` makes of a text with commands what is shown of it. */
export const tokenListText = (
  list: TokenList,
  style: Style,
  told: (text: string) => string = String,
): string => {
  const {tokens, leader, store} = list;
  const acts = tokens.filter(({recommendation}) => recommendation === 'reauthorise').length;
  const head: readonly Fact[] = [
    {
      label: 'tokens',
      value: [
        tokens.length === 0 ? 'none' : formatPlural(tokens.length, 'provider'),
        ...(acts === 0 ? [] : [{text: `${acts} to be authorised by a person`, role: 'bad' as const}]),
      ],
    },
    {
      label: 'manager',
      value:
        leader === null
          ? [{text: 'none is running: nothing is refreshed by itself', role: 'warn'}]
          : `${leader} refreshes`,
    },
    {label: 'store', value: store},
  ];
  const rows = tokens.map((entry) => ({cells: cellsOf(entry), note: noteOf(entry, told)}));
  const lines = [...facts(head, style), ...(rows.length === 0 ? [] : ['', ...table(COLUMNS, rows, style)])];
  const hint =
    tokens.length === 0
      ? ['', ...remark(['the policy has no section "tokens", and the store no token'], style)]
      : [];
  return `${[...lines, ...hint].join('\n')}\n`;
};

const ROLES: Readonly<Record<NonNullable<TokenEntry['recommendation']>, Role>> = {
  ok: 'good',
  'refresh-soon': 'warn',
  'refresh-now': 'bad',
  reauthorise: 'bad',
};

const cellsOf = (entry: TokenEntry): readonly Cell[] => {
  const {provider, token, status, recommendation, score, last} = entry;
  return [
    nameText(provider),
    token === null ? '' : String(token.generation),
    {text: status, role: recommendation === null ? 'bad' : ROLES[recommendation]},
    score === null ? '' : String(score),
    token === null ? '' : expiryText(token),
    nextText(entry),
    last === null ? '' : `${last.outcome} ${agoText(last.agoMs)}`,
    token?.accessFingerprint ?? '',
    token?.refreshFingerprint ?? '',
  ];
};

const nextText = ({inPolicy, nextRefreshInMs, refreshingBy}: TokenEntry): string => {
  if (refreshingBy !== null) return 'under way';
  if (!inPolicy) return '';
  return nextRefreshInMs === null ? 'not by itself' : inText(nextRefreshInMs);
};

/** Why a token is not well, and what to do about it. */
const noteOf = (entry: TokenEntry, told: (text: string) => string): string | undefined => {
  const {provider, reasons, recommendation, inPolicy, status, last, refreshingBy} = entry;
  if (status === 'unreadable')
    return 'what the store keeps cannot be read: was it written by a newer ratectl?';
  const words = reasons.map((reason) => REASONS[reason] ?? reason);
  if (refreshingBy !== null) words.unshift(`${refreshingBy} is refreshing it`);
  if (!inPolicy) words.unshift('not in the policy: nobody refreshes it');
  if (last !== null && last.error !== null && recommendation !== 'ok') words.push(`last error ${last.error}`);
  if (recommendation === 'reauthorise' && inPolicy) words.push(told(`ratectl token put ${provider}`));
  return words.length === 0 ? undefined : words.join('; ');
};

const REASONS: Readonly<Record<string, string>> = {
  'no-token': 'there is no token',
  'not-yet-valid': 'not valid yet',
  expired: 'expired',
  'expires-soon': 'expires soon',
  'expires-very-soon': 'expires very soon',
  'expiry-unknown': 'the provider does not say when it expires',
  unauthorised: 'a caller was answered 401 with it',
  'no-refresh-token': 'it has no refresh token',
  'refresh-token-rejected': 'the provider refuses the refresh token',
  'refresh-token-maybe-spent': 'an answer was lost: the refresh token may be spent',
};
