import {type Fact, facts} from '../facts.ts';
import type {StoredToken, TokenChange} from '../model/token-list.ts';
import {nameText} from '../name-text.ts';
import {remark} from '../remark.ts';
import type {Style} from '../style.ts';
import {clockText, expiryText, inText} from './token-words.ts';

/** What `token put` and `token rm` did, or would, and what happens next: for people. `told` makes of a text with commands what is shown. */
export const tokenChangeText = (
  change: TokenChange,
  style: Style,
  told: (text: string) => string = String,
): string => {
  const {action, dryRun, provider, before, after, store} = change;
  const none = action === 'rm' && before === null;
  const done = action === 'put' ? 'stored' : 'removed';
  const list: readonly Fact[] = [
    {
      label: 'token',
      value: [
        {text: none ? 'there is none' : dryRun ? `would be ${done}` : done, role: 'strong'},
        ...(dryRun ? ['dry run: nothing was changed'] : []),
      ],
    },
    {label: 'provider', value: nameText(provider)},
    {label: 'now', value: after === null ? [] : tokenPieces(after)},
    {label: 'before', value: before === null ? [] : tokenPieces(before)},
    {label: 'store', value: store},
  ];
  const next = none ? [] : ['', ...remark(nextSteps(change).map(told), style)];
  return `${[...facts(list, style), ...next].join('\n')}\n`;
};

const tokenPieces = (token: StoredToken): readonly string[] => [
  `generation ${token.generation}`,
  ...(token.accessFingerprint === null ? [] : [`access ${token.accessFingerprint}`]),
  expiryText(token),
  token.refreshFingerprint === null ? 'no refresh token' : `refresh ${token.refreshFingerprint}`,
];

const nextSteps = ({action, provider, next, after}: TokenChange): readonly string[] => {
  if (action === 'rm') return ['nothing refreshes it any more; the provider was not told: revoke it there'];
  if (next === null)
    return [
      after?.refreshFingerprint === null
        ? 'it is not refreshed by itself: there is no refresh token'
        : `it is not refreshed by itself: ratectl force-refresh ${provider}`,
    ];
  const when = next.inMs <= 0 ? 'now' : `${inText(next.inMs)} (${clockText(next.at, next.at)})`;
  if (next.by !== null) return [`next: ${next.by} refreshes it ${when}`];
  return [
    `next: a refresh is due ${when}, and no token manager is running`,
    `start one with ratectl serve --token-manager, or: ratectl force-refresh ${provider}`,
  ];
};
