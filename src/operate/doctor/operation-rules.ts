import type {DoctorSeverity} from '../../view/model/doctor-report.ts';
import type {AlertKind, StatusAlert} from '../../view/model/status-sections.ts';
import {spanOf} from './amounts.ts';
import {keyCommand} from './key-command.ts';
import {all, count, found, type Outcome, type Rule, span, text, unseen} from './rule.ts';
import type {HeldOverride, UsageFacts} from './usage-facts.ts';

const DAY = 86_400_000_000;
const SOON = DAY;
const FORGOTTEN = 90 * DAY;

/** What somebody set, or what waits for somebody. */
export const OPERATION_RULES: readonly Rule<UsageFacts>[] = [
  {
    id: 'usage/overrides',
    title: 'overrides hold as long as they are meant to',
    why: 'when an override ends the limit of the policy holds again, without a word; one without an end is soon forgotten',
    look: ({overrides, now}) =>
      all(
        overrides.map((override) => lastingOf(override, now)),
        count('overrides', overrides.length),
      ),
  },
  {
    id: 'usage/unknown-overrides',
    title: 'overrides are for limits that there are',
    why: 'an override for a limit that the policy does not have changes nothing',
    look: ({overrides, policy}) => {
      if (policy === undefined) return unseen('there is no policy to compare with');
      const known = new Set(policy.limits.map(({name}) => name));
      return all(
        overrides
          .filter(({limit}) => !known.has(limit))
          .map(({limit, key}) =>
            found('warning', `an override is for ${limit}, which the policy in force does not have`, {
              where: `${limit}/${key}`,
              next: keyCommand('ratectl override rm', limit, key),
            }),
          ),
      );
    },
  },
  {
    id: 'usage/breakers',
    title: 'no circuit breaker is open',
    why: 'calls behind an open breaker are refused without being made',
    look: ({alerts}) => ofKinds(alerts, ['breaker-open'], () => 'warning'),
  },
  {
    id: 'usage/tokens',
    title: 'tokens need nobody',
    why: 'without a valid token every call to the provider fails; some states only a person can end',
    look: ({alerts}) =>
      ofKinds(
        alerts,
        [
          'token-reauthorise',
          'token-missing',
          'token-expired',
          'token-unreadable',
          'token-budget',
          'token-suspect',
          'no-leader',
        ],
        (kind) => (['token-budget', 'token-suspect', 'no-leader'].includes(kind) ? 'warning' : 'error'),
      ),
  },
  {
    id: 'usage/load',
    title: 'nothing is degraded, full or given up',
    why: 'requests are refused or wait for more than their limits, or work was given up',
    look: ({alerts}) =>
      ofKinds(alerts, ['degraded', 'pool-full', 'adaptive-floor', 'queue-dead'], () => 'warning'),
  },
];

const lastingOf = ({limit, key, until, at, effect}: HeldOverride, now: number): Outcome => {
  const where = `${limit}/${key}`;
  const effectText = text('effect', effect.kind);
  if (until - now < SOON)
    return found(
      'note',
      `the override of ${limit} ends in ${spanOf(Math.max(0, until - now))} (${effect.kind})`,
      {
        where,
        evidence: [effectText, span('ends in', Math.max(0, until - now))],
        next: `for longer: ${keyCommand('ratectl override set', limit, key)} ${flagOf(effect)} --for 7d`,
      },
    );
  return until === Number.POSITIVE_INFINITY && at > 0 && now - at > FORGOTTEN
    ? found(
        'note',
        `the override of ${limit} has no end, and holds for ${spanOf(now - at)} already (${effect.kind})`,
        {
          where,
          evidence: [effectText, span('age', now - at)],
          next: `write it into the policy, or give it an end: ${keyCommand('ratectl override set', limit, key)} ${flagOf(effect)} --for 30d`,
        },
      )
    : all([]);
};

/** What says it again; its numbers are those of whoever set it. */
const flagOf = ({kind}: HeldOverride['effect']): string =>
  kind === 'block' || kind === 'exempt' ? `--${kind}` : '…';

const ofKinds = (
  alerts: readonly StatusAlert[],
  kinds: readonly AlertKind[],
  severityOf: (kind: AlertKind) => DoctorSeverity,
): Outcome =>
  all(
    alerts
      .filter(({kind}) => kinds.includes(kind))
      .map(({kind, subject, text: what, next}) =>
        found(severityOf(kind), what, {
          where: subject,
          evidence: [text('alert', kind)],
          next: `${next}; ratectl status shows more`,
        }),
      ),
  );
