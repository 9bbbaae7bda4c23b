import {ageText} from '../../base/age-text.ts';
import {formatDuration} from '../../base/duration.ts';
import {safeExcerpt} from '../../base/safe-text.ts';
import {spanText} from '../../base/span-text.ts';
import {TOKEN_MANAGER_ROLE} from '../../store/token-names.ts';
import {
  ALERT_KINDS,
  type AlertKind,
  type BreakerKeys,
  type StatusAlert,
  type StatusBreaker,
  type StatusQueue,
  type StatusSections,
  type StatusToken,
} from '../../view/model/status-sections.ts';
import {command} from './command-text.ts';
import {loadAlerts} from './load-alerts.ts';

/** What needs somebody, the most urgent first; `now` in ms since the epoch. */
export const statusAlerts = (
  sections: Omit<StatusSections, 'alerts'>,
  now: number,
): readonly StatusAlert[] => {
  const {tokens, breakers, queues, instances, leader} = sections;
  const managers = instances.filter(({role}) => role === TOKEN_MANAGER_ROLE).length;
  const alerts = [
    ...tokens.flatMap((token) => tokenAlerts(token, now)),
    ...breakers.filter(({state}) => state === 'open').map(openBreaker),
    ...loadAlerts(sections, now),
    ...queues.filter(({dead}) => dead > 0).map(deadLetters),
    ...(managers > 0 && leader === null ? [noLeader(managers)] : []),
  ];
  return alerts.sort((a, b) => ALERT_KINDS.indexOf(a.kind) - ALERT_KINDS.indexOf(b.kind));
};

const tokenAlerts = (token: StatusToken, now: number): readonly StatusAlert[] => {
  const {provider, condition, reauthorise, suspect, expiresInMs, recommendation} = token;
  const alert = (kind: AlertKind, text: string, next: string): StatusAlert => ({
    kind,
    subject: provider,
    text: `token ${provider} ${text}`,
    next,
  });
  const put = command('ratectl token put', provider);
  if (condition === 'unreadable')
    return [
      alert(
        'token-unreadable',
        'cannot be read: it is of a later version, or none of ours',
        'update ratectl',
      ),
    ];
  if (reauthorise !== null)
    return [
      alert(
        'token-reauthorise',
        `needs re-consent since ${ago(reauthorise.since, now)}: ${REAUTHORISE[reauthorise.why]}`,
        put,
      ),
    ];
  if (condition === 'none' && recommendation === 'reauthorise')
    return [alert('token-missing', 'needs consent: none is stored', put)];
  return [
    ...(condition === 'expired'
      ? [
          alert(
            'token-expired',
            `expired ${ageText(-(expiresInMs ?? 0))} ago`,
            recommendation === 'reauthorise' ? put : refreshHint(token),
          ),
        ]
      : []),
    ...(isExhausted(token)
      ? [alert('token-budget', budgetText(token), 'look for what refreshes so often: ratectl audit')]
      : []),
    ...(suspect === null
      ? []
      : [
          alert(
            'token-suspect',
            `is suspect since ${ago(suspect.at, now)}: a caller was refused with it (${suspect.why})`,
            refreshHint(token),
          ),
        ]),
  ];
};

const REAUTHORISE = {
  rejected: 'the provider refused the refresh token',
  'answer-lost': 'the refresh token may be spent, an answer was lost',
} as const;

const refreshHint = ({provider, refreshAllowedInMs, refreshing}: StatusToken): string => {
  if (refreshing !== null) return 'a refresh is under way';
  if (refreshAllowedInMs === null) return command('ratectl token put', provider);
  const when = refreshAllowedInMs === 0 ? '' : `in ${spanText(refreshAllowedInMs)}: `;
  return `${when}${command('ratectl force-refresh', provider)}`;
};

/**
 * A window for several refreshes is used up, or the token will expire before the next one is allowed. That a single refresh has to be
 * some minutes after the last is how a budget works, and no alert.
 */
const isExhausted = ({refreshes, waitsFor, refreshAllowedInMs, expiresInMs}: StatusToken): boolean => {
  if (refreshes === null || waitsFor !== 'budget') return false;
  const isFull = refreshes.allowed > 1 && refreshes.used >= refreshes.allowed;
  return isFull || (expiresInMs !== null && expiresInMs < (refreshAllowedInMs ?? 0));
};

const budgetText = ({refreshes, refreshAllowedInMs}: StatusToken): string =>
  `has no refresh left (${refreshes!.used} of ${refreshes!.allowed} in ${formatDuration(refreshes!.perMs * 1_000)}): the next in ${spanText(refreshAllowedInMs ?? 0)}`;

const openBreaker = (breaker: StatusBreaker): StatusAlert => {
  const {name, failures, callsInMs, keys} = breaker;
  const alert = {kind: 'breaker-open', subject: name} as const;
  if (keys !== null) return {...alert, ...openKeys(name, keys)};
  return {
    ...alert,
    text: `breaker ${name} is open after ${failures} ${failures === 1 ? 'failure' : 'failures'}${callsInMs === null ? '' : `: probes in ${spanText(callsInMs)}`}`,
    next: command('ratectl reset --breaker', name),
  };
};

const NAMED_KEYS = 3;

/** One for the breaker, not for each key: a flood of keys is one alert. */
const openKeys = (name: string, {open, shown}: BreakerKeys): Pick<StatusAlert, 'text' | 'next'> => {
  const named = shown.slice(0, Math.min(open, NAMED_KEYS)).map(({key}) => safeExcerpt(key, 60));
  const more = open - named.length;
  return {
    text: `breaker ${name} is open for ${open.toLocaleString('en-US')} ${open === 1 ? 'key' : 'keys'}: ${named.join(', ')}${more > 0 ? ` and ${more.toLocaleString('en-US')} more` : ''}`,
    next: `ratectl reset --breaker "${name} KEY"`,
  };
};

const deadLetters = ({queue, dead}: StatusQueue): StatusAlert => ({
  kind: 'queue-dead',
  subject: queue,
  text: `queue ${queue} has ${dead.toLocaleString('en-US')} dead ${dead === 1 ? 'item' : 'items'}`,
  next: command('ratectl reset --dead --queue', queue),
});

const noLeader = (managers: number): StatusAlert => ({
  kind: 'no-leader',
  subject: '',
  text: `nobody leads, although ${managers === 1 ? '1 token manager is' : `${managers} token managers are`} there: no token is refreshed`,
  next: 'one takes over within seconds, unless all were started with lead: false',
});

const ago = (at: string, now: number): string => ageText(now - Date.parse(at));
