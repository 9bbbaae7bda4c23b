import {resolve} from 'node:path';
import {parseDuration} from '../../base/duration.ts';
import {ExitCode} from '../../base/exit-code.ts';
import {RatectlError} from '../../base/ratectl-error.ts';
import {quoted} from '../../base/safe-text.ts';
import {isExposed, readBounded} from '../../config/read-bounded.ts';
import {parseWebhookUrl} from '../../serve/alerts/webhook.ts';
import {SHORTEST_TOKEN} from '../../serve/http/bearer-token.ts';
import {parseAllowedHost} from '../../serve/http/host-check.ts';
import {type ListenAddress, parseListenAddress} from '../../serve/http/listen-address.ts';
import type {CliContext} from '../context.ts';
import type {ServeFlags} from './serve.ts';

/** What the flags of `serve` ask for, checked before a store is opened. */
export interface ServePlan {
  readonly access: 'read' | 'write';
  /** Undefined: no HTTP. */
  readonly listen: ListenAddress | undefined;
  readonly token: string | undefined;
  readonly allowHosts: readonly string[];
  readonly mcp: 'stdio' | 'http' | undefined;
  readonly allowWrite: boolean;
  /** Whole path. */
  readonly root: string;
  readonly alerts: {
    readonly log: boolean;
    readonly webhook: URL | undefined;
    /** µs. */
    readonly repeatEvery: number;
  };
  readonly warnings: readonly string[];
}

const LISTEN = '127.0.0.1:9464';
const TOKEN_VARIABLE = 'RATECTL_SERVE_TOKEN';
const WEBHOOK_VARIABLE = 'RATECTL_ALERT_WEBHOOK';

/** Throws a RatectlError: exit 2 for flags that mean nothing, 4 for what would let strangers in. */
export const servePlan = (flags: ServeFlags, context: CliContext): ServePlan => {
  const {env} = context.streams;
  const alone = flags.tokenManager === true || flags.mcp === 'stdio';
  const listen = flags.listen === undefined && alone ? undefined : parseListenAddress(flags.listen ?? LISTEN);
  const {token, warnings} = tokenOf(flags, context);
  const webhook = flags.alertWebhook ?? env[WEBHOOK_VARIABLE] ?? '';
  const plan: ServePlan = {
    access: flags.tokenManager === true || flags.allowWrite === true ? 'write' : 'read',
    listen,
    token,
    allowHosts: (flags.allowHost ?? []).map(parseAllowedHost),
    mcp: flags.mcp,
    allowWrite: flags.allowWrite === true,
    root: resolve(context.cwd, flags.root),
    alerts: {
      log: flags.alertLog === true,
      webhook: webhook === '' ? undefined : parseWebhookUrl(webhook),
      repeatEvery: repeatOf(flags.alertRepeat),
    },
    warnings,
  };
  check(plan, flags);
  return plan;
};

const check = ({listen, token, mcp, allowWrite}: ServePlan, flags: ServeFlags): void => {
  if (mcp === 'http' && listen === undefined)
    throw usage('--mcp http needs --listen beside --token-manager', `for example --listen ${LISTEN}`);
  if (allowWrite && mcp === undefined)
    throw usage('--allow-write goes with --mcp', 'over HTTP nothing but the tools at /mcp changes anything');
  if (flags.passwordStdin === true && (mcp === 'stdio' || allowWrite))
    throw usage(
      `--password-stdin beside ${mcp === 'stdio' ? '--mcp stdio' : '--allow-write'}`,
      'write passwordFile or passwordEnv into a context: ratectl context add --help',
    );
  if (listen !== undefined && token === undefined && !listen.loopback)
    throw refusal(`a token is required to listen on ${quoted(listen.host)}: others can reach it`);
  if (allowWrite && mcp === 'http' && token === undefined)
    throw refusal(
      'a token is required for --mcp http with --allow-write: any program here could change limits',
    );
};

const tokenOf = (
  {tokenFile}: ServeFlags,
  {cwd, streams}: CliContext,
): {readonly token: string | undefined; readonly warnings: readonly string[]} => {
  if (tokenFile === undefined) {
    const token = streams.env[TOKEN_VARIABLE] ?? '';
    return {token: token === '' ? undefined : checkedToken(token, TOKEN_VARIABLE), warnings: []};
  }
  const name = `token file ${quoted(tokenFile, 200)}`;
  const file = readBounded(resolve(cwd, tokenFile), 'token file', 65_536);
  if (file === undefined)
    throw new RatectlError(`there is no ${name}`, {
      code: 'serve/token',
      hint: `openssl rand -hex 32 > FILE && chmod 600 FILE`,
    });
  const [line = ''] = new TextDecoder().decode(file.bytes).split(/\r?\n/);
  return {
    token: checkedToken(line.trim(), name),
    warnings: isExposed(file.stats) ? [`the ${name} can be read by other users: chmod 600 it`] : [],
  };
};

const checkedToken = (token: string, from: string): string => {
  if (token.length >= SHORTEST_TOKEN && /^[\x21-\x7e]+$/.test(token)) return token;
  throw new RatectlError(
    `${from}: expected a token of at least ${SHORTEST_TOKEN} visible characters without spaces, got ${token.length}`,
    {code: 'serve/token', hint: 'make one with: openssl rand -hex 32'},
  );
};

const repeatOf = (text: string): number => {
  const us = parseDuration(text);
  if (us !== undefined && us >= 1_000_000) return us;
  throw usage(
    `--alert-repeat: expected a duration of 1s or more, got ${quoted(text)}`,
    'for example 30m or 4h',
  );
};

const usage = (message: string, hint: string): RatectlError =>
  new RatectlError(message, {code: 'usage/serve', hint});

const refusal = (message: string): RatectlError =>
  new RatectlError(message, {
    code: 'serve/no-token',
    exit: ExitCode.refused,
    hint: `openssl rand -hex 32 > token && chmod 600 token, then --token-file token (or ${TOKEN_VARIABLE})`,
  });
