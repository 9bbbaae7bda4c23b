import {usesNameOf} from '../../store/token-names.ts';
import type {StatusToken, TokenCondition} from '../../view/model/status-sections.ts';
import type {UsageTotals} from '../usage-counter.ts';
import {named, samplesOf} from './bounded-samples.ts';
import {counter, gauge, type MetricFamily} from './metric-family.ts';

const CONDITIONS: readonly TokenCondition[] = [
  'valid',
  'not-yet',
  'expired',
  'suspect',
  'none',
  'unreadable',
];

export const tokenFamilies = (
  tokens: readonly StatusToken[],
  totals: UsageTotals,
): readonly MetricFamily[] => {
  const each = (name: string, help: string, read: (token: StatusToken) => number | null | undefined) =>
    gauge(
      name,
      help,
      samplesOf(
        tokens,
        'provider',
        ({provider}) => provider,
        (token) => [named(read(token))],
      ),
    );
  return [
    gauge(
      'token_condition',
      '1 for the condition that the token of the provider is in.',
      samplesOf(
        tokens,
        'provider',
        ({provider}) => provider,
        ({condition}) =>
          CONDITIONS.map((one) => ({labels: {condition: one}, value: one === condition ? 1 : 0})),
      ),
    ),
    each('token_health_score', 'Health of the token, 0 to 100.', ({health}) => health?.score),
    each('token_expiry_timestamp_seconds', 'When the token expires, since 1970.', ({expiresAt}) =>
      expiresAt === null ? null : Date.parse(expiresAt) / 1_000,
    ),
    each(
      'token_refreshes_used',
      'Refreshes in the longest window of the budget.',
      ({refreshes}) => refreshes?.used,
    ),
    each('token_refreshes_allowed', 'Refreshes that the window allows.', ({refreshes}) => refreshes?.allowed),
    each('token_refresh_wait_seconds', 'Until a refresh is allowed.', ({refreshAllowedInMs}) =>
      refreshAllowedInMs === null ? null : refreshAllowedInMs / 1_000,
    ),
    each('token_refresh_failures', 'Failed refreshes in a row.', ({failures}) => failures),
    each('token_needs_consent', '1 when a person has to authorise anew.', ({reauthorise, recommendation}) =>
      reauthorise !== null || recommendation === 'reauthorise' ? 1 : 0,
    ),
    counter(
      'token_uses',
      'How often applications asked for the token, since this process began.',
      samplesOf(
        tokens,
        'provider',
        ({provider}) => provider,
        ({provider}) => [named(totals.get(usesNameOf(provider))?.allowed ?? 0)],
      ),
    ),
  ];
};
