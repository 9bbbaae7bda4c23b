import type {AccessRights, Examination, Transport} from '../../store/examination.ts';
import {isOlder, listText, spanOf} from './amounts.ts';
import {absent, count, found, judge, type Outcome, ok, type Rule, span, text, unseen} from './rule.ts';

/** A store that could be reached. */
export interface StoreRuleFacts
  extends Pick<Examination, 'url' | 'server' | 'pings' | 'clock' | 'transport' | 'rights'> {
  /** Of the context: who may only look needs no right to write. */
  readonly readOnly: boolean;
}

const MS = 1_000;
const SLOW_MEDIAN = 10 * MS;
const VERY_SLOW_MEDIAN = 50 * MS;
const SLOW_P99 = 100 * MS;
const SKEW_NOTED = 100 * MS;
const SKEW_WARNED = 1_000 * MS;

/** The oldest version that is taken, and the oldest that its makers still mend. */
const VERSIONS: Readonly<Record<string, {readonly oldest: string; readonly mended: string}>> = {
  redis: {oldest: '6.2', mended: '7.2'},
  valkey: {oldest: '7.2', mended: '7.2'},
  postgres: {oldest: '14', mended: '14'},
};

export const STORE_RULES: readonly Rule<StoreRuleFacts>[] = [
  {
    id: 'store/version',
    title: 'the version of the server',
    why: 'a server that nobody mends keeps its known faults, and one that is too old does not work',
    look: ({server, url}) =>
      judge(server, ({product, version}) => {
        const known = VERSIONS[product];
        const evidence = [text('product', product), ...(version === '' ? [] : [text('version', version)])];
        if (known === undefined || version === '') return ok(...evidence);
        const update = {
          where: url,
          evidence,
          next: `update the server to ${product} ${known.mended} or newer`,
        };
        if (isOlder(version, known.oldest))
          return found(
            'error',
            `${product} ${version} is too old: ${known.oldest} or newer is needed`,
            update,
          );
        return isOlder(version, known.mended)
          ? found('note', `${product} ${version} works, and gets no more corrections`, update)
          : ok(...evidence);
      }),
  },
  {
    id: 'store/latency',
    title: 'how long an answer takes',
    why: "every request waits for one answer of the store; beyond the limiter's timeoutMs (500 ms) it is decided by onStoreError",
    look: ({pings, url}) =>
      judge(pings, (taken) => {
        const sorted = [...taken].sort((a, b) => a - b);
        const at = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
        const [median, p99] = [at(0.5), at(0.99)];
        const evidence = [count('pings', taken.length), span('median', median), span('p99', p99)];
        const details = {where: url, evidence, next: 'ratectl bench --store URL measures it under load'};
        const says = `the median of ${taken.length} answers took ${spanOf(median)}, the slowest ${spanOf(p99)}`;
        if (median >= VERY_SLOW_MEDIAN || p99 >= SLOW_P99) return found('warning', says, details);
        return median >= SLOW_MEDIAN ? found('note', says, details) : ok(...evidence);
      }),
  },
  {
    id: 'store/clock-skew',
    title: "the store's clock is that of this machine",
    why: "limits go by the store's clock: they hold, but times in logs, Retry-After as a date and token expiry are off by as much",
    look: ({clock, url}) =>
      judge(clock, ({ahead, error}) => {
        const certain = Math.max(0, Math.abs(ahead) - error);
        const evidence = [span('ahead', ahead), span('uncertainty', error)];
        if (certain < SKEW_NOTED) return ok(...evidence);
        return found(
          certain < SKEW_WARNED ? 'note' : 'warning',
          `the store's clock is ${spanOf(Math.abs(ahead))} ${ahead > 0 ? 'ahead of' : 'behind'} this machine's, give or take ${spanOf(error)}`,
          {where: url, evidence, next: 'look at NTP on both machines: timedatectl, chronyc tracking'},
        );
      }),
  },
  {
    id: 'store/rights-read',
    title: 'the user may read',
    why: 'status, explain and report end with an error at what they may not read',
    look: (facts) =>
      judge(facts.rights, (rights) => missing('error', rights.missingToRead, rights, facts.url)),
  },
  {
    id: 'store/rights-write',
    title: 'the user may write',
    why: 'an application with this user decides by onStoreError, as if the store were lost; reset and override are refused',
    look: (facts) =>
      judge(facts.rights, (rights) =>
        missing(facts.readOnly ? 'note' : 'warning', rights.missingToWrite, rights, facts.url),
      ),
  },
  {
    id: 'store/rights-news',
    title: 'the user may publish and subscribe',
    why: 'changes are asked for twice a second, and work in queues and pools waits up to 50 ms longer',
    look: (facts) =>
      judge(facts.rights, (rights) => missing('note', rights.missingForNews, rights, facts.url)),
  },
  {
    id: 'store/tls',
    title: 'what leaves this machine is encrypted',
    why: 'who can listen on the network reads the password and the keys of your users, and can answer in place of the store',
    look: ({transport, url}) => remotely(transport, (remote) => tlsOf(remote, url)),
  },
  {
    id: 'store/authentication',
    title: 'the server asks who we are',
    why: 'everybody on that network can read and lift limits, and delete everything else on the server',
    look: ({transport, url}) =>
      remotely(transport, ({authenticated}) =>
        authenticated === 'no'
          ? found('warning', 'the server took us without a password', {
              where: url,
              next: 'give the server a user with a password (docs/stores.md lists the rights), then: ratectl context add NAME --store URL --password-file FILE',
            })
          : ok(text('authenticated', authenticated)),
      ),
  },
];

/** Where nothing leaves the machine there is nothing to protect. */
const remotely = (transport: Transport | undefined, look: (transport: Transport) => Outcome): Outcome => {
  if (transport === undefined) return absent;
  return transport.remoteHosts.length === 0 ? ok(text('network', 'this machine')) : look(transport);
};

const tlsOf = ({remoteHosts, encrypted, verified}: Transport, url: string): Outcome => {
  const evidence = [text('hosts', listText(remoteHosts))];
  if (!encrypted)
    return found('warning', `the connection to ${listText(remoteHosts)} is not encrypted`, {
      where: url,
      evidence,
      next: 'use rediss:// or ?sslmode=verify-full',
    });
  return verified
    ? ok(...evidence)
    : found('note', 'the connection is encrypted, and the server did not have to prove who it is', {
        where: url,
        evidence,
        next: 'name the authority: ?ca=FILE (Redis, without insecure), ?sslmode=verify-full&sslrootcert=FILE (Postgres)',
      });
};

const missing = (
  severity: 'error' | 'warning' | 'note',
  rights: readonly string[] | undefined,
  {user, by, remedy}: AccessRights,
  where: string,
): Outcome => {
  if (rights === undefined)
    return unseen(`user ${user} may not begin a transaction, in which this would be asked`);
  const evidence = [
    ...(user === '' ? [] : [text('user', user)]),
    ...(by === '' ? [] : [text('asked by', by)]),
  ];
  return rights.length === 0
    ? ok(...evidence)
    : found(severity, `${user === '' ? 'this user' : `user ${user}`} may not: ${listText(rights, 6)}`, {
        where,
        evidence: [...evidence, count('missing', rights.length)],
        next: remedy ?? 'give the user the rights listed in docs/stores.md',
      });
};
